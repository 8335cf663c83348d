package main

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net"
	"os"
	"strings"
	"time"
)

// What a peer's certificate is judged by.
type trust struct {
	Ca          string
	Fingerprint string
	Cert        string
	Key         string
}

type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

// Opens TLS connections. Where a trust is given, one is handed on only after its certificate was judged: a pinned one
// must be the one shown, and one that is not pinned, or has an authority too, must verify, name included.
func dialTLS(dial dialFunc, to peer, timeout time.Duration) dialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		// Read at each connection, so that a renewed file is used without a restart.
		config, err := tlsConfig(to, address)
		if err != nil {
			return nil, err
		}
		plain, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		limited, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		secure := tls.Client(plain, config)
		if err = secure.HandshakeContext(limited); err != nil {
			_ = plain.Close()
			return nil, err
		}
		return secure, nil
	}
}

func tlsConfig(to peer, address string) (*tls.Config, error) {
	name, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	config := &tls.Config{ServerName: name, NextProtos: []string{"http/1.1"}}
	if to.Trust == nil {
		config.RootCAs, err = authorities()
		return config, err
	}
	roots, err := authorities()
	if err != nil {
		return nil, err
	}
	if to.Trust.Ca != "" {
		given, failed := readPem(to.Trust.Ca, "bad_ca", "CERTIFICATE")
		if failed != nil {
			return nil, failed
		}
		roots = x509.NewCertPool()
		roots.AppendCertsFromPEM(given)
	}
	if to.Trust.Cert != "" && to.Trust.Key != "" {
		certificate, failed := readPem(to.Trust.Cert, "bad_cert", "CERTIFICATE")
		if failed != nil {
			return nil, failed
		}
		key, failed := readPem(to.Trust.Key, "bad_cert", "PRIVATE KEY")
		if failed != nil {
			return nil, failed
		}
		pair, err := tls.X509KeyPair(certificate, key)
		if err != nil {
			return nil, &failure{Kind: "bad_cert", Path: to.Trust.Cert, Code: "no pair"}
		}
		config.Certificates = []tls.Certificate{pair}
	}
	config.InsecureSkipVerify = true
	config.VerifyConnection = func(state tls.ConnectionState) error {
		if failed := judge(state, to.Trust, roots, name); failed != nil {
			return failed
		}
		return nil
	}
	return config, nil
}

func judge(state tls.ConnectionState, by *trust, roots *x509.CertPool, name string) *failure {
	shown := state.PeerCertificates[0]
	fingerprint := fingerprintOf(shown)
	if by.Fingerprint != "" && fingerprint != by.Fingerprint {
		return &failure{Kind: "wrong_fingerprint", Fingerprint: fingerprint}
	}
	if by.Fingerprint != "" && by.Ca == "" {
		return nil
	}
	between := x509.NewCertPool()
	for _, each := range state.PeerCertificates[1:] {
		between.AddCert(each)
	}
	_, err := shown.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, DNSName: name})
	if err == nil {
		return nil
	}
	return &failure{Kind: "untrusted", Code: certificateCode(&tls.CertificateVerificationError{
		UnverifiedCertificates: state.PeerCertificates, Err: err,
	}), Fingerprint: fingerprint}
}

// `AB:CD:…`
func fingerprintOf(certificate *x509.Certificate) string {
	const digits = "0123456789ABCDEF"
	sum := sha256.Sum256(certificate.Raw)
	pairs := make([]string, 0, len(sum))
	for _, each := range sum {
		pairs = append(pairs, string([]byte{digits[each>>4], digits[each&15]}))
	}
	return strings.Join(pairs, ":")
}

// OpenSSL's name for why a certificate does not verify, as Node tells it; empty where it is no such error.
func certificateCode(err error) string {
	var verification *tls.CertificateVerificationError
	if !errors.As(err, &verification) {
		return ""
	}
	var unknown x509.UnknownAuthorityError
	var other x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &other):
		return "ERR_TLS_CERT_ALTNAME_INVALID"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		if time.Now().Before(invalid.Cert.NotBefore) {
			return "CERT_NOT_YET_VALID"
		}
		return "CERT_HAS_EXPIRED"
	case errors.As(err, &unknown):
		shown := verification.UnverifiedCertificates
		last := shown[len(shown)-1]
		isSelfSigned := string(last.RawSubject) == string(last.RawIssuer)
		switch {
		case len(shown) == 1 && isSelfSigned:
			return "DEPTH_ZERO_SELF_SIGNED_CERT"
		case isSelfSigned:
			return "SELF_SIGNED_CERT_IN_CHAIN"
		}
		return "UNABLE_TO_VERIFY_LEAF_SIGNATURE"
	}
	return "CERT_REJECTED"
}

// Alerts by which a peer refuses the certificate that it was shown, or that none was (RFC 8446, section 6.2);
// `handshake failure` says the latter up to TLS 1.2.
func wantsCertificate(alert tls.AlertError) bool {
	const handshakeFailure, badCertificate, unknownAuthority, required = 40, 42, 48, 116
	number := uint8(alert)
	return number == handshakeFailure || number >= badCertificate && number <= unknownAuthority || number == required
}

func readPem(path, kind, holds string) ([]byte, *failure) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, &failure{Kind: kind, Path: path, Code: codeOf(err)}
	}
	for rest := text; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return nil, &failure{Kind: kind, Path: path, Code: "no PEM"}
		}
		if strings.HasSuffix(block.Type, holds) {
			return text, nil
		}
	}
}

// The system's authorities. Android keeps them in folders that Go knows of only where it was built for Android.
func authorities() (*x509.CertPool, error) {
	pool, err := x509.SystemCertPool()
	if err != nil {
		return nil, err
	}
	for _, folder := range []string{"/apex/com.android.conscrypt/cacerts", "/system/etc/security/cacerts", "/data/misc/keychain/certs-added"} {
		entries, err := os.ReadDir(folder)
		if err != nil {
			continue
		}
		for _, entry := range entries {
			if text, err := os.ReadFile(folder + "/" + entry.Name()); err == nil {
				pool.AppendCertsFromPEM(text)
			}
		}
	}
	return pool, nil
}
