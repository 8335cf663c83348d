package main

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/grafana/sobek"
	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// What of bytes, texts, zones and names the engine has not.
func addBytes(l *loop, api *sobek.Object) {
	set := func(name string, value any) { _ = api.Set(name, value) }
	set("encode", func(text string) sobek.Value { return l.value([]byte(text)) })
	set("decode", func(buffer sobek.ArrayBuffer, from, to int, encoding string, fatal bool) string {
		text, err := decode(buffer.Bytes()[from:to], encoding, fatal)
		if err != nil {
			panic(l.vm.NewTypeError(err.Error()))
		}
		return text
	})
	// Called for each connection of each frame: the engine would take far longer to convert arguments by their types.
	set("sameBytes", func(call sobek.FunctionCall) sobek.Value {
		return l.vm.ToValue(bytes.Equal(span(call, 0), span(call, 3)))
	})
	set("indexOf", func(call sobek.FunctionCall) sobek.Value {
		return l.vm.ToValue(bytes.Index(span(call, 0), span(call, 3)))
	})
	set("lastIndexOf", func(call sobek.FunctionCall) sobek.Value {
		return l.vm.ToValue(bytes.LastIndex(span(call, 0), span(call, 3)))
	})
	set("sha256", func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return hex.EncodeToString(sum[:])
	})
	set("fromBase64", func(text string) sobek.Value {
		plain, err := base64.RawURLEncoding.DecodeString(text)
		l.check(err)
		return l.value(plain)
	})
	set("randomHex", func(length int) string {
		drawn := make([]byte, length)
		_, _ = rand.Read(drawn)
		return hex.EncodeToString(drawn)
	})
	set("gunzip", func(packed sobek.ArrayBuffer, from, to int) sobek.Value {
		reader, err := gzip.NewReader(bytes.NewReader(packed.Bytes()[from:to]))
		l.check(err)
		plain, err := io.ReadAll(reader)
		l.check(err)
		return l.value(plain)
	})
	set("zoneOffset", func(zone string, milliseconds float64) int {
		location, err := locationOf(zone)
		if err != nil {
			panic(l.vm.NewTypeError(err.Error()))
		}
		_, offset := time.UnixMilli(int64(milliseconds)).In(location).Zone()
		return offset
	})
	set("publicSuffix", publicSuffix)
	set("parseUrl", func(text string) map[string]string { return parseURL(text) })
}

// What three arguments name: a buffer, and where in it.
func span(call sobek.FunctionCall, first int) []byte {
	buffer := call.Argument(first).Export().(sobek.ArrayBuffer)
	return buffer.Bytes()[call.Argument(first+1).ToInteger():call.Argument(first+2).ToInteger()]
}

func decode(message []byte, encoding string, fatal bool) (string, error) {
	switch encoding {
	case "gbk":
		plain, err := simplifiedchinese.GBK.NewDecoder().Bytes(message)
		return string(plain), err
	case "utf-16le", "utf-16be":
		order := unicode.LittleEndian
		if encoding == "utf-16be" {
			order = unicode.BigEndian
		}
		plain, err := unicode.UTF16(order, unicode.ExpectBOM).NewDecoder().Bytes(message)
		return string(plain), err
	}
	// As the standard has it, a byte order mark is no part of the text.
	message = bytes.TrimPrefix(message, []byte("\xef\xbb\xbf"))
	if fatal && !utf8.Valid(message) {
		return "", &codedError{"ERR_ENCODING_INVALID_ENCODED_DATA", "the bytes are not UTF-8"}
	}
	return string(message), nil
}

// Zones are found in any case, as browsers and Node find them.
func locationOf(zone string) (*time.Location, error) {
	parts := strings.FieldsFunc(zone, func(r rune) bool { return r == '/' })
	for i, part := range parts {
		words := strings.Split(strings.ToLower(part), "_")
		for j, word := range words {
			if word != "" && word != "of" && word != "es" {
				words[j] = strings.ToUpper(word[:1]) + word[1:]
			}
		}
		parts[i] = strings.Join(words, "_")
	}
	var failure error
	for _, name := range []string{zone, strings.Join(parts, "/"), strings.ToUpper(zone)} {
		if name == "" || name == "Local" || name == "local" {
			continue
		}
		location, err := time.LoadLocation(name)
		if err == nil {
			return location, nil
		}
		failure = err
	}
	if failure == nil {
		failure = &codedError{"ERR_INVALID_ARG_VALUE", "no time zone"}
	}
	return nil, failure
}

// The suffix of a name under which its registry lets people register, by the list's rules of registries alone.
func publicSuffix(name string) string {
	for {
		suffix, byRegistry := publicsuffix.PublicSuffix(name)
		_, above, more := strings.Cut(suffix, ".")
		if byRegistry || !more {
			return suffix
		}
		// A rule of a company: what a registry says is about fewer labels.
		name = above
	}
}

var defaultPorts = map[string]string{"http": "80", "https": "443", "ws": "80", "wss": "443"}

// An absolute URL of a scheme with a host, in parts as the URL standard names them; nil where it is none.
func parseURL(text string) map[string]string {
	parsed, err := url.Parse(strings.TrimSpace(text))
	if err != nil || parsed.Scheme == "" || parsed.Host == "" {
		return nil
	}
	host := strings.ToLower(parsed.Hostname())
	if ascii, failure := idna.Lookup.ToASCII(host); failure == nil {
		host = ascii
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	port := parsed.Port()
	if port == defaultPorts[parsed.Scheme] {
		port = ""
	}
	hostAndPort := host
	if port != "" {
		hostAndPort += ":" + port
	}
	password, _ := parsed.User.Password()
	query, fragment := "", ""
	if parsed.RawQuery != "" {
		query = "?" + parsed.RawQuery
	}
	if parsed.Fragment != "" {
		fragment = "#" + parsed.EscapedFragment()
	}
	path := parsed.EscapedPath()
	if path == "" {
		path = "/"
	}
	return map[string]string{
		"protocol": parsed.Scheme + ":", "host": hostAndPort, "hostname": host, "port": port, "pathname": path,
		"origin": parsed.Scheme + "://" + hostAndPort, "search": query, "hash": fragment,
		"username": parsed.User.Username(), "password": password,
	}
}
