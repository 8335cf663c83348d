package main

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const getTermios, setTermios = unix.TCGETS, unix.TCSETS

// File systems of Linux that are memory: tmpfs, ramfs (statfs(2)).
func isInMemory(path string) (bool, error) {
	var status unix.Statfs_t
	if err := unix.Statfs(path, &status); err != nil {
		return false, err
	}
	kind := uint32(status.Type)
	return kind == unix.TMPFS_MAGIC || kind == 0x858458f6, nil
}

func changedAt(status *syscall.Stat_t) int64 {
	return time.Unix(int64(status.Ctim.Sec), int64(status.Ctim.Nsec)).UnixNano()
}

// How long the machine has been up.
func uptime() float64 {
	var now unix.Timespec
	if unix.ClockGettime(unix.CLOCK_BOOTTIME, &now) != nil {
		return 0
	}
	return float64(now.Sec) + float64(now.Nsec)/1e9
}
