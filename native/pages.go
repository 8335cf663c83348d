package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/grafana/sobek"
)

// The page that the exporter answers with.
type page struct {
	Status  int
	Headers map[string]string
	Body    string
}

// The server of the exporter's own pages.
func addPages(l *loop, api *sobek.Object) {
	_ = api.Set("listen", func(host string, port int, answer func(method, url, host string) (*sobek.Object, error)) sobek.Value {
		return l.promise(func() (any, error) {
			listener, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
			if err != nil {
				return nil, err
			}
			server := &http.Server{Handler: handler(l, answer), ReadHeaderTimeout: time.Minute, IdleTimeout: 5 * time.Second}
			go func() { _ = server.Serve(listener) }()
			stop := func() sobek.Value { return closePages(l, server) }
			return map[string]any{"port": listener.Addr().(*net.TCPAddr).Port, "close": stop}, nil
		})
	})
}

// Stops taking requests, and resolves when the running ones are done or three seconds are over.
func closePages(l *loop, server *http.Server) sobek.Value {
	return l.promise(func() (any, error) {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		if err := server.Shutdown(ctx); errors.Is(err, context.DeadlineExceeded) {
			return nil, server.Close()
		}
		return nil, nil
	})
}

func handler(l *loop, answer func(method, url, host string) (*sobek.Object, error)) http.HandlerFunc {
	return func(response http.ResponseWriter, request *http.Request) {
		made := make(chan page, 1)
		l.post(func() {
			promise, err := answer(request.Method, request.URL.RequestURI(), request.Host)
			if err != nil {
				made <- page{Status: http.StatusInternalServerError}
				return
			}
			then, _ := sobek.AssertFunction(promise.Get("then"))
			_, _ = then(promise, l.vm.ToValue(func(given page) { made <- given }), l.vm.ToValue(func(sobek.Value) {
				made <- page{Status: http.StatusInternalServerError}
			}))
		})
		select {
		case <-request.Context().Done():
		case <-l.ended:
		case given := <-made:
			for name, value := range given.Headers {
				response.Header().Set(name, value)
			}
			response.Header().Set("Content-Length", strconv.Itoa(len(given.Body)))
			response.WriteHeader(given.Status)
			_, _ = response.Write([]byte(given.Body))
		}
	}
}
