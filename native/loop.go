package main

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/grafana/sobek"
)

// The one thread of JavaScript: whatever happens elsewhere is done here, one after the other.
type loop struct {
	vm     *sobek.Runtime
	tasks  chan func()
	ended  chan struct{}
	code   int
	timers map[int64]*time.Timer
	last   int64
	once   sync.Once
}

func newLoop(vm *sobek.Runtime) *loop {
	return &loop{vm: vm, tasks: make(chan func(), 64), ended: make(chan struct{}), timers: map[int64]*time.Timer{}}
}

// Runs what comes until the program ends. Returns its exit code.
func (l *loop) run() int {
	for {
		select {
		case <-l.ended:
			return l.code
		case task := <-l.tasks:
			task()
		}
	}
}

// Ends the program; of several exit codes the first one holds.
func (l *loop) exit(code int) {
	l.once.Do(func() {
		l.code = code
		close(l.ended)
	})
}

// Has a task done on the thread of JavaScript, from any other one.
func (l *loop) post(task func()) {
	select {
	case l.tasks <- task:
	case <-l.ended:
	}
}

// As post, and waits until it is done.
func (l *loop) postAndWait(task func()) {
	done := make(chan struct{})
	l.post(func() {
		defer close(done)
		task()
	})
	select {
	case <-done:
	case <-l.ended:
	}
}

// Calls back; what the callback throws is a defect of the program, and ends it.
func (l *loop) call(callback sobek.Callable, args ...sobek.Value) {
	if _, err := callback(sobek.Undefined(), args...); err != nil {
		os.Stderr.WriteString(err.Error() + "\n")
		l.exit(1)
	}
}

// Work on another thread, as a promise.
func (l *loop) promise(work func() (any, error)) sobek.Value {
	promise, resolve, reject := l.vm.NewPromise()
	go func() {
		result, err := work()
		l.post(func() {
			if err != nil {
				reject(l.error(err))
			} else {
				resolve(l.value(result))
			}
		})
	}()
	return l.vm.ToValue(promise)
}

func (l *loop) value(result any) sobek.Value {
	switch result := result.(type) {
	case []byte:
		return l.vm.ToValue(l.vm.NewArrayBuffer(result))
	case *answer:
		result.Body = l.vm.NewArrayBuffer(result.content)
	}
	return l.vm.ToValue(result)
}

// Throws an error of the system in JavaScript.
func (l *loop) check(err error) {
	if err != nil {
		panic(l.error(err))
	}
}

// An Error with the system's code, such as ENOENT.
func (l *loop) error(err error) *sobek.Object {
	made, failure := l.vm.New(l.vm.Get("Error"), l.vm.ToValue(err.Error()))
	if failure != nil {
		panic(failure)
	}
	_ = made.Set("code", codeOf(err))
	return made
}

// An error that has a code of its own.
type codedError struct{ code, text string }

func (e *codedError) Error() string { return e.text }

// The code that Node has for an error.
func codeOf(err error) string {
	var coded *codedError
	var number syscall.Errno
	var lookup *net.DNSError
	switch {
	case errors.As(err, &coded):
		return coded.code
	case errors.As(err, &lookup):
		return "ENOTFOUND"
	case errors.As(err, &number):
		if name := errnoName(number); name != "" {
			return name
		}
	}
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "ENOENT"
	case errors.Is(err, fs.ErrExist):
		return "EEXIST"
	case errors.Is(err, fs.ErrPermission):
		return "EACCES"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "ETIMEDOUT"
	case errors.Is(err, context.Canceled):
		return "ABORT_ERR"
	}
	return "unknown error"
}

func (l *loop) addTimers() {
	_ = l.vm.Set("setTimeout", func(callback sobek.Callable, milliseconds float64) int64 {
		l.last++
		id := l.last
		l.timers[id] = time.AfterFunc(time.Duration(milliseconds*float64(time.Millisecond)), func() {
			l.post(func() {
				if _, waits := l.timers[id]; waits {
					delete(l.timers, id)
					l.call(callback)
				}
			})
		})
		return id
	})
	_ = l.vm.Set("clearTimeout", func(id sobek.Value) {
		if timer, waits := l.timers[id.ToInteger()]; waits {
			timer.Stop()
			delete(l.timers, id.ToInteger())
		}
	})
}
