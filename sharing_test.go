package dewar_test

import (
	"bytes"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/secure"
	"github.com/dewar-go/dewar/session"
	"github.com/dewar-go/dewar/sign"
)

func TestSharingStartRules(t *testing.T) {
	strong := dewar.NewSecret(sign.GenerateKey())
	rows := []struct {
		name string
		cfg  dewar.Config
		want []string
	}{
		{"strong key", dewar.Config{SecretKey: strong, Flask: &dewar.FlaskSharing{}}, nil},
		{"no key", dewar.Config{Flask: &dewar.FlaskSharing{}}, []string{"Flask needs SecretKey"}},
		{"short key", dewar.Config{SecretKey: dewar.NewSecret("dev"), Flask: &dewar.FlaskSharing{}}, []string{"SecretKey", "FlaskSharing.InsecureShortKey"}},
		{"short fallback", dewar.Config{SecretKey: strong, SecretKeyFallbacks: []dewar.Secret{dewar.NewSecret("dev")}, Flask: &dewar.FlaskSharing{}}, []string{"FlaskSharing.InsecureShortKey"}},
		{"short key accepted", dewar.Config{SecretKey: dewar.NewSecret("dev"), Flask: &dewar.FlaskSharing{InsecureShortKey: true}}, nil},
		{"fallbacks that were one string", dewar.Config{SecretKey: strong, SecretKeyFallbacks: []dewar.Secret{dewar.NewSecret("o"), dewar.NewSecret("l"), dewar.NewSecret("d")},
			Flask: &dewar.FlaskSharing{InsecureShortKey: true}}, []string{"one string"}},
		{"short CSRF key", dewar.Config{SecretKey: strong, Flask: &dewar.FlaskSharing{CSRFSecretKey: dewar.NewSecret("dev")}}, []string{"CSRFSecretKey", "InsecureShortKey"}},
		{"server store", dewar.Config{SecretKey: strong, Flask: &dewar.FlaskSharing{},
			Session: dewar.SessionConfig{Store: session.NewMemoryStore(session.MemoryOptions{})}}, []string{"Session.Store"}},
		{"encrypted", dewar.Config{SecretKey: strong, Flask: &dewar.FlaskSharing{}, Session: dewar.SessionConfig{CookieEncrypted: true}}, []string{"CookieEncrypted"}},
		{"both stores", dewar.Config{Session: dewar.SessionConfig{CookieEncrypted: true, Store: session.NewMemoryStore(session.MemoryOptions{})}}, []string{"CookieEncrypted"}},
		{"short key without the switch", dewar.Config{SecretKey: dewar.NewSecret("dev")}, []string{"SecretKey"}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			row.cfg.InstanceDir = filepath.Join(t.TempDir(), "instance")
			row.cfg.Loopback = true
			row.cfg.Logger = slog.New(slog.DiscardHandler)
			_, err := dewar.New(row.cfg).Handler()
			if (err == nil) != (row.want == nil) {
				t.Fatalf("got %v", err)
			}
			for _, want := range row.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
			if row.name == "short key without the switch" && strings.Contains(err.Error(), "InsecureShortKey") {
				t.Errorf("%q offers a field that is not there", err)
			}
		})
	}
}

// sharedKey is a strong key for tests that need the same one twice.
var sharedKey = sign.GenerateKey()

// sharing is an app beside Flask with the views the tests need.
func sharing(t *testing.T, cfg dewar.Config) *dewartest.Client {
	t.Helper()
	if !cfg.SecretKey.IsSet() {
		cfg.SecretKey = dewar.NewSecret(sharedKey)
	}
	cfg.Logger = slog.New(slog.DiscardHandler)
	cfg.InstanceDir = t.TempDir()
	app := dewar.New(cfg)
	app.Get("/token", func(c *dewar.Context) error {
		token, err := c.CSRFToken()
		if err != nil {
			return err
		}
		return c.Text(token)
	})
	return dewartest.New(t, app)
}

func TestSharingCookie(t *testing.T) {
	cl := sharing(t, dewar.Config{Flask: &dewar.FlaskSharing{}})
	resp := cl.Get("/token")
	set := resp.Header.Get("Set-Cookie")
	if !strings.HasPrefix(set, "session=") || !strings.Contains(set, "HttpOnly") || !strings.Contains(set, "SameSite=Lax") {
		t.Errorf("Set-Cookie %q", set)
	}
	ring, err := sign.NewKeyRing(sharedKey)
	if err != nil {
		t.Fatal(err)
	}
	values, err := session.NewCookieStore(ring, session.CookieOptions{}).Decode(cl.Cookie("session").Value)
	if err != nil {
		t.Fatal(err)
	}
	secret, _ := values["csrf_token"].(string)
	if got, err := secure.NewFlaskToken(ring.URLSafeTimed(secure.FlaskTokenSalt)).Decode(resp.Text, time.Hour); err != nil || got != secret || len(secret) != 40 {
		t.Errorf("the token holds %q, %v; the session %q", got, err, secret)
	}
}

