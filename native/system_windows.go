package main

import (
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/windows"
)

// Windows knows SIGHUP for the closing of the console alone.
var signals = map[string]os.Signal{"SIGINT": os.Interrupt, "SIGTERM": syscall.SIGTERM}

func cpuSeconds() float64 {
	var created, exited, kernel, user windows.Filetime
	if windows.GetProcessTimes(windows.CurrentProcess(), &created, &exited, &kernel, &user) != nil {
		return 0
	}
	ticks := func(each windows.Filetime) float64 {
		return float64(int64(each.HighDateTime)<<32|int64(each.LowDateTime)) / 1e7
	}
	return ticks(kernel) + ticks(user)
}

func isRunning(pid int) bool {
	process, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, uint32(pid))
	if err != nil {
		return false
	}
	defer windows.CloseHandle(process)
	var code uint32
	const stillActive = 259
	return windows.GetExitCodeProcess(process, &code) == nil && code == stillActive
}

// Has a console show what is typed no more; what it returns undoes that.
func stopEcho(file *os.File) (undo func(), err error) {
	console := windows.Handle(file.Fd())
	var before uint32
	if err = windows.GetConsoleMode(console, &before); err != nil {
		return nil, err
	}
	undo = func() { _ = windows.SetConsoleMode(console, before) }
	return undo, windows.SetConsoleMode(console, before&^windows.ENABLE_ECHO_INPUT)
}

// Columns and rows of a console, which is told to understand how cursors are moved; zeros where it is none.
func terminalSize(file *os.File) (isTerminal bool, columns, rows int) {
	var mode uint32
	console := windows.Handle(file.Fd())
	if windows.GetConsoleMode(console, &mode) != nil {
		return false, 0, 0
	}
	_ = windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING)
	var info windows.ConsoleScreenBufferInfo
	if windows.GetConsoleScreenBufferInfo(console, &info) != nil {
		return false, 0, 0
	}
	return true, int(info.Window.Right-info.Window.Left) + 1, int(info.Window.Bottom-info.Window.Top) + 1
}

func uptime() float64 { return (time.Duration(windows.DurationSinceBoot())).Seconds() }
