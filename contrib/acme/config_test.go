package acme_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/contrib/acme"
	"github.com/dewar-go/dewar/sign"
)

func newApp(t *testing.T, hosts ...string) (app *dewar.App, dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "instance")
	return dewar.New(dewar.Config{
		SecretKey: dewar.NewSecret(sign.GenerateKey()), TrustedHosts: hosts, InstanceDir: dir, Logger: slog.New(slog.DiscardHandler),
	}), dir
}

func TestMistakes(t *testing.T) {
	hosts := []string{"shop.example.com"}
	for _, row := range []struct {
		name   string
		hosts  []string
		config acme.Config
		want   []string
	}{
		{"right", hosts, acme.Config{AcceptTerms: true}, nil},
		{"hosts of its own", []string{".example.com", "localhost"}, acme.Config{AcceptTerms: true, Hosts: []string{"Shop.example.com:443"}}, nil},
		{"no hosts", nil, acme.Config{AcceptTerms: true}, []string{"no hosts"}},
		{"terms", hosts, acme.Config{}, []string{"AcceptTerms"}},
		{"subdomains", []string{".example.com"}, acme.Config{AcceptTerms: true}, []string{"TrustedHosts", `".example.com"`, "DNS challenge", "Config.Hosts"}},
		{"address", []string{"192.0.2.1"}, acme.Config{AcceptTerms: true}, []string{"192.0.2.1"}},
		{"IPv6 address", []string{"[2001:db8::1]"}, acme.Config{AcceptTerms: true}, []string{"2001:db8::1"}},
		{"no domain", []string{"shop"}, acme.Config{AcceptTerms: true}, []string{`"shop"`}},
		{"several", []string{"shop"}, acme.Config{DirectoryURL: "http://authority.example/dir", RenewBefore: -time.Hour}, []string{`"shop"`, "AcceptTerms", "https URL", "RenewBefore"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			app, dir := newApp(t, row.hosts...)
			app.Extend(acme.New(row.config))
			_, err := app.Handler()
			if (err == nil) != (row.want == nil) {
				t.Fatalf("got %v", err)
			}
			for _, want := range row.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
			if _, err := os.Stat(dir); err == nil && row.want != nil {
				t.Error("a start that failed left an instance folder behind")
			}
		})
	}
	m := acme.New(acme.Config{AcceptTerms: true})
	for _, want := range []string{"", "installed already"} {
		app, _ := newApp(t, hosts...)
		app.Extend(m)
		if _, err := app.Handler(); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// Others must not reach the keys.
func TestCacheDirIsPrivate(t *testing.T) {
	app, dir := newApp(t, "shop.example.com")
	app.Extend(acme.New(acme.Config{AcceptTerms: true}))
	if err := os.MkdirAll(filepath.Join(dir, acme.CacheDir), 0o755); err != nil { //nolint:gosec // what is refused
		t.Fatal(err)
	}
	if err := app.Start(context.Background()); err == nil || !strings.Contains(err.Error(), "chmod 700") {
		t.Errorf("got %v", err)
	}
}

func TestCheck(t *testing.T) {
	for directory, findings := range map[string]int{"": 0, acme.LetsEncrypt: 0, acme.Staging: 1} {
		if got := acme.New(acme.Config{DirectoryURL: directory}).Check(); len(got) != findings {
			t.Errorf("%q: %v", directory, got)
		}
	}
}
