package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
)

// deliver sends a request while it listens for the answer, which may come
// before the request has ended.
func deliver(ctx context.Context, v *server, write func(w io.Writer) error) string {
	conn, err := dial(ctx, v)
	if err != nil {
		return refused
	}
	defer conn.Close()
	ended := make(chan string, 1)
	go func() {
		answer := bufio.NewReader(conn)
		line, err := answer.ReadString('\n')
		ended <- status(line, err)
		_, _ = io.Copy(io.Discard, answer)
		conn.Close()
	}()
	w := bufio.NewWriterSize(conn, 64<<10)
	if err := write(w); err == nil {
		_ = w.Flush()
	}
	select {
	case how := <-ended:
		return how
	case <-ctx.Done():
		return ""
	}
}

// form is the head of a POST to the form for logging in.
func form(v *server, headers ...string) string {
	return "POST /auth/login HTTP/1.1\r\nHost: " + v.addr + "\r\nSec-Fetch-Site: same-origin\r\nConnection: close\r\n" +
		strings.Join(append(headers, "", ""), "\r\n")
}

const (
	urlencoded = "Content-Type: application/x-www-form-urlencoded"
	gigabyte   = 1 << 30
)

var megabyte = bytes.Repeat([]byte("x"), 1<<20)

func bigBody(ctx context.Context, v *server) string {
	return deliver(ctx, v, func(w io.Writer) error {
		_, err := io.WriteString(w, form(v, urlencoded, fmt.Sprintf("Content-Length: %d", gigabyte))+"username=")
		for n := 0; n < gigabyte && err == nil; n += len(megabyte) {
			_, err = w.Write(megabyte)
		}
		return err
	})
}

func bigChunked(ctx context.Context, v *server) string {
	return deliver(ctx, v, func(w io.Writer) error {
		_, err := io.WriteString(w, form(v, urlencoded, "Transfer-Encoding: chunked")+"9\r\nusername=\r\n")
		for n := 0; n < gigabyte && err == nil; n += len(megabyte) {
			if _, err = fmt.Fprintf(w, "%x\r\n", len(megabyte)); err == nil {
				if _, err = w.Write(megabyte); err == nil {
					_, err = io.WriteString(w, "\r\n")
				}
			}
		}
		if err == nil {
			_, err = io.WriteString(w, "0\r\n\r\n")
		}
		return err
	})
}

// with sends a whole request made of a head and a body.
func with(ctx context.Context, v *server, head string, body []byte) string {
	return deliver(ctx, v, func(w io.Writer) error {
		_, err := io.WriteString(w, head)
		if err == nil {
			_, err = w.Write(body)
		}
		return err
	})
}

var headerLines = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	for i := range 100_000 {
		fmt.Fprintf(&b, "X-%d: x\r\n", i)
	}
	return append(b.Bytes(), "\r\n"...)
})

func manyHeaders(ctx context.Context, v *server) string {
	return with(ctx, v, "GET / HTTP/1.1\r\nHost: "+v.addr+"\r\nConnection: close\r\n", headerLines())
}

// ranges asks for a static file in parts of a byte, as many as its header may hold.
var ranges = sync.OnceValue(func() string {
	var b strings.Builder
	b.WriteString("Range: bytes=0-0")
	for i := 1; b.Len() < 60<<10; i++ {
		fmt.Fprintf(&b, ",%d-%d", 2*i, 2*i)
	}
	return b.String()
})

func manyRanges(ctx context.Context, v *server) string {
	return with(ctx, v, "GET /static/style.css HTTP/1.1\r\nHost: "+v.addr+"\r\nConnection: close\r\n"+ranges()+"\r\n\r\n", nil)
}

var parts = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	for i := range 10_000 {
		fmt.Fprintf(&b, "--B\r\nContent-Disposition: form-data; name=\"a%d\"\r\n\r\nx\r\n", i)
	}
	return append(b.Bytes(), "--B--\r\n"...)
})

func manyParts(ctx context.Context, v *server) string {
	body := parts()
	return with(ctx, v, form(v, "Content-Type: multipart/form-data; boundary=B", fmt.Sprintf("Content-Length: %d", len(body))), body)
}

// bomb is a form of 1 GB, compressed.
var bomb = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, "username=")
	for n := 0; n < gigabyte; n += len(megabyte) {
		_, _ = w.Write(megabyte)
	}
	_ = w.Close()
	return b.Bytes()
})

func gzipBomb(ctx context.Context, v *server) string {
	body := bomb()
	return with(ctx, v, form(v, urlencoded, "Content-Encoding: gzip", fmt.Sprintf("Content-Length: %d", len(body))), body)
}

var parameters = sync.OnceValue(func() string {
	var b strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&b, "&a%d=x", i)
	}
	return b.String()
})

func manyParameters(ctx context.Context, v *server) string {
	return with(ctx, v, "GET /?page=1"+parameters()+" HTTP/1.1\r\nHost: "+v.addr+"\r\nConnection: close\r\n\r\n", nil)
}

var keys = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	for i := range 1_000_000 {
		fmt.Fprintf(&b, "a%d=x&", i)
	}
	return b.Bytes()
})

func manyKeys(ctx context.Context, v *server) string {
	body := keys()
	return with(ctx, v, form(v, urlencoded, fmt.Sprintf("Content-Length: %d", len(body))), body)
}
