package dewar_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/secure"
	"github.com/dewar-go/dewar/sign"
)

func TestStartRules(t *testing.T) {
	key := dewar.NewSecret(sign.GenerateKey())
	proxies := secure.ProxyConfig{Trusted: []string{"10.0.0.0/8"}}
	hosts := []string{"shop.example.com"}
	rows := []struct {
		name string
		cfg  dewar.Config
		want []string // nothing: it starts
		addr string   // for Run; "": for Handler
	}{
		{"loopback needs nothing", dewar.Config{Loopback: true}, nil, ""},
		{"loopback allows debug", dewar.Config{Loopback: true, Debug: true}, nil, ""},
		{"in the open: key and hosts", dewar.Config{}, []string{"TrustedHosts is required", "SecretKey is required"}, ""},
		{"in the open: complete", dewar.Config{SecretKey: key, TrustedHosts: hosts}, nil, ""},
		{"in the open: no debug", dewar.Config{SecretKey: key, TrustedHosts: hosts, Debug: true}, []string{"Debug"}, ""},
		{"proxies decide before loopback", dewar.Config{Loopback: true, Proxies: proxies}, []string{"TrustedHosts", "SecretKey"}, ""},
		{"weak key", dewar.Config{SecretKey: dewar.NewSecret("dev"), TrustedHosts: hosts}, []string{"SecretKey"}, ""},
		{"certificate without key", dewar.Config{SecretKey: key, TrustedHosts: hosts, TLSCertFile: "x"}, []string{"go together"}, ""},
		{"adhoc in the open", dewar.Config{SecretKey: key, TrustedHosts: hosts, TLSCertFile: "adhoc"}, []string{"adhoc certificate is for debug mode on a loopback"}, ""},
		{"run: adhoc without debug", dewar.Config{TLSCertFile: "adhoc"}, []string{"adhoc certificate is for debug mode on a loopback"}, "127.0.0.1:0"},
		{"run: adhoc elsewhere", dewar.Config{SecretKey: key, TrustedHosts: hosts, Debug: true, TLSCertFile: "adhoc"}, []string{"adhoc", "Debug"}, "192.0.2.1:0"},
		{"run: adhoc with a key", dewar.Config{Debug: true, TLSCertFile: "adhoc", TLSKeyFile: "x"}, []string{"TLSKeyFile"}, "127.0.0.1:0"},
		{"run: redirect without a certificate", dewar.Config{HTTPRedirectAddr: ":0"}, []string{"HTTPRedirectAddr"}, "127.0.0.1:0"},
		{"run: certificate that is not there", dewar.Config{SecretKey: key, TrustedHosts: hosts, TLSCertFile: "no-such-file", TLSKeyFile: "y"}, []string{"TLSCertFile", "no-such-file"}, "127.0.0.1:0"},
		{"server name that is not trusted", dewar.Config{SecretKey: key, TrustedHosts: hosts, ServerName: "www.example.com"}, []string{"ServerName \"www.example.com\" is not among TrustedHosts"}, ""},
		{"server name that is trusted", dewar.Config{SecretKey: key, TrustedHosts: []string{".example.com"}, ServerName: "www.example.com:8443"}, nil, ""},
		{"server name on loopback", dewar.Config{Loopback: true, ServerName: "www.example.com"}, nil, ""},
		{"server name with a scheme", dewar.Config{Loopback: true, ServerName: "https://www.example.com"}, []string{"ServerName"}, ""},
		{"bad host", dewar.Config{SecretKey: key, TrustedHosts: []string{"http://x"}}, []string{"TrustedHosts"}, ""},
		{"missing template folder", dewar.Config{Loopback: true, Templates: os.DirFS("no-such-folder")}, []string{"Templates", "no-such-folder"}, ""},
		{"SameSite", dewar.Config{Loopback: true, Session: dewar.SessionConfig{CookieSameSite: "lux"}}, []string{"CookieSameSite"}, ""},
		{"negative limit", dewar.Config{Loopback: true, MaxContentLength: -1}, []string{"MaxContentLength must not be negative"}, ""},
		{"static URL without a slash", dewar.Config{Loopback: true, Static: os.DirFS("."), StaticURL: "static"}, []string{"StaticURL"}, ""},
		{"cookie name", dewar.Config{Loopback: true, Session: dewar.SessionConfig{CookieName: "my session"}}, []string{"CookieName"}, ""},
		{"cookie domain", dewar.Config{Loopback: true, Session: dewar.SessionConfig{CookieDomain: "http://x"}}, []string{"CookieDomain"}, ""},
		{"cookie path", dewar.Config{Loopback: true, Session: dewar.SessionConfig{CookiePath: "shop"}}, []string{"CookiePath"}, ""},
		{"cookie path with a semicolon", dewar.Config{Loopback: true, Session: dewar.SessionConfig{CookiePath: "/;x"}}, []string{"CookiePath"}, ""},
		{"__Host- without HTTPS", dewar.Config{Loopback: true, Session: dewar.SessionConfig{CookieName: "__Host-x"}}, []string{"needs HTTPS"}, ""},
		{"__secure- without HTTPS", dewar.Config{Loopback: true, Session: dewar.SessionConfig{CookieName: "__secure-x"}}, []string{"needs HTTPS"}, ""},
		{"__Host- with a domain", dewar.Config{SecretKey: key, TrustedHosts: hosts, Session: dewar.SessionConfig{CookieName: "__Host-x", CookieDomain: "example.com"}}, []string{"without a domain"}, ""},
		{"__Host-", dewar.Config{SecretKey: key, TrustedHosts: hosts, Session: dewar.SessionConfig{CookieName: "__Host-x"}}, nil, ""},
		{"PROXY protocol is no loopback", dewar.Config{Loopback: true, Debug: true, ProxyProtocol: []string{"127.0.0.1"}}, []string{"Debug", "plain HTTP is refused", "TrustedHosts", "SecretKey"}, ""},
		{"run: PROXY protocol is no loopback", dewar.Config{Debug: true, ProxyProtocol: []string{"127.0.0.1"}}, []string{"Debug", "plain HTTP is refused", "TrustedHosts", "SecretKey"}, "127.0.0.1:0"},
		{"run: PROXY protocol with a certificate", dewar.Config{Debug: true, ProxyProtocol: []string{"127.0.0.1"}, TLSCertFile: "x", TLSKeyFile: "y"}, []string{"Debug", "in the open (TLS", "TrustedHosts", "SecretKey"}, "127.0.0.1:0"},
		{"run: proxies on a loopback address", dewar.Config{Proxies: proxies}, []string{"TrustedHosts", "SecretKey"}, "127.0.0.1:0"},
		{"run: any address", dewar.Config{SecretKey: key, TrustedHosts: hosts}, []string{"plain HTTP is refused"}, ":0"},
		{"run: a name is not looked up", dewar.Config{SecretKey: key, TrustedHosts: hosts}, []string{"plain HTTP is refused"}, "localhost.example.com:0"},
		{"run: debug elsewhere", dewar.Config{SecretKey: key, TrustedHosts: hosts, Debug: true, InsecurePlainHTTP: true}, []string{"Debug"}, "192.0.2.1:0"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			row.cfg.InstanceDir = filepath.Join(t.TempDir(), "instance")
			app := dewar.New(row.cfg)
			start := func() error { _, err := app.Handler(); return err }
			if row.addr != "" {
				start = func() error { return app.Run(row.addr) } // such a row fails before it listens
			}
			err := start()
			if (err == nil) != (row.want == nil) {
				t.Fatalf("got %v", err)
			}
			for _, want := range row.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
			if err != nil {
				if _, statErr := os.Stat(row.cfg.InstanceDir); statErr == nil {
					t.Error("a start that failed left an instance folder behind")
				}
			}
		})
	}
}

