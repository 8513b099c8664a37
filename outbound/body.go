package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"time"
)

// body is an answer's body under its bounds.
type body struct {
	io.ReadCloser

	left   int64
	idle   time.Duration
	silent *time.Timer // ends the attempt
	cancel context.CancelFunc
}

func newBody(from io.ReadCloser, limit int64, idle time.Duration, cancel context.CancelFunc) *body {
	b := &body{from, limit, idle, time.AfterFunc(idle, cancel), cancel}
	b.silent.Stop() // it runs while somebody reads
	return b
}

// Read reads up to the limit, and one byte beyond to know that there is more.
func (b *body) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, ErrTooLarge
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	b.silent.Reset(b.idle)
	n, err := b.ReadCloser.Read(p)
	b.silent.Stop()
	b.left -= int64(n)
	if b.left < 0 {
		return n - 1, ErrTooLarge
	}
	return n, err
}

// Close gives the connection back.
func (b *body) Close() error {
	b.silent.Stop()
	err := b.ReadCloser.Close()
	b.cancel()
	return err
}

// untrusted reports whether the other side could not prove who it is.
func untrusted(err error) bool {
	_, verification := errors.AsType[*tls.CertificateVerificationError](err)
	_, authority := errors.AsType[x509.UnknownAuthorityError](err)
	_, name := errors.AsType[x509.HostnameError](err)
	return verification || authority || name
}
