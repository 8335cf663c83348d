//go:build unix

package main

import (
	"context"
	"net"
)

func dialSocket(ctx context.Context, dialer *net.Dialer, path string) (net.Conn, error) {
	return dialer.DialContext(ctx, "unix", path)
}