func TestRunRefusesOtherAddresses(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "instance")
	err := dewar.New(dewar.Config{InstanceDir: dir}).Run("0.0.0.0:0")
	for _, want := range []string{"plain HTTP is refused", "InsecurePlainHTTP", "TrustedHosts is required", "SecretKey is required"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}

func TestInstanceKey(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "instance")
	start := func() error {
		_, err := dewar.New(dewar.Config{Loopback: true, InstanceDir: dir}).Handler()
		return err
	}
	if err := start(); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "secret_key")
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %04o", info.Mode().Perm())
	}
	if b, err := os.ReadFile(filepath.Join(dir, ".gitignore")); err != nil || string(b) != "*\n" {
		t.Errorf(".gitignore: %q, %v", b, err)
	}
	before, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := start(); err != nil {
		t.Fatal(err)
	}
	if after, _ := os.ReadFile(name); string(after) != string(before) {
		t.Error("a second start made a new key: every session would end")
	}
	if err := os.Chmod(name, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := start(); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a key that others can read: %v", err)
	}
	if err := os.WriteFile(name, []byte("dev\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := start(); err == nil || !strings.Contains(err.Error(), "secret_key") {
		t.Errorf("a weak key in the file: %v", err)
	}
}

func TestInstanceFolderIsAFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "instance")
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := dewar.New(dewar.Config{Loopback: true, InstanceDir: name}).Handler()
	if err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "--instance") {
		t.Errorf("got %v", err)
	}
}

func TestInstanceKeyInAFolderThatIsThere(t *testing.T) {
	dir := t.TempDir()
	start := func() {
		t.Helper()
		if _, err := dewar.New(dewar.Config{Loopback: true, InstanceDir: dir}).Handler(); err != nil {
			t.Fatal(err)
		}
	}
	start()
	name := filepath.Join(dir, ".gitignore")
	if b, err := os.ReadFile(name); err != nil || string(b) != "/secret_key\n" {
		t.Errorf(".gitignore: %q, %v", b, err)
	}
	if err := os.WriteFile(name, []byte("mine\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "secret_key")); err != nil {
		t.Fatal(err)
	}
	start()
	if b, _ := os.ReadFile(name); string(b) != "mine\n" {
		t.Errorf("somebody's .gitignore became %q", b)
	}
}

func TestHandlerAfterAnotherWayOfServing(t *testing.T) {
	app, _ := newApp(t, func(c *dewar.Config) {
		c.SecretKey, c.TrustedHosts = dewar.NewSecret(sign.GenerateKey()), []string{"shop.example.com"}
	})
	dewartest.New(t, app)
	if _, err := app.Handler(); err == nil || !strings.Contains(err.Error(), "in another way") {
		t.Errorf("the handler of a loopback address was given out for any: %v", err)
	}
}