// Over HTTPS the name stays Flask's, and the cookie is Secure nevertheless.
func TestSharingCookieOverHTTPS(t *testing.T) {
	app := dewar.New(dewar.Config{
		SecretKey: dewar.NewSecret(sharedKey), TrustedHosts: []string{"shop.example.com"}, Flask: &dewar.FlaskSharing{},
		Proxies: secure.ProxyConfig{Trusted: []string{"127.0.0.1/32"}, Proto: 1}, Logger: slog.New(slog.DiscardHandler),
	})
	app.Get("/", func(c *dewar.Context) error { c.Session().Set("a", 1); return c.Text("x") })
	h, err := app.Handler()
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("GET", "https://shop.example.com/", nil)
	r.RemoteAddr = "127.0.0.1:1"
	r.Header.Set("X-Forwarded-Proto", "https")
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	set := rec.Header().Get("Set-Cookie")
	if !strings.HasPrefix(set, "session=") || !strings.Contains(set, "Secure") {
		t.Errorf("%d, Set-Cookie %q", rec.Code, set)
	}
}

func TestSessionRefreshEachRequest(t *testing.T) {
	for _, each := range []bool{false, true} {
		app := dewar.New(dewar.Config{
			SecretKey: dewar.NewSecret(sharedKey), Logger: slog.New(slog.DiscardHandler),
			Flask: &dewar.FlaskSharing{SessionRefreshEachRequest: each},
		})
		app.Get("/", func(c *dewar.Context) error { c.Session().Len(); return c.Text("x") })
		cl := dewartest.New(t, app)
		cl.Session(func(s *session.Session) { s.SetPermanent(true); s.Set("a", 1) })
		if set := cl.Get("/").Header["Set-Cookie"]; (len(set) > 0) != each {
			t.Errorf("SessionRefreshEachRequest %v: Set-Cookie %q", each, set)
		}
	}
}

func TestPasswordsFollowTheSwitch(t *testing.T) {
	for want, shared := range map[string]*dewar.FlaskSharing{"scrypt:32768:8:3$": {}, "$argon2id$": nil} {
		h := dewar.New(dewar.Config{Flask: shared}).Passwords()
		hash, err := h.Hash(t.Context(), "correct horse")
		if err != nil || !strings.HasPrefix(hash, want) {
			t.Errorf("got %q, %v, want %s…", hash, err, want)
		}
		if h.NeedsRehash(hash) {
			t.Errorf("%q needs a rehash at once", hash)
		}
	}
	shared := dewar.New(dewar.Config{Flask: &dewar.FlaskSharing{}}).Passwords()
	if shared.NeedsRehash("scrypt:32768:8:3$salt$" + strings.Repeat("00", 64)) {
		t.Error("Werkzeug's form is to be replaced while it is shared")
	}
}

func TestShortKeyIsLogged(t *testing.T) {
	var log bytes.Buffer
	app := dewar.New(dewar.Config{
		SecretKey: dewar.NewSecret("dev"), Flask: &dewar.FlaskSharing{InsecureShortKey: true}, Loopback: true,
		Logger: slog.New(slog.NewTextHandler(&log, nil)),
	})
	if _, err := app.Handler(); err != nil || !strings.Contains(log.String(), "InsecureShortKey") {
		t.Errorf("%v, log %q", err, log.String())
	}
}

func TestSessionStores(t *testing.T) {
	for name, cfg := range map[string]dewar.SessionConfig{
		"memory":    {Store: session.NewMemoryStore(session.MemoryOptions{})},
		"encrypted": {CookieEncrypted: true},
		"signed":    {},
	} {
		t.Run(name, func(t *testing.T) {
			app := dewar.New(dewar.Config{Session: cfg, Logger: slog.New(slog.DiscardHandler), InstanceDir: t.TempDir()})
			app.Get("/set", func(c *dewar.Context) error { c.Session().Set("n", 7); return c.Text("") })
			app.Get("/renew", func(c *dewar.Context) error { c.Session().Renew(); return c.Text("") })
			app.Get("/", func(c *dewar.Context) error {
				if n, _ := session.Value[int](c.Session(), "n"); n != 7 {
					t.Errorf("the session has %d", n)
				}
				return c.Text("")
			})
			cl := dewartest.New(t, app)
			cl.Get("/set")
			cl.Get("/")
			old := cl.Cookie("session").Value
			if readable := strings.Contains(old, "eyJuIjo3fQ"); readable != (name == "signed") {
				t.Errorf("the cookie is %q", old)
			}
			cl.Get("/renew")
			cl.Get("/")
			if name != "memory" {
				return
			}
			if cl.Cookie("session").Value == old {
				t.Error("Renew keeps the id")
			}
			cl.SetCookie("session", old)
			cl.Session(func(s *session.Session) {
				if s.Len() != 0 {
					t.Error("the old id is still good")
				}
			})
		})
	}
}

