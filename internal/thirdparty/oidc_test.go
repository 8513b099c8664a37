package thirdparty

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/chromedp/chromedp"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/contrib/oidc"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/outbound"
)

// TestLeaveInBrowser: under the default policy, whose form-action is 'self', a browser gets from the button of a provider
// to the provider, and back with the session that it left with.
func TestLeaveInBrowser(t *testing.T) {
	ctx := chrome(t)
	var provider *httptest.Server
	provider = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/.well-known/openid-configuration":
			_ = json.NewEncoder(w).Encode(map[string]string{
				"issuer": provider.URL, "authorization_endpoint": provider.URL + "/authorize", "token_endpoint": provider.URL + "/token", "jwks_uri": provider.URL + "/keys",
			})
		case "/authorize":
			q := r.URL.Query()
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprintf(w, `<title>provider</title><a href="%s?state=%s&error=access_denied">back</a>`, q.Get("redirect_uri"), q.Get("state"))
		}
	}))
	defer provider.Close()
	app := dewar.New(dewar.Config{
		Loopback: true, InstanceDir: t.TempDir(), Logger: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Templates: fstest.MapFS{"login.html": {Data: []byte(`<!doctype html><title>Log in</title>
			{% for p in oidc_providers %}<form method="post" action="{{ url_for('oidc.begin', provider=p.name) }}"><button>{{ p.label }}</button></form>{% endfor %}`)}},
	})
	app.Extend(
		login.New(func(*dewar.Context, string) (*member, error) { return nil, nil }, login.Config{}),
		oidc.New(oidc.Config{
			Credentials: login.NewMemoryCredentials(),
			Providers:   []oidc.Provider{{Name: "test", Issuer: provider.URL, ClientID: "x"}},
			Outbound:    outbound.Config{InsecurePlainHTTP: true, InsecureAllow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}},
		}),
	)
	dewar.OnErrorAs(app, func(c *dewar.Context, err *oidc.Error) error {
		return c.HTML("<!doctype html><title>" + string(err.Reason) + "</title>")
	})
	app.Get("/login", func(c *dewar.Context) error { return c.Render("login.html", nil) })
	server := httptest.NewServer(app)
	defer server.Close()
	b := browser{t, ctx}
	b.do(chromedp.Navigate(strings.Replace(server.URL, "127.0.0.1", "localhost", 1) + "/login"))
	b.run(`document.querySelector("button").click()`)
	b.wait(`document.title == "provider"`)
	b.run(`document.querySelector("a").click()`)
	b.wait(`document.title == "cancelled"`) // and not "stale"
}
