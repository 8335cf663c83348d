package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"
)

// Puts a file in its place so that a reader, or a crash at any instant, sees the old content or the new, never a part.
// What root writes belongs to whom the file that it replaces belonged, or the folder.
func replaceFile(path string, content []byte) error {
	folder := filepath.Dir(path)
	if err := refuseForeignLinks(folder); err != nil {
		return err
	}
	drawn := make([]byte, 6)
	_, _ = rand.Read(drawn)
	temporary := path + "." + hex.EncodeToString(drawn) + ".tmp"
	mode := fs.FileMode(ownerAlone)
	replaced, err := os.Lstat(path)
	if err == nil && replaced.Mode().IsRegular() {
		mode = replaced.Mode().Perm()
	} else {
		replaced = nil
	}
	file, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if errors.Is(err, fs.ErrNotExist) {
		if err = makeFolder(folder); err == nil {
			file, err = os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		}
	}
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if err == nil {
		// Whatever the umask takes away.
		err = file.Chmod(mode)
	}
	if err == nil && isRoot() {
		err = giveTo(file, replaced, folder)
	}
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		_ = os.Remove(temporary)
		return err
	}
	if err = syncFolder(folder); err != nil {
		return err
	}
	removeAbandoned(folder)
	return nil
}

// Makes a folder where there is none, which belongs to whom the one above belongs.
func makeFolder(path string) error {
	if err := refuseForeignLinks(path); err != nil {
		return err
	}
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if err := os.MkdirAll(path, 0o777); err != nil || !isRoot() {
		return err
	}
	folder, err := openFolderItself(path)
	if err != nil {
		return err
	}
	defer folder.Close()
	return giveTo(folder, nil, filepath.Dir(path))
}

func appendDurably(path, text string, isNew bool) error {
	flags := os.O_WRONLY | os.O_APPEND | noFollow
	if isNew {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		flags |= os.O_CREATE | os.O_EXCL
	}
	file, err := os.OpenFile(path, flags, ownerAlone)
	if err != nil {
		return err
	}
	if isNew && isRoot() {
		// The service must be able to read what root leaves.
		err = giveTo(file, nil, filepath.Dir(path))
	}
	if err == nil {
		_, err = file.WriteString(text)
	}
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// Whether files can be read and written in a folder; one that is not there is made and removed again.
func tryFolder(folder string) error {
	var made []string
	for path := folder; ; path = filepath.Dir(path) {
		_, err := os.Stat(path)
		if errors.Is(err, fs.ErrPermission) {
			// Of a folder behind a link MkdirAll would say that it is there.
			return err
		}
		if !errors.Is(err, fs.ErrNotExist) || path == filepath.Dir(path) {
			break
		}
		made = append(made, path)
	}
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	err := mayWrite(folder)
	for _, path := range made {
		// One that is in use by now stays.
		_ = os.Remove(path)
	}
	return err
}

var temporaryName = regexp.MustCompile(`\.[0-9a-f]{12}\.tmp$`)

// A write takes moments: a file of that age was left by a process that was killed.
const abandonedAfter = time.Minute

// Folders in which this process has looked.
var tidied sync.Map

func removeAbandoned(folder string) {
	if _, before := tidied.LoadOrStore(folder, true); before {
		return
	}
	entries, _ := os.ReadDir(folder)
	for _, entry := range entries {
		found, err := entry.Info()
		if err == nil && temporaryName.MatchString(entry.Name()) && time.Since(found.ModTime()) > abandonedAfter {
			_ = os.Remove(filepath.Join(folder, entry.Name()))
		}
	}
}
