package main

import (
	"context"
	"net"
	"strings"

	"github.com/Microsoft/go-winio"
)

// A named pipe, or a unix socket, which Windows has too.
func dialSocket(ctx context.Context, dialer *net.Dialer, path string) (net.Conn, error) {
	if strings.HasPrefix(path, `\\`) {
		return winio.DialPipeContext(ctx, path)
	}
	return dialer.DialContext(ctx, "unix", path)
}
