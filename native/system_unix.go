//go:build unix

package main

import (
	"errors"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// What ends the program, and SIGHUP, which is for the caller to judge.
var signals = map[string]os.Signal{"SIGINT": os.Interrupt, "SIGTERM": syscall.SIGTERM, "SIGHUP": syscall.SIGHUP}

// Seconds of processor time that the process has taken.
func cpuSeconds() float64 {
	var used syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &used) != nil {
		return 0
	}
	return (time.Duration(used.Utime.Nano()) + time.Duration(used.Stime.Nano())).Seconds()
}

func isRunning(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}

// Has a terminal show what is typed no more; what it returns undoes that.
func stopEcho(file *os.File) (undo func(), err error) {
	before, err := unix.IoctlGetTermios(int(file.Fd()), getTermios)
	if err != nil {
		return nil, err
	}
	quiet := *before
	quiet.Lflag &^= unix.ECHO
	undo = func() { _ = unix.IoctlSetTermios(int(file.Fd()), setTermios, before) }
	return undo, unix.IoctlSetTermios(int(file.Fd()), setTermios, &quiet)
}

// Columns and rows of a terminal; zeros where it is none.
func terminalSize(file *os.File) (isTerminal bool, columns, rows int) {
	size, err := unix.IoctlGetWinsize(int(file.Fd()), unix.TIOCGWINSZ)
	if err != nil {
		return false, 0, 0
	}
	return true, int(size.Col), int(size.Row)
}
