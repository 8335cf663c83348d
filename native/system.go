package main

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/grafana/sobek"
)

var startedAt = time.Now()

// The process, its machine and its terminal.
func addSystem(l *loop, api *sobek.Object) {
	set := func(name string, value any) { _ = api.Set(name, value) }
	hostname, _ := os.Hostname()
	set("args", os.Args)
	set("platform", map[string]string{"windows": "win32"}[runtime.GOOS])
	if runtime.GOOS != "windows" {
		set("platform", runtime.GOOS)
	}
	set("hostname", hostname)
	home, _ := os.UserHomeDir()
	set("home", home)
	set("userId", os.Getuid())
	executable, _ := os.Executable()
	set("executable", executable)
	set("pid", os.Getpid())
	set("startedAt", float64(startedAt.UnixMilli()))
	set("environment", func(name string) string { return os.Getenv(name) })
	set("now", func() float64 { return float64(time.Since(startedAt).Nanoseconds()) / 1e6 })
	set("uptime", uptime)
	set("cpuSeconds", cpuSeconds)
	set("residentBytes", residentBytes)
	set("isRunning", isRunning)
	set("exit", l.exit)
	set("print", func(stream int, text string) {
		// Whoever read the output may go, such as `| head`.
		_, _ = standard(stream).WriteString(text)
	})
	input := bufio.NewReader(os.Stdin)
	set("readLine", func(secret bool) sobek.Value {
		return l.promise(func() (any, error) {
			if secret {
				defer hideTyping()()
			}
			line, err := input.ReadString('\n')
			if err == io.EOF && line == "" {
				return nil, nil
			}
			return strings.TrimRight(line, "\r\n"), nil
		})
	})
	set("terminal", func(stream int) map[string]any {
		isTerminal, columns, rows := terminalSize(standard(stream))
		return map[string]any{"isTerminal": isTerminal, "columns": columns, "rows": rows}
	})
	set("onSignal", func(name string, callback sobek.Callable) {
		wanted, known := signals[name]
		if !known {
			return
		}
		came := make(chan os.Signal, 4)
		signal.Notify(came, wanted)
		go func() {
			for range came {
				l.post(func() { l.call(callback) })
			}
		}()
	})
	set("run", func(program string, args []string, milliseconds int) sobek.Value {
		return l.promise(func() (any, error) {
			ctx, cancel := context.WithTimeout(context.Background(), time.Duration(milliseconds)*time.Millisecond)
			defer cancel()
			var output, errors strings.Builder
			command := exec.CommandContext(ctx, program, args...)
			command.Stdout, command.Stderr = &output, &errors
			err := command.Run()
			if command.ProcessState == nil || ctx.Err() != nil {
				return nil, err
			}
			return map[string]any{"exitCode": command.ProcessState.ExitCode(), "output": output.String(), "errors": errors.String()}, nil
		})
	})
}

// Keeps what is typed off the screen until what it returns is called, or the person breaks off.
func hideTyping() func() {
	show, err := stopEcho(os.Stdin)
	if err != nil {
		// No terminal shows it.
		return func() {}
	}
	broken := make(chan os.Signal, 1)
	signal.Notify(broken, os.Interrupt)
	done := make(chan struct{})
	go func() {
		select {
		case <-broken:
			show()
			os.Exit(130)
		case <-done:
		}
	}()
	return func() {
		close(done)
		signal.Stop(broken)
		show()
		// The end of the line was not shown either.
		_, _ = os.Stdout.WriteString("\n")
	}
}

func standard(stream int) *os.File {
	return map[int]*os.File{0: os.Stdin, 1: os.Stdout, 2: os.Stderr}[stream]
}

// Memory of the process that is not swapped out; where the system does not tell, what it asked of the system.
func residentBytes() float64 {
	if status, err := os.ReadFile("/proc/self/statm"); err == nil {
		if fields := strings.Fields(string(status)); len(fields) > 1 {
			if pages, err := strconv.ParseFloat(fields[1], 64); err == nil {
				return pages * float64(os.Getpagesize())
			}
		}
	}
	var figures runtime.MemStats
	runtime.ReadMemStats(&figures)
	return float64(figures.Sys - figures.HeapReleased)
}