// The cookie of a permanent session on the server gets a later end as the
// session does.
func TestServerSessionMovesItsCookie(t *testing.T) {
	now := time.Now().Add(-2 * time.Minute)
	store := session.NewMemoryStore(session.MemoryOptions{ServerOptions: session.ServerOptions{Now: func() time.Time { return now }}})
	app := dewar.New(dewar.Config{Session: dewar.SessionConfig{Store: store}, Logger: slog.New(slog.DiscardHandler), InstanceDir: t.TempDir()})
	app.Get("/", func(c *dewar.Context) error { c.Session().Len(); return c.Text("") })
	cl := dewartest.New(t, app)
	cl.Session(func(s *session.Session) { s.SetPermanent(true) })
	id := cl.Cookie("session").Value
	now = time.Now()
	if set := cl.Get("/").Header.Get("Set-Cookie"); !strings.HasPrefix(set, "session="+id+";") || !strings.Contains(set, "Expires=") {
		t.Errorf("after two minutes: Set-Cookie %q", set)
	}
	if set := cl.Get("/").Header["Set-Cookie"]; len(set) > 0 {
		t.Errorf("at once: Set-Cookie %q", set)
	}
}

// Whatever a client sends for a session is an empty one and a debug line.
func TestRefusedSessions(t *testing.T) {
	var log bytes.Buffer
	app := dewar.New(dewar.Config{
		SecretKey: dewar.NewSecret(sharedKey), InstanceDir: t.TempDir(),
		Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	app.Get("/", func(c *dewar.Context) error {
		if n := c.Session().Len(); n != 0 {
			t.Errorf("the session has %d values", n)
		}
		return c.Text("fine")
	})
	cl := dewartest.New(t, app)
	ring, err := sign.NewKeyRing(sharedKey)
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := ring.URLSafeTimedWith(sign.SerializerOptions{SignerOptions: sign.SignerOptions{Salt: "cookie-session", KeyDerivation: sign.HMACDerivation}})
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"not a token": "x", "empty parts": "..", "forged": "eyJ1c2VyX2lkIjo0Mn0.ZVPxAA.AAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"long": strings.Repeat("a", 17<<10), "a list, signed": tokens.Seal([]byte("[1]")), "no JSON, signed": tokens.Seal([]byte("{")),
		"compressed nonsense, signed": tokens.Seal([]byte(".AAAA")),
	} {
		log.Reset()
		cl.SetCookie("session", value)
		if resp := cl.Get("/"); resp.Status != 200 || resp.Text != "fine" {
			t.Errorf("%s: %d %q", name, resp.Status, resp.Text)
		}
		if line := log.String(); !strings.Contains(line, "level=DEBUG") || !strings.Contains(line, "not accepted") || len(line) > 1000 {
			t.Errorf("%s: the log has %q", name, line)
		}
	}
}

// TestRenewMakesTokensWorthless: a new session has new CSRF tokens.
func TestRenewMakesTokensWorthless(t *testing.T) {
	app, _ := newApp(t)
	app.Get("/form", func(c *dewar.Context) error { return c.Render("form.html", nil) })
	app.Post("/sign-in", func(c *dewar.Context) error { c.Session().Renew(); c.Session().Set("user", 1); return c.Text("in") })
	app.Post("/", text("done"))
	client := dewartest.New(t, app)
	old := client.Get("/form").Text
	client.PostForm("/sign-in", nil)
	client.SecFetchSite = "" // the token decides
	if resp := client.PostForm("/", url.Values{"csrf_token": {old}}); resp.Status != 400 {
		t.Errorf("the old token: %d", resp.Status)
	}
	if resp := client.PostForm("/", url.Values{"csrf_token": {client.Get("/form").Text}}); resp.Status != 200 {
		t.Errorf("a new one: %d %s", resp.Status, resp.Text)
	}
}
