// Package mail sends mails over SMTP, with go-mail's client, for package mail:
//
//	server, err := smtpmail.New(smtpmail.Config{Host: "smtp.example.com", Username: "shop", Password: cfg.MailPassword})
//	app.Extend(server)
//	err = server.Send(ctx, message)
//
// # TLS
//
// The connection is encrypted from its first byte (port 465), or with StartTLS from the first
// command (port 587), with TLS 1.2 or newer and a certificate for Host, or it is not used. On a
// loopback address it is plain, for a relay or a catcher of mails beside the program, unless StartTLS,
// Username, RootCAs or port 465 is set.
//
// # Errors
//
// A refusal with a 4xx code, and a connection that fails, are a [mail.TemporaryError]: send the
// mail again in five to fifteen minutes, as receivers that do not know a sender expect. A 5xx
// code is final. When the connection is lost after the mail was handed over nobody knows whether it
// arrived: that is temporary too, so give the mail an ID, by which a second one is dropped.
package mail

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/textproto"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/config"
	"github.com/dewar-go/dewar/mail"
)

// Config holds the settings of a [Server].
type Config struct {
	// Host is the server's name, as its certificate has it. It is required.
	Host string
	// Port is the port. Default: 465, with StartTLS 587, on a loopback address 25.
	Port int
	// StartTLS begins in plain text and changes to TLS before anything else is said.
	StartTLS bool
	// Username and Password sign in. Default: nobody does. The password is read at each
	// connection, so that a secret may change.
	Username string
	Password config.Secret
	// Bounce is the address that undeliverable mails go back to. Default: From's.
	Bounce string
	// Connections is how many are kept open for the next mails. Default: 2.
	Connections int
	// Timeout is for each step of a connection. Default: 15 s.
	Timeout time.Duration
	// RootCAs are the authorities that are believed. Default: the system's.
	RootCAs *x509.CertPool
}

// Server sends mails. It is a [mail.Sender] and a [dewar.Extension].
type Server struct {
	cfg   Config
	plain bool
	idle  chan *connection
}

var (
	_ mail.Sender     = (*Server)(nil)
	_ dewar.Extension = (*Server)(nil)
)

// perConnection is how many mails one connection sends. Servers end it at some number.
const perConnection = 100

type connection struct {
	*smtp.Client
	sent int
}

