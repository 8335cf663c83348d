package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/coder/websocket"
	"github.com/grafana/sobek"
)

// Whom to talk to, as exporter/host/network.ts says.
type peer struct {
	Origin     string
	SocketPath string
	Trust      *trust
	// Milliseconds.
	Timeout int
}

func addNetwork(l *loop, api *sobek.Object) {
	_ = api.Set("client", func(to peer) map[string]any {
		made := newClient(l, to)
		return map[string]any{"request": made.request, "webSocket": made.webSocket, "close": made.close}
	})
}

type client struct {
	loop   *loop
	peer   peer
	http   *http.Client
	ctx    context.Context
	cancel context.CancelFunc
}

func newClient(l *loop, to peer) *client {
	ctx, cancel := context.WithCancel(context.Background())
	timeout := time.Duration(to.Timeout) * time.Millisecond
	dialer := &net.Dialer{Timeout: timeout}
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		if to.SocketPath != "" {
			return dialSocket(ctx, dialer, to.SocketPath)
		}
		return dialer.DialContext(ctx, network, address)
	}
	transport := &http.Transport{
		DialContext:         dial,
		DialTLSContext:      dialTLS(dial, to, timeout),
		DisableCompression:  true,
		MaxIdleConnsPerHost: 4,
		IdleConnTimeout:     time.Minute,
		// The head of an answer; connecting has its own limit.
		ResponseHeaderTimeout: timeout,
	}
	return &client{l, to, &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, ctx, cancel}
}

// Ends running requests and closes connections.
func (c *client) close() {
	c.cancel()
	c.http.CloseIdleConnections()
}

type request struct {
	Method  string
	Path    string
	Headers map[string]string
	Gzip    bool
	Body    string
	Bytes   *sobek.ArrayBuffer
}

// What was answered, or why nothing was.
type answer struct {
	Status  int
	Headers map[string]string
	Body    sobek.ArrayBuffer
	Failure *failure
	content []byte
}

type running struct {
	Result sobek.Value
	Cancel context.CancelFunc
}

// One request; redirects are not followed. It never rejects.
func (c *client) request(wanted request) *running {
	ctx, cancel := context.WithCancel(c.ctx)
	body := []byte(wanted.Body)
	if wanted.Bytes != nil {
		body = bytes.Clone(wanted.Bytes.Bytes())
	}
	promise := c.loop.promise(func() (any, error) {
		defer cancel()
		status, headers, content, err := c.ask(ctx, wanted, body)
		if err != nil {
			return &answer{Failure: failureOf(err)}, nil
		}
		return &answer{Status: status, Headers: headers, content: content}, nil
	})
	return &running{promise, cancel}
}

func (c *client) ask(ctx context.Context, wanted request, body []byte) (int, map[string]string, []byte, error) {
	if wanted.Gzip {
		var packed bytes.Buffer
		writer := gzip.NewWriter(&packed)
		_, _ = writer.Write(body)
		_ = writer.Close()
		body = packed.Bytes()
	}
	made, err := http.NewRequestWithContext(ctx, wanted.Method, c.peer.Origin+wanted.Path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, nil, err
	}
	for name, value := range wanted.Headers {
		made.Header.Set(name, value)
	}
	if wanted.Gzip {
		made.Header.Set("Content-Encoding", "gzip")
	}
	if made.Header.Get("User-Agent") == "" {
		// As Node's client: none.
		made.Header.Set("User-Agent", "")
	}
	got, err := c.http.Do(made)
	if err != nil {
		return 0, nil, nil, err
	}
	defer got.Body.Close()
	patience := time.Duration(c.peer.Timeout) * time.Millisecond
	pause := time.AfterFunc(patience, func() { _ = got.Body.Close() })
	defer pause.Stop()
	var content bytes.Buffer
	part := make([]byte, 32<<10)
	for {
		read, err := got.Body.Read(part)
		content.Write(part[:read])
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return 0, nil, nil, err
		}
		pause.Reset(patience)
	}
	headers := map[string]string{}
	for name, values := range got.Header {
		if len(values) == 1 {
			headers[strings.ToLower(name)] = values[0]
		}
	}
	return got.StatusCode, headers, content.Bytes(), nil
}

