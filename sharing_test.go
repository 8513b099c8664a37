package dewar_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net"
	"net/http/httptest"
	"net/url"
	"os"
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
	app.Post("/form", func(c *dewar.Context) error { return c.Text("taken") })
	app.Post("/login", func(c *dewar.Context) error {
		if err := c.FlaskLogin(c.Form("id"), c.Form("remember") != ""); err != nil {
			return err
		}
		return c.NoContent()
	})
	app.Post("/logout", func(c *dewar.Context) error {
		if err := c.FlaskLogout(); err != nil {
			return err
		}
		return c.NoContent()
	})
	app.Get("/user", func(c *dewar.Context) error {
		id, fresh, ok := c.FlaskUser()
		switch {
		case !ok:
			return c.Text("nobody")
		case fresh:
			return c.Text(id + " fresh")
		}
		return c.Text(id)
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

func TestFlaskLogin(t *testing.T) {
	cl := sharing(t, dewar.Config{Flask: &dewar.FlaskSharing{}})
	cl.Header.Set("User-Agent", "A")
	if got := cl.Get("/user").Text; got != "nobody" {
		t.Errorf("before: %q", got)
	}
	cl.PostForm("/login", url.Values{"id": {"a|42"}, "remember": {"1"}})
	if got := cl.Get("/user").Text; got != "a|42 fresh" {
		t.Errorf("after signing in: %q", got)
	}
	cl.Header.Set("User-Agent", "B")
	if got := cl.Get("/user").Text; got != "a|42" {
		t.Errorf("in another browser: %q, want a user who is not fresh", got)
	}
	cl.Header.Set("User-Agent", "A")
	if got := cl.Get("/user").Text; got != "a|42" {
		t.Errorf("back again: %q, want a user who is no longer fresh", got)
	}
	remember := cl.Cookie("remember_token")
	cl.ClearCookies()
	cl.SetCookie("remember_token", remember.Value)
	if got := cl.Get("/user").Text; got != "a|42" {
		t.Errorf("remembered: %q", got)
	}
	cl.PostForm("/logout", nil)
	if cl.Cookie("remember_token") != nil || cl.Cookie("session") != nil {
		t.Error("signing out leaves cookies behind")
	}
	cl.Session(func(s *session.Session) { s.Set("_user_id", 42) })
	if got := cl.Get("/user").Text; got != "42" {
		t.Errorf("a number for an id: %q", got)
	}
	cl.Session(func(s *session.Session) { s.Clear(); s.Set("_remember", "clear") })
	cl.SetCookie("remember_token", remember.Value)
	if got := cl.Get("/user").Text; got != "nobody" {
		t.Errorf("signed out, with the cookie still there: %q", got)
	}
	cl.ClearCookies()
	cl.SetCookie("remember_token", "1"+remember.Value)
	if got := cl.Get("/user").Text; got != "nobody" {
		t.Errorf("a forged remember cookie signs in %q", got)
	}
}

func TestFlaskLoginNeedsTheSwitch(t *testing.T) {
	cl := sharing(t, dewar.Config{})
	if resp := cl.Get("/user"); resp.Status != 500 {
		t.Errorf("got %d", resp.Status)
	}
}

// A key was replaced: Flask-Login and Flask-WTF, which do not read
// SECRET_KEY_FALLBACKS, would sign everybody out and refuse every form that is
// open. Here both survive, and retiring the old key ends them.
func TestRotationKeepsRememberCookiesAndTokens(t *testing.T) {
	oldKey, newKey := dewar.NewSecret(sign.GenerateKey()), dewar.NewSecret(sign.GenerateKey())
	for _, shared := range []*dewar.FlaskSharing{{}, nil} {
		before := sharing(t, dewar.Config{SecretKey: oldKey, Flask: shared})
		var remember string
		if shared != nil {
			before.PostForm("/login", url.Values{"id": {"42"}, "remember": {"1"}})
			remember = before.Cookie("remember_token").Value
		}
		token := before.Get("/token").Text
		cookie := before.Cookie("session").Value

		rotated := sharing(t, dewar.Config{SecretKey: newKey, SecretKeyFallbacks: []dewar.Secret{oldKey}, Flask: shared})
		retired := sharing(t, dewar.Config{SecretKey: newKey, Flask: shared})
		for name, cl := range map[string]*dewartest.Client{"rotated": rotated, "retired": retired} {
			cl.SecFetchSite = "" // an old browser: the token decides
			cl.SetCookie("session", cookie)
			resp := cl.PostForm("/form", url.Values{"csrf_token": {token}})
			if want := map[string]int{"rotated": 200, "retired": 400}[name]; resp.Status != want {
				t.Errorf("sharing %v, %s: the token gives %d, want %d", shared != nil, name, resp.Status, want)
			}
			if shared == nil {
				continue
			}
			cl.ClearCookies()
			cl.SetCookie("remember_token", remember)
			if got, want := cl.Get("/user").Text, map[string]string{"rotated": "42", "retired": "nobody"}[name]; got != want {
				t.Errorf("%s: the remember cookie is %q, want %q", name, got, want)
			}
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

// The mark of the browser is Flask-Login's, byte for byte; a text of the header
// is what WSGI reads as Latin-1.
func TestFlaskLoginMarksTheBrowser(t *testing.T) {
	text, err := os.ReadFile("testdata/browsermarks.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows []struct {
		Address, ID string
		Agent       *string
	}
	if err := json.Unmarshal(text, &rows); err != nil || len(rows) == 0 {
		t.Fatal(len(rows), err)
	}
	cl := sharing(t, dewar.Config{Flask: &dewar.FlaskSharing{}})
	for _, row := range rows {
		r := cl.NewRequest("POST", "/login", strings.NewReader("id=42"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.RemoteAddr = net.JoinHostPort(row.Address, "1")
		if row.Agent != nil {
			var latin1 []byte
			for _, c := range *row.Agent {
				latin1 = append(latin1, byte(c))
			}
			r.Header.Set("User-Agent", string(latin1))
		}
		cl.Do(r)
		cl.Session(func(s *session.Session) {
			if id, _ := session.Value[string](s, "_id"); id != row.ID {
				t.Errorf("%s %q: got %s, want %s", row.Address, *row.Agent, id, row.ID)
			}
		})
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
