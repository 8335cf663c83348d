//go:build unix

package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

const noFollow = syscall.O_NOFOLLOW

func isRoot() bool { return os.Geteuid() == 0 }

func mayWrite(folder string) error { return unix.Access(folder, unix.R_OK|unix.W_OK) }

// A folder that root writes to must not be reached by a link that another user made, as a service may in its own.
func refuseForeignLinks(folder string) error {
	if !isRoot() {
		return nil
	}
	path, err := filepath.Abs(folder)
	if err != nil {
		return err
	}
	for ; path != filepath.Dir(path); path = filepath.Dir(path) {
		found, err := os.Lstat(path)
		if err != nil || found.Mode()&fs.ModeSymlink == 0 {
			continue
		}
		if owner := found.Sys().(*syscall.Stat_t).Uid; owner != 0 {
			return &codedError{"ELOOP", fmt.Sprintf("%s is a link of user %d, which root does not follow", path, owner)}
		}
	}
	return nil
}

// Gives a file to whom the one that it replaces belonged, or the folder.
func giveTo(file *os.File, replaced fs.FileInfo, folder string) error {
	if replaced == nil {
		found, err := os.Stat(folder)
		if err != nil {
			return err
		}
		replaced = found
	}
	owner := replaced.Sys().(*syscall.Stat_t)
	return file.Chown(int(owner.Uid), int(owner.Gid))
}

func openFolderItself(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|syscall.O_DIRECTORY|syscall.O_NOFOLLOW, 0)
}

func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	defer folder.Close()
	return folder.Sync()
}

// Another text after every save, whichever way it was made.
func fingerprint(found fs.FileInfo) string {
	status := found.Sys().(*syscall.Stat_t)
	return fmt.Sprintf("%d %d %d %d %d", status.Dev, status.Ino, found.Size(), found.ModTime().UnixNano(), changedAt(status))
}

func errnoName(number syscall.Errno) string { return unix.ErrnoName(number) }
