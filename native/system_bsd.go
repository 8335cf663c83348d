//go:build darwin || freebsd

package main

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const getTermios, setTermios = unix.TIOCGETA, unix.TIOCSETA

// These systems tell of no file system that it is memory.
func isInMemory(string) (bool, error) { return false, nil }

// How long the machine has been up.
func uptime() float64 {
	booted, err := unix.SysctlTimeval("kern.boottime")
	if err != nil {
		return 0
	}
	return time.Since(time.Unix(int64(booted.Sec), int64(booted.Usec)*1000)).Seconds()
}

func changedAt(status *syscall.Stat_t) int64 {
	at := changeTime(status)
	return time.Unix(int64(at.Sec), int64(at.Nsec)).UnixNano()
}
