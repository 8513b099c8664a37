package dewar_test

import (
	"fmt"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/secure"
)

// TestSubdomainHosts: a rule of a subdomain belongs to ServerName with its port,
// as in Flask; localhost has subdomains in development.
func TestSubdomainHosts(t *testing.T) {
	for _, row := range []struct{ server, host, want string }{
		{"example.com", "example.com", "200 apex"},
		{"example.com", "api.example.com", "200 api"},
		{"example.com", "API.example.com", "200 api"},
		{"example.com", "api.example.com:80", "200 api"},
		{"example.com", "api.example.com:8080", "404"},
		{"example.com", "example.com:8080", "404"},
		{"example.com", "other.com", "404"},
		{"example.com", "a.b.example.com", "404"},
		{"example.com:8080", "api.example.com:8080", "200 api"},
		{"example.com:8080", "api.example.com", "404"},
		{"example.com:8080", "example.com", "404"},
		{"localhost:5000", "localhost:5000", "200 apex"},
		{"localhost:5000", "api.localhost:5000", "200 api"},
		{"localhost:5000", "api.localhost", "404"},
		{"localhost:5000", "127.0.0.1:5000", "404"},
		{"localhost", "api.localhost", "200 api"},
	} {
		app, _ := newApp(t, func(cfg *dewar.Config) {
			cfg.ServerName, cfg.SubdomainMatching, cfg.TrustedHosts = row.server, true, []string{".example.com", "example.com", "other.com"}
		})
		app.Get("/", text("api")).Subdomain("api")
		app.Get("/", text("apex")).Name("apex")
		client := dewartest.New(t, app)
		r := client.NewRequest("GET", "/", nil)
		r.Host = row.host
		resp := client.Do(r)
		got := fmt.Sprint(resp.Status)
		if resp.Status == 200 {
			got += " " + resp.Text
		}
		if got != row.want {
			t.Errorf("ServerName %s, Host %s: got %q, want %q", row.server, row.host, got, row.want)
		}
	}
}

// TestForwardedPort: a port that the scheme has anyway is in no URL.
func TestForwardedPort(t *testing.T) {
	for _, row := range []struct{ scheme, host, port, want string }{
		{"https", "example.com", "443", "https://example.com/"},
		{"https", "example.com:443", "", "https://example.com/"},
		{"https", "example.com", "8443", "https://example.com:8443/"},
		{"http", "example.com", "80", "http://example.com/"},
		{"http", "example.com", "443", "http://example.com:443/"},
	} {
		app, _ := newApp(t, func(cfg *dewar.Config) {
			cfg.TrustedHosts = []string{"example.com"}
			cfg.Proxies = secure.ProxyConfig{Trusted: []string{"192.0.2.0/24", "127.0.0.1"}, Port: 1, Host: 1, Proto: 1, For: 1}
		})
		app.Get("/", func(c *dewar.Context) error {
			u, err := c.URL(dewar.To("index").External())
			if err != nil {
				return err
			}
			return c.Text(u)
		}).Name("index")
		client := dewartest.New(t, app)
		r := client.NewRequest("GET", "/", nil)
		r.RemoteAddr = "127.0.0.1:1234"
		r.Header.Set("X-Forwarded-For", "198.51.100.1")
		r.Header.Set("X-Forwarded-Proto", row.scheme)
		r.Header.Set("X-Forwarded-Host", row.host)
		if row.port != "" {
			r.Header.Set("X-Forwarded-Port", row.port)
		}
		if resp := client.Do(r); resp.Text != row.want {
			t.Errorf("%+v: got %d %q", row, resp.Status, resp.Text)
		}
	}
}