type stream struct {
	Path      string
	Headers   map[string]string
	OnOpen    sobek.Callable
	OnMessage sobek.Callable
	OnClose   sobek.Callable
}

// Gives a peer that does not answer a goodbye this long before the connection is let go.
const goodbye = 200 * time.Millisecond

// Opens a WebSocket without compression. Returns what closes it.
func (c *client) webSocket(wanted stream) func() {
	ctx, cancel := context.WithCancel(c.ctx)
	var closing sync.Once
	var lock sync.Mutex
	var open *websocket.Conn
	closed := func() { c.loop.post(func() { c.loop.call(wanted.OnClose) }) }
	go func() {
		defer closed()
		headers := http.Header{}
		for name, value := range wanted.Headers {
			headers.Set(name, value)
		}
		connection, _, err := websocket.Dial(ctx, c.peer.Origin+wanted.Path, &websocket.DialOptions{
			HTTPClient: c.http,
			HTTPHeader: headers,
		})
		if err != nil {
			return
		}
		defer connection.CloseNow()
		connection.SetReadLimit(-1)
		lock.Lock()
		open = connection
		lock.Unlock()
		c.loop.post(func() { c.loop.call(wanted.OnOpen) })
		for {
			kind, message, err := connection.Read(ctx)
			if err != nil {
				return
			}
			if kind == websocket.MessageText {
				// Not before the one before it was taken: what is not read waits where it costs the sender, not this memory.
				c.loop.postAndWait(func() {
					c.loop.call(wanted.OnMessage, c.loop.vm.ToValue(c.loop.vm.NewArrayBuffer(message)))
				})
			}
		}
	}()
	return func() {
		closing.Do(func() {
			go func() {
				lock.Lock()
				connection := open
				lock.Unlock()
				if connection != nil {
					time.AfterFunc(goodbye, cancel)
					_ = connection.Close(websocket.StatusNormalClosure, "")
				}
				cancel()
			}()
		})
	}
}

// Why a request had no answer, as exporter/host/network.ts names it.
type failure struct {
	Kind        string
	Code        string
	Fingerprint string
	Path        string
}

func (f *failure) Error() string { return f.Kind + " " + f.Code }

func failureOf(err error) *failure {
	var known *failure
	if errors.As(err, &known) {
		return known
	}
	var alert tls.AlertError
	var record tls.RecordHeaderError
	switch code := codeOf(err); {
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.ENOENT), code == "ECONNREFUSED", code == "ENOENT":
		return &failure{Kind: "refused", Code: code}
	case code == "EACCES", code == "EPERM":
		return &failure{Kind: "forbidden", Code: code}
	case errors.As(err, &alert) && wantsCertificate(alert):
		return &failure{Kind: "certificate_wanted", Code: alert.Error()}
	case errors.As(err, &alert):
		// Which is TLS, such as that of a proxy which has no certificate yet.
		return &failure{Kind: "unreachable", Code: alert.Error()}
	case errors.As(err, &record):
		return &failure{Kind: "not_tls", Code: "ERR_SSL_WRONG_VERSION_NUMBER"}
	case strings.Contains(err.Error(), "malformed HTTP"), strings.Contains(err.Error(), "invalid header"):
		return &failure{Kind: "not_http", Code: "HPE_INVALID_CONSTANT"}
	default:
		if certificate := certificateCode(err); certificate != "" {
			code = certificate
		}
		var failed *url.Error
		if code == "unknown error" && errors.As(err, &failed) && errors.Is(failed.Err, io.EOF) {
			code = "UND_ERR_SOCKET"
		}
		return &failure{Kind: "unreachable", Code: code}
	}
}
