package main

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/windows"
)

const noFollow = 0

func isRoot() bool { return false }

func mayWrite(folder string) error {
	file, err := os.CreateTemp(folder, "flowcollect-*.tmp")
	if err != nil {
		return err
	}
	_ = file.Close()
	return os.Remove(file.Name())
}

func refuseForeignLinks(string) error { return nil }

func giveTo(*os.File, fs.FileInfo, string) error { return nil }

func openFolderItself(path string) (*os.File, error) { return os.Open(path) }

// Windows cannot open folders; its rename is journalled by NTFS.
func syncFolder(string) error { return nil }

func isInMemory(string) (bool, error) { return false, nil }

func fingerprint(found fs.FileInfo) string {
	return fmt.Sprintf("%d %d", found.Size(), found.ModTime().UnixNano())
}

func errnoName(number syscall.Errno) string {
	switch number {
	case windows.ERROR_FILE_NOT_FOUND, windows.ERROR_PATH_NOT_FOUND:
		return "ENOENT"
	case windows.ERROR_FILE_EXISTS, windows.ERROR_ALREADY_EXISTS:
		return "EEXIST"
	case windows.ERROR_ACCESS_DENIED:
		return "EPERM"
	case windows.ERROR_SHARING_VIOLATION, windows.ERROR_LOCK_VIOLATION, windows.ERROR_PIPE_BUSY:
		return "EBUSY"
	case windows.ERROR_DISK_FULL:
		return "ENOSPC"
	case windows.ERROR_TOO_MANY_OPEN_FILES:
		return "EMFILE"
	case windows.WSAECONNREFUSED:
		return "ECONNREFUSED"
	case windows.WSAECONNRESET:
		return "ECONNRESET"
	case windows.WSAETIMEDOUT:
		return "ETIMEDOUT"
	case windows.WSAEADDRINUSE:
		return "EADDRINUSE"
	case windows.WSAEACCES:
		return "EACCES"
	}
	return ""
}
