package main

import (
	"bufio"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/grafana/sobek"
)

const ownerAlone = 0o600

// Files as exporter/host/host.ts describes them; what is promised there of crashes and of root is held here as
// runtime/atomic-file.ts holds it on Node.
func addFiles(l *loop, api *sobek.Object) {
	set := func(name string, value any) { _ = api.Set(name, value) }
	done := func(work func() error) sobek.Value {
		return l.promise(func() (any, error) { return nil, work() })
	}
	set("absolute", func(path, folder string) string {
		if !filepath.IsAbs(path) {
			path = filepath.Join(folder, path)
		}
		absolute, err := filepath.Abs(path)
		l.check(err)
		return absolute
	})
	set("folderOf", filepath.Dir)
	set("nameOf", filepath.Base)
	set("followLinks", func(path string) sobek.Value {
		return l.promise(func() (any, error) { return filepath.EvalSymlinks(path) })
	})
	set("readFile", func(path string) sobek.Value {
		return l.promise(func() (any, error) { return os.ReadFile(path) })
	})
	set("mode", func(path string) sobek.Value {
		return l.promise(func() (any, error) {
			found, err := os.Stat(path)
			if err != nil {
				return nil, err
			}
			return int(found.Mode().Perm()), nil
		})
	})
	set("replaceFile", func(path, text string) sobek.Value {
		return done(func() error { return replaceFile(path, []byte(text)) })
	})
	set("rename", func(from, to string) sobek.Value { return done(func() error { return os.Rename(from, to) }) })
	set("makeWritable", func(folder string) sobek.Value {
		return done(func() error {
			if err := makeFolder(folder); err != nil {
				return err
			}
			return mayWrite(folder)
		})
	})
	set("createFile", func(path, text string) sobek.Value {
		return done(func() error {
			file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, ownerAlone)
			if err != nil {
				return err
			}
			_, err = file.WriteString(text)
			return errors.Join(err, file.Close())
		})
	})
	set("createPacked", func(path string, onFailure sobek.Callable) sobek.Value {
		return l.promise(func() (any, error) {
			file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, ownerAlone)
			if err != nil {
				return nil, err
			}
			packed := newPackedFile(l, file, onFailure)
			return map[string]any{"write": packed.write, "end": packed.end}, nil
		})
	})
	set("install", func(path string, content sobek.ArrayBuffer, mode int) sobek.Value {
		return done(func() error {
			if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
				return err
			}
			if err := os.WriteFile(path, content.Bytes(), fs.FileMode(mode)); err != nil {
				return err
			}
			return os.Chmod(path, fs.FileMode(mode))
		})
	})
	set("remove", func(path string) sobek.Value {
		return done(func() error {
			if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			return nil
		})
	})
	set("list", func(folder string) sobek.Value {
		return l.promise(func() (any, error) {
			entries, err := os.ReadDir(folder)
			names := make([]string, 0, len(entries))
			for _, entry := range entries {
				names = append(names, entry.Name())
			}
			return names, err
		})
	})
	set("append", func(path, text string, isNew bool) sobek.Value {
		return done(func() error { return appendDurably(path, text, isNew) })
	})
	set("isInMemory", func(folder string) sobek.Value {
		return l.promise(func() (any, error) {
			for path := folder; ; path = filepath.Dir(path) {
				if inMemory, err := isInMemory(path); err == nil {
					return inMemory, nil
				}
				if path == filepath.Dir(path) {
					return false, nil
				}
			}
		})
	})
	set("tryFolder", func(folder string) sobek.Value { return done(func() error { return tryFolder(folder) }) })
	set("fingerprint", func(path string) sobek.Value {
		return l.promise(func() (any, error) {
			found, err := os.Stat(path)
			if err != nil {
				return codeOf(err), nil
			}
			return fingerprint(found), nil
		})
	})
	// Of files of lines: at once, so that the last line before a crash is there.
	set("makeFolderNow", func(path string) { l.check(makeFolder(filepath.Dir(path))) })
	set("renameNow", func(from, to string) { l.check(os.Rename(from, to)) })
	set("appendNow", func(path, text string) {
		l.check(refuseForeignLinks(path))
		file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, ownerAlone)
		l.check(err)
		_, err = file.WriteString(text)
		l.check(errors.Join(err, file.Close()))
	})
	set("look", func(path string, length int) sobek.Value {
		found, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return sobek.Undefined()
		}
		l.check(err)
		told := l.vm.NewObject()
		_ = told.Set("size", found.Size())
		if found.Mode().IsRegular() {
			file, err := os.Open(path)
			l.check(err)
			defer file.Close()
			beginning := make([]byte, length)
			read, _ := io.ReadFull(file, beginning)
			_ = told.Set("beginning", string(beginning[:read]))
		}
		return told
	})
}

// A gzip file as it grows.
type packedFile struct {
	loop      *loop
	file      *os.File
	buffer    *bufio.Writer
	gzip      *gzip.Writer
	failure   error
	onFailure sobek.Callable
}

func newPackedFile(l *loop, file *os.File, onFailure sobek.Callable) *packedFile {
	buffer := bufio.NewWriter(file)
	return &packedFile{loop: l, file: file, buffer: buffer, gzip: gzip.NewWriter(buffer), onFailure: onFailure}
}

func (p *packedFile) write(text string) {
	if p.failure != nil {
		return
	}
	if _, p.failure = io.WriteString(p.gzip, text); p.failure != nil {
		p.loop.call(p.onFailure)
	}
}

func (p *packedFile) end() sobek.Value {
	return p.loop.promise(func() (any, error) {
		if p.failure != nil {
			return nil, errors.Join(p.failure, p.file.Close())
		}
		return nil, errors.Join(p.gzip.Close(), p.buffer.Flush(), p.file.Close())
	})
}