// New makes a Server, and connects to nothing yet. It fails for a Host that is missing and for a
// password without a name.
func New(cfg Config) (*Server, error) {
	if cfg.Host == "" {
		return nil, errors.New("mail: Host is required: the name of the SMTP server")
	}
	if cfg.Password.IsSet() != (cfg.Username != "") {
		return nil, errors.New("mail: Username and Password go together; only one of them is given")
	}
	if cfg.Bounce != "" {
		if _, err := mail.Mailbox(cfg.Bounce); err != nil {
			return nil, fmt.Errorf("mail: Bounce: %w", err)
		}
	}
	s := &Server{cfg: cfg}
	s.plain = isLoopback(cfg.Host) && !cfg.StartTLS && cfg.Port != 465 && cfg.Username == "" && cfg.RootCAs == nil
	port := 465
	switch {
	case s.plain:
		port = 25
	case cfg.StartTLS:
		port = 587
	}
	s.cfg.Port = cmp.Or(cfg.Port, port)
	s.cfg.Timeout = cmp.Or(cfg.Timeout, 15*time.Second)
	s.idle = make(chan *connection, max(cmp.Or(cfg.Connections, 2), 1))
	return s, nil
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// Init does nothing: the first mail connects.
func (s *Server) Init(*dewar.App) error { return nil }

// Close ends the idle connections.
func (s *Server) Close(context.Context) error {
	for {
		select {
		case c := <-s.idle:
			_ = c.Quit()
		default:
			return nil
		}
	}
}

// Send sends a mail to all of its recipients, or to none.
func (s *Server) Send(ctx context.Context, m *mail.Message) error {
	data, err := m.Encode(time.Now())
	if err != nil {
		return err
	}
	to, err := m.Recipients()
	if err != nil {
		return err
	}
	from, err := mail.Mailbox(cmp.Or(s.cfg.Bounce, m.From))
	if err != nil {
		return err
	}
	c, err := s.take(ctx)
	if err != nil {
		return s.failure(err)
	}
	if deadline, ok := ctx.Deadline(); ok {
		_ = c.UpdateDeadline(time.Until(deadline))
	} else {
		_ = c.UpdateDeadline(4 * s.cfg.Timeout)
	}
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	err = c.send(from, to, data)
	if !stop() { // the connection is closed
		return s.failure(errors.Join(err, ctx.Err()))
	}
	s.give(c, err)
	if err != nil {
		return s.failure(err)
	}
	return nil
}

func (c *connection) send(from string, to []string, data []byte) error {
	if err := c.Mail(from); err != nil {
		return err
	}
	for _, r := range to {
		if err := c.Rcpt(r); err != nil {
			return fmt.Errorf("to %s: %w", r, err)
		}
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(data); err != nil {
		return errors.Join(err, w.Close())
	}
	return w.Close()
}

// take is a connection that answers: an idle one, or a new one.
func (s *Server) take(ctx context.Context) (*connection, error) {
	for {
		select {
		case c := <-s.idle:
			_ = c.UpdateDeadline(s.cfg.Timeout)
			if c.Noop() == nil {
				return c, nil
			}
			_ = c.Close()
		default:
			return s.dial(ctx)
		}
	}
}

// give keeps a connection for the next mail. One whose mail was refused is told to forget it.
func (s *Server) give(c *connection, err error) {
	c.sent++
	var code *textproto.Error
	refused := errors.As(err, &code) && code.Code != 421
	if err != nil && !refused || c.sent >= perConnection || c.Reset() != nil {
		_ = c.Close()
		return
	}
	select {
	case s.idle <- c:
	default:
		_ = c.Quit()
	}
}

func (s *Server) dial(ctx context.Context) (*connection, error) {
	policy := gomail.TLSMandatory
	options := []gomail.Option{gomail.WithPort(s.cfg.Port), gomail.WithTimeout(s.cfg.Timeout)}
	switch {
	case s.plain:
		policy = gomail.NoTLS
	case !s.cfg.StartTLS:
		options = append(options, gomail.WithSSL())
	}
	options = append(options, gomail.WithTLSPolicy(policy), gomail.WithTLSConfig(&tls.Config{
		ServerName: s.cfg.Host, MinVersion: tls.VersionTLS12, RootCAs: s.cfg.RootCAs,
	}))
	if s.cfg.Username != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(s.cfg.Username), gomail.WithPassword(s.cfg.Password.Value()))
	}
	client, err := gomail.NewClient(s.cfg.Host, options...)
	if err != nil {
		return nil, err
	}
	c, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return nil, err
	}
	return &connection{Client: c}, nil
}

// failure says which server it was, and whether to try again. The server's text may quote an
// address; it holds no password.
func (s *Server) failure(err error) error {
	var code *textproto.Error
	final := errors.As(err, &code) && code.Code >= 500
	wrapped := fmt.Errorf("mail: %s: %w", net.JoinHostPort(s.cfg.Host, fmt.Sprint(s.cfg.Port)), err)
	if final || s.untrusted(err) || errors.Is(err, context.Canceled) {
		return wrapped
	}
	return &mail.TemporaryError{Err: wrapped}
}

// untrusted reports whether the server could not prove who it is, which no later attempt mends.
func (s *Server) untrusted(err error) bool {
	var unverified *tls.CertificateVerificationError
	return errors.As(err, &unverified) || strings.Contains(err.Error(), "STARTTLS")
}

// String names the server and no password.
func (s *Server) String() string { return "mail.Server(" + s.cfg.Host + ")" }
