package mail_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/dewar-go/dewar/config"
	smtpmail "github.com/dewar-go/dewar/contrib/mail"
	"github.com/dewar-go/dewar/mail"
)

// relay is a mail server that keeps what it gets.
type relay struct {
	mu       sync.Mutex
	mails    []received
	sessions int
	refuse   map[string]*smtp.SMTPError // by recipient
	hold     chan struct{}              // what a mail's data waits for
	users    []string
	roots    *x509.CertPool
	port     int
}

type received struct{ from, to, data string }

func (r *relay) NewSession(*smtp.Conn) (smtp.Session, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sessions++
	return &session{relay: r}, nil
}

type session struct {
	relay *relay
	mail  received
	to    []string
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, name, password string) error {
		if name != "shop" || password != "secret" {
			return errors.New("no")
		}
		s.relay.mu.Lock()
		defer s.relay.mu.Unlock()
		s.relay.users = append(s.relay.users, name)
		return nil
	}), nil
}

func (s *session) Reset()        { s.mail, s.to = received{}, nil }
func (s *session) Logout() error { return nil }
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.mail.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.relay.mu.Lock()
	defer s.relay.mu.Unlock()
	if err := s.relay.refuse[to]; err != nil {
		return err
	}
	s.to = append(s.to, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if s.relay.hold != nil {
		<-s.relay.hold
	}
	s.relay.mu.Lock()
	defer s.relay.mu.Unlock()
	s.relay.mails = append(s.relay.mails, received{s.mail.from, strings.Join(s.to, " "), string(data)})
	return nil
}

func (r *relay) got() []received {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.mails
}

// start serves; with implicit TLS, or STARTTLS, or neither.
func start(t *testing.T, kind string) *relay {
	t.Helper()
	r := &relay{refuse: map[string]*smtp.SMTPError{}}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, _ := x509.ParseCertificate(der)
	r.roots = x509.NewCertPool()
	r.roots.AddCert(cert)
	conf := &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.port = l.Addr().(*net.TCPAddr).Port
	server := smtp.NewServer(r)
	server.Domain, server.ErrorLog = "relay.example", nothing{}
	switch kind {
	case "tls":
		l = tls.NewListener(l, conf)
	case "starttls":
		server.TLSConfig = conf
	}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return r
}

type nothing struct{}

func (nothing) Printf(string, ...any) {}
func (nothing) Println(...any)        {}

func client(t *testing.T, cfg smtpmail.Config) *smtpmail.Server {
	t.Helper()
	if cfg.Host == "" {
		cfg.Host = "127.0.0.1"
	}
	s, err := smtpmail.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	return s
}

func message(to ...string) *mail.Message {
	return &mail.Message{From: "Shop <shop@example.com>", To: to, Subject: "Hello", Text: "Hi\n.\n..x\n", Bcc: []string{"copy@example.com"}}
}

// starttls is the configuration of a server beside the relay on loopback.
func starttls(r *relay) smtpmail.Config {
	return smtpmail.Config{Port: r.port, StartTLS: true, RootCAs: r.roots, Username: "shop", Password: config.NewSecret("secret")}
}

func TestSend(t *testing.T) {
	for _, kind := range []string{"starttls", "tls", "plain"} {
		t.Run(kind, func(t *testing.T) {
			r := start(t, kind)
			cfg := starttls(r)
			switch kind {
			case "plain":
				cfg = smtpmail.Config{Port: r.port}
			case "tls":
				cfg.StartTLS = false
			}
			cfg.Bounce = "bounce@example.com"
			s := client(t, cfg)
			for range 3 {
				if err := s.Send(context.Background(), message("ada@example.com")); err != nil {
					t.Fatal(err)
				}
			}
			got := r.got()
			if len(got) != 3 || got[0].from != "bounce@example.com" || got[0].to != "ada@example.com copy@example.com" ||
				!strings.Contains(got[0].data, "\r\n\r\nHi\r\n.\r\n..x\r\n") || strings.Contains(got[0].data, "copy@") || strings.Contains(got[0].data, "X-Mailer") {
				t.Errorf("%q", got)
			}
			if r.sessions > 2 { // one, and go-smtp begins another behind STARTTLS
				t.Errorf("%d connections for three mails", r.sessions)
			}
			if kind != "plain" && len(r.users) != 1 {
				t.Errorf("signed in as %v", r.users)
			}
		})
	}
}

// TestNeverInTheClear: without TLS nothing is said, and a server that cannot prove who it is gets
// nothing either.
func TestNeverInTheClear(t *testing.T) {
	send := func(s *smtpmail.Server) error { return s.Send(context.Background(), message("ada@example.com")) }
	r := start(t, "plain") // one that offers no STARTTLS, as behind somebody who takes it out
	cfg := starttls(r)
	if err := send(client(t, cfg)); err == nil || mail.IsTemporary(err) {
		t.Errorf("without STARTTLS: %v", err)
	}
	own := start(t, "starttls")
	cfg = starttls(own)
	cfg.RootCAs = nil
	if err := send(client(t, cfg)); err == nil || mail.IsTemporary(err) {
		t.Errorf("an authority that is not known: %v", err)
	}
	for _, relay := range []*relay{r, own} {
		if len(relay.got()) > 0 || len(relay.users) > 0 {
			t.Errorf("it got %v from %v", relay.got(), relay.users)
		}
	}
	for want, cfg := range map[string]smtpmail.Config{
		"Host": {}, "together": {Host: "smtp.example.com", Username: "x"}, "Bounce": {Host: "a", Bounce: "x"},
	} {
		if _, err := smtpmail.New(cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func TestFailures(t *testing.T) {
	ctx := context.Background()
	r := start(t, "plain")
	s := client(t, smtpmail.Config{Port: r.port, Timeout: 5 * time.Second})
	r.refuse["grey@example.com"] = &smtp.SMTPError{Code: 451, Message: "try later"}
	r.refuse["gone@example.com"] = &smtp.SMTPError{Code: 550, Message: "no such user"}
	for to, temporary := range map[string]bool{"grey@example.com": true, "gone@example.com": false} {
		err := s.Send(ctx, message("ada@example.com", to))
		if err == nil || mail.IsTemporary(err) != temporary || !strings.Contains(err.Error(), to) {
			t.Errorf("%s: %v, temporary %v", to, err, mail.IsTemporary(err))
		}
	}
	if len(r.got()) != 0 {
		t.Errorf("a mail to somebody who is refused went to the others: %v", r.got())
	}
	if err := s.Send(ctx, message("ada@example.com")); err != nil || len(r.got()) != 1 {
		t.Errorf("the connection is spoilt: %v", err)
	}
	if err := s.Send(ctx, message("a@b@c")); err == nil || mail.IsTemporary(err) {
		t.Errorf("no mail: %v", err)
	}

	r.hold = make(chan struct{})
	hurry, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	if err := s.Send(hurry, message("ada@example.com")); !errors.Is(err, context.DeadlineExceeded) && !mail.IsTemporary(err) {
		t.Errorf("the context has ended: %v", err)
	}
	close(r.hold)

	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	_ = l.Close()
	if err := client(t, smtpmail.Config{Port: port}).Send(ctx, message("ada@example.com")); !mail.IsTemporary(err) {
		t.Errorf("nobody there: %v", err)
	}
}
