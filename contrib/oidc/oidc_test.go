package oidc_test

import (
	"cmp"
	"errors"
	"fmt"
	"html"
	"log/slog"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/contrib/oidc"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/session"
)

type account struct {
	login.UserMixin
	id, email string
	inactive  bool
}

func (a *account) GetID() string  { return a.id }
func (a *account) IsActive() bool { return !a.inactive }

// A site is an app with two providers, of which "other" is never asked unless a test does.
type site struct {
	*dewartest.Client
	t      *testing.T
	issuer *issuer
	app    *dewar.App
	users  map[string]*account
	store  *login.MemoryCredentials
	signed []oidc.Identity // what SignUp was asked for
	reason oidc.Reason     // of the last failure
	linked []string
}

func newSite(t *testing.T, i *issuer, change func(*oidc.Config), configs ...dewar.Config) *site {
	t.Helper()
	s := &site{t: t, issuer: i, store: login.NewMemoryCredentials(), users: map[string]*account{
		"ann": {id: "ann", email: "ann@example.com"}, "bob": {id: "bob"},
	}}
	var config dewar.Config
	if len(configs) > 0 {
		config = configs[0]
	}
	config.InstanceDir, config.Loopback = t.TempDir(), true
	config.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	s.app = dewar.New(config)
	secret := dewar.NewSecret(clientSecret)
	cfg := oidc.Config{
		Credentials: s.store, Outbound: i.outbound(),
		Providers: []oidc.Provider{
			{Name: "test", Label: "Test & Co", Issuer: i.URL, ClientID: clientID, ClientSecret: secret},
			{Name: "other", Issuer: i.URL + "/other", ClientID: clientID, ClientSecret: secret},
		},
		SignUp: func(_ *dewar.Context, id oidc.Identity) (login.Account, error) {
			s.signed = append(s.signed, id)
			for _, u := range s.users {
				if id.Email != "" && u.email == id.Email {
					return nil, dewar.StatusError(409)
				}
			}
			u := &account{id: fmt.Sprintf("new%d", len(s.signed)), email: id.Email}
			s.users[u.id] = u
			return u, nil
		},
	}
	if change != nil {
		change(&cfg)
	}
	manager := oidc.New(cfg)
	manager.Signals.Linked.Connect(func(e oidc.Event) { s.linked = append(s.linked, e.User.GetID()+" +"+e.Identity.Label) })
	manager.Signals.Unlinked.Connect(func(e oidc.Event) { s.linked = append(s.linked, e.User.GetID()+" -"+e.Identity.Label) })
	s.app.Extend(login.New(func(_ *dewar.Context, id string) (*account, error) { return s.users[id], nil }, login.Config{}), manager)
	s.app.Signals.SecurityEvent.Connect(func(e dewar.SecurityEvent) {
		var failure *oidc.Error
		if errors.As(e.Err, &failure) {
			s.reason = failure.Reason
		}
	})
	s.app.Get("/who", func(c *dewar.Context) error {
		text := login.Current(c).GetID()
		if r, ok := login.ThisSession(c); ok {
			text += " " + strings.Join(r.Methods, "+")
		}
		if login.IsFresh(c) {
			text += " fresh"
		}
		return c.Text(text)
	})
	s.app.Post("/in", func(c *dewar.Context) error {
		if err := login.In(c, s.users[c.Form("id")], login.Options{NotFresh: c.Form("stale") != "", Methods: []string{"pwd"}}); err != nil {
			return err
		}
		return c.NoContent()
	})
	s.app.Get("/identities", func(c *dewar.Context) error {
		list, err := oidc.Identities(c)
		if err != nil {
			return err
		}
		return c.JSON(list)
	})
	s.app.Post("/out", func(c *dewar.Context) error { return oidc.Out(c, "test", dewar.Path("/bye")) })
	s.Client = dewartest.New(t, s.app)
	return s
}

var refresh = regexp.MustCompile(`<meta http-equiv="refresh" content="0;url=([^"]*)">`)

// leave presses the button and returns where the browser is sent.
func (s *site) leave(target string, pairs ...string) string {
	s.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	resp := s.PostForm(target, form)
	match := refresh.FindStringSubmatch(resp.Text)
	if resp.Status != 200 || match == nil {
		s.t.Fatalf("%s: %d\n%s", target, resp.Status, resp.Text)
	}
	return html.UnescapeString(match[1])
}

// back is the browser that comes back from the provider.
func (s *site) back(answer url.Values) *dewartest.Response {
	s.SecFetchSite = "cross-site"
	defer func() { s.SecFetchSite = "same-origin" }()
	return s.Get("/oidc/test/callback?" + answer.Encode())
}

// signIn goes the whole way.
func (s *site) signIn(pairs ...string) *dewartest.Response {
	s.t.Helper()
	return s.back(s.issuer.authorize(s.leave("/oidc/test", pairs...)))
}

func (s *site) is(want string) {
	s.t.Helper()
	if got := s.Get("/who").Text; got != want {
		s.t.Errorf("the user is %q, want %q", got, want)
	}
}

// refused wants an answer that signed nobody in.
func (s *site) refused(resp *dewartest.Response, status int, reason oidc.Reason) {
	s.t.Helper()
	if resp.Status != status || s.reason != reason {
		s.t.Errorf("answered %d, %q; want %d, %q", resp.Status, s.reason, status, reason)
	}
	s.is("")
}

func (s *site) in(id string, pairs ...string) {
	s.t.Helper()
	form := url.Values{"id": {id}}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	if resp := s.PostForm("/in", form); resp.Status != 204 {
		s.t.Fatalf("logging in: %d %s", resp.Status, resp.Text)
	}
}

// The first sign-in makes an account, the second finds it, whatever the claims beside the subject say by then.
func TestSignIn(t *testing.T) {
	i := newIssuer(t)
	i.claims = map[string]any{"email": "new@example.com"}
	s := newSite(t, i, nil)
	resp := s.signIn("next", "/settings?tab=2")
	if resp.Status != 303 || resp.Location() != "/settings?tab=2" {
		t.Fatalf("answered %d to %q: %s", resp.Status, resp.Location(), resp.Text)
	}
	s.is("new1 oidc fresh")
	if id := s.signed[0]; id.Subject != "subject-1" || id.Issuer != i.URL || id.Email != "new@example.com" || id.Name != "Ann" || id.Provider != "test" {
		t.Errorf("the identity is %+v", id)
	}
	i.claims = map[string]any{"email": "ann@example.com", "name": strings.Repeat("é", 200)}
	s.Client = s.Another()
	if resp := s.signIn("next", "https://evil.example/"); resp.Location() != "/" {
		t.Errorf("the next page is %q", resp.Location())
	}
	s.is("new1 oidc fresh")
	if len(s.signed) != 1 {
		t.Errorf("%d accounts were made, want 1", len(s.signed))
	}
	var list []oidc.Linked
	if err := s.Get("/identities").JSON(&list); err != nil || len(list) != 1 || list[0].Email != "ann@example.com" || list[0].Label != "Test & Co" || list[0].Used.IsZero() {
		t.Errorf("identities: %+v, %v", list, err)
	}
	// Another subject with the same address is somebody else.
	i.claims = map[string]any{"sub": "subject-2", "email": "other@example.com"}
	s.Client = s.Another()
	s.signIn()
	s.is("new2 oidc fresh")
}

// Each of these tokens comes from the right place at the right time, and is not to be believed.
func TestTokenAttacks(t *testing.T) {
	i := newIssuer(t)
	other := &issuer{key: keys()[1]}
	for name, row := range map[string]struct {
		claims map[string]any
		sign   func(map[string]any) string
		none   bool
	}{
		"CVE-2015-9235 alg none":                  {sign: func(c map[string]any) string { return i.jwt("none", i.kid, c) }},
		"CVE-2015-9235 HS256 with the public key": {sign: func(c map[string]any) string { return i.jwt("HS256", i.kid, c) }},
		"signed by another key":                   {sign: func(c map[string]any) string { return other.jwt("RS256", i.kid, c) }},
		"signature cut off": {sign: func(c map[string]any) string {
			token := i.jwt("RS256", i.kid, c)
			return token[:strings.LastIndex(token, ".")+1]
		}},
		"no token":             {none: true},
		"empty token":          {sign: func(map[string]any) string { return "" }},
		"no JWT":               {sign: func(map[string]any) string { return "e30.e30" }},
		"another issuer":       {claims: map[string]any{"iss": "https://accounts.google.com"}},
		"no issuer":            {claims: map[string]any{"iss": nil}},
		"another audience":     {claims: map[string]any{"aud": "another"}},
		"no audience":          {claims: map[string]any{"aud": nil}},
		"two audiences":        {claims: map[string]any{"aud": []string{clientID, "another"}}},
		"azp of another":       {claims: map[string]any{"aud": []string{clientID, "another"}, "azp": "another"}},
		"azp with one aud":     {claims: map[string]any{"azp": "another"}},
		"azp is no text":       {claims: map[string]any{"azp": []string{clientID}}},
		"no nonce":             {claims: map[string]any{"nonce": nil}},
		"another nonce":        {claims: map[string]any{"nonce": "another"}},
		"expired":              {claims: map[string]any{"exp": 1700000000}},
		"no expiry":            {claims: map[string]any{"exp": nil}},
		"not yet valid":        {claims: map[string]any{"nbf": 99999999999}},
		"issued in the future": {claims: map[string]any{"iat": 99999999999, "exp": 99999999999}},
		"no subject":           {claims: map[string]any{"sub": nil}},
		"empty subject":        {claims: map[string]any{"sub": ""}},
		"long subject":         {claims: map[string]any{"sub": strings.Repeat("a", 256)}},
		"subject with NUL":     {claims: map[string]any{"sub": "a\x00b"}},
		"another access token": {claims: map[string]any{"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}},
	} {
		t.Run(name, func(t *testing.T) {
			i.claims, i.sign, i.noToken = row.claims, row.sign, row.none
			s := newSite(t, i, nil)
			s.refused(s.signIn(), 403, oidc.Untrusted)
			if len(s.signed) != 0 {
				t.Error("SignUp was called")
			}
		})
	}
	i.sign, i.noToken, i.claims = nil, false, map[string]any{"aud": []string{clientID, "another"}, "azp": clientID, "email": nil}
	s := newSite(t, i, nil)
	s.signIn()
	s.is("new1 oidc fresh")
}

// Each of these answers is not the one to this browser's sign-in.
func TestAnswerAttacks(t *testing.T) {
	i := newIssuer(t)
	i.claims = map[string]any{"email": nil}
	for name, row := range map[string]struct {
		reason oidc.Reason
		answer func(s *site, q url.Values) *dewartest.Response
	}{
		"another state": {oidc.Stale, func(s *site, q url.Values) *dewartest.Response {
			q.Set("state", strings.ToLower(q.Get("state")))
			return s.back(q)
		}},
		"no state":   {oidc.Stale, func(s *site, q url.Values) *dewartest.Response { q.Del("state"); return s.back(q) }},
		"two states": {oidc.Stale, func(s *site, q url.Values) *dewartest.Response { q.Add("state", q.Get("state")); return s.back(q) }},
		"two codes":  {oidc.Stale, func(s *site, q url.Values) *dewartest.Response { q.Add("code", "x"); return s.back(q) }},
		"a long code": {oidc.Stale, func(s *site, q url.Values) *dewartest.Response {
			q.Set("code", strings.Repeat("x", 4097))
			return s.back(q)
		}},
		"login CSRF: an answer to somebody else's sign-in": {oidc.Stale, func(s *site, q url.Values) *dewartest.Response {
			s.Client = s.Another()
			s.leave("/oidc/test")
			return s.back(q)
		}},
		"login CSRF: no sign-in was begun": {oidc.Stale, func(s *site, q url.Values) *dewartest.Response {
			s.Client = s.Another()
			return s.back(q)
		}},
		"GHSA-x445-f3h2-j279: the answer of one provider at another's callback": {oidc.Stale, func(s *site, q url.Values) *dewartest.Response {
			return s.Get("/oidc/other/callback?" + q.Encode())
		}},
		"RFC 9207: another issuer": {oidc.Untrusted, func(s *site, q url.Values) *dewartest.Response {
			q.Set("iss", "https://evil.example")
			return s.back(q)
		}},
		"RFC 9207: no issuer though it is promised": {oidc.Untrusted, func(s *site, q url.Values) *dewartest.Response { q.Del("iss"); return s.back(q) }},
		"another code": {oidc.Untrusted, func(s *site, q url.Values) *dewartest.Response { q.Set("code", "x"); return s.back(q) }},
		"no code":      {oidc.Untrusted, func(s *site, q url.Values) *dewartest.Response { q.Del("code"); return s.back(q) }},
		"Gitea CVE-2026-26247: another verifier": {oidc.Untrusted, func(s *site, q url.Values) *dewartest.Response {
			s.attempt(func(text string) string { return strings.Replace(text, `"Verifier":"`, `"Verifier":"x`, 1) })
			return s.back(q)
		}},
		"eleven minutes later": {oidc.Stale, func(s *site, q url.Values) *dewartest.Response {
			s.attempt(func(text string) string {
				return regexp.MustCompile(`"Begun":\d+`).ReplaceAllString(text, `"Begun":1700000000`)
			})
			return s.back(q)
		}},
		"the user cancelled": {oidc.Cancelled, func(s *site, q url.Values) *dewartest.Response {
			q.Del("code")
			q.Set("error", "access_denied")
			return s.back(q)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, i, nil)
			resp := row.answer(s, i.authorize(s.leave("/oidc/test")))
			s.refused(resp, map[oidc.Reason]int{oidc.Stale: 400, oidc.Untrusted: 403, oidc.Cancelled: 403}[row.reason], row.reason)
		})
	}
	t.Run("HEAD spends nothing", func(t *testing.T) {
		s := newSite(t, i, nil)
		q := i.authorize(s.leave("/oidc/test"))
		if resp := s.Do(s.NewRequest("HEAD", "/oidc/test/callback?"+q.Encode(), nil)); resp.Status != 405 {
			t.Errorf("HEAD: %d, want 405", resp.Status)
		}
		s.back(q)
		s.is("new1 oidc fresh")
	})
}

// attempt changes what the session has of the sign-in.
func (s *site) attempt(change func(string) string) {
	s.Session(func(data *session.Session) {
		text, _ := session.Value[string](data, "_oidc")
		changed := change(text)
		if text == changed {
			s.t.Fatalf("nothing was changed in %q", text)
		}
		data.Set("_oidc", changed)
	})
}

// Gitea CVE-2026-26232: a code and a state are used once, also by who kept the session cookie from before.
func TestReplay(t *testing.T) {
	for name, config := range map[string]dewar.Config{
		"cookie": {}, "server": {Session: dewar.SessionConfig{Store: session.NewMemoryStore(session.MemoryOptions{})}},
	} {
		t.Run(name, func(t *testing.T) {
			i := newIssuer(t)
			s := newSite(t, i, nil, config)
			i.claims = map[string]any{"email": nil}
			q := i.authorize(s.leave("/oidc/test"))
			thief := s.Another()
			thief.SetCookie("session", s.Cookie("session").Value)
			s.back(q)
			s.is("new1 oidc fresh")
			tokens := i.tokens
			if resp := s.back(q); resp.Status != 400 {
				t.Errorf("the same answer again: %d, want 400", resp.Status)
			}
			s.Client = thief
			s.refused(s.back(q), 400, oidc.Stale)
			if i.tokens != tokens {
				t.Errorf("the code was sent %d times more", i.tokens-tokens)
			}
		})
	}
}

func TestBegin(t *testing.T) {
	i := newIssuer(t)
	s := newSite(t, i, func(c *oidc.Config) {
		c.Providers[0].Scopes = []string{"openid", "groups"}
		c.Providers[0].Params = map[string]string{"hd": "a&b=\"c"}
	})
	if resp := s.Get("/oidc/test"); resp.Status != 405 {
		t.Errorf("GET: %d, want 405", resp.Status)
	}
	if resp := s.PostForm("/oidc/none", nil); resp.Status != 404 {
		t.Errorf("an unknown provider: %d, want 404", resp.Status)
	}
	s.SecFetchSite = "cross-site"
	if resp := s.PostForm("/oidc/test", nil); resp.Status != 403 {
		t.Errorf("from another site: %d, want 403", resp.Status)
	}
	s.SecFetchSite = "same-origin"
	sent := func() url.Values {
		u, err := url.Parse(s.leave("/oidc/test"))
		if err != nil {
			t.Fatal(err)
		}
		return u.Query()
	}
	q := sent()
	if q.Get("scope") != "openid groups" || q.Get("hd") != `a&b="c` || q.Has("max_age") || q.Get("redirect_uri") != "http://localhost/oidc/test/callback" {
		t.Errorf("the request is %v", q)
	}
	if again := sent(); again.Get("state") == q.Get("state") || again.Get("nonce") == q.Get("nonce") || again.Get("code_challenge") == q.Get("code_challenge") {
		t.Error("state, nonce or challenge is used again")
	}
	s.in("ann")
	if q := sent(); q.Get("max_age") != "0" {
		t.Errorf("a user who is logged in need not prove it again: %v", q)
	}
	resp := s.PostForm("/oidc/test", nil)
	if !strings.Contains(resp.Text, "Test &amp; Co") || resp.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%v\n%s", resp.Header, resp.Text)
	}
}

// GHSA-8fpg-xm3f-6cx3: a mistake in the configuration, here or there, lets nobody in.
func TestConfigurationFailsClosed(t *testing.T) {
	i := newIssuer(t)
	for name, row := range map[string]struct {
		document map[string]any
		change   func(*oidc.Config)
	}{
		"another issuer":                     {document: map[string]any{"issuer": "https://evil.example"}},
		"no token endpoint":                  {document: map[string]any{"token_endpoint": nil}},
		"no keys":                            {document: map[string]any{"jwks_uri": ""}},
		"a script as a page":                 {document: map[string]any{"authorization_endpoint": "javascript:alert(1)"}},
		"a page over plain http":             {document: map[string]any{"authorization_endpoint": "http://127.0.0.1/"}},
		"a logout over http":                 {document: map[string]any{"end_session_endpoint": "http://127.0.0.1/"}},
		"no way for the secret":              {document: map[string]any{"token_endpoint_auth_methods_supported": []string{"private_key_jwt"}}},
		"SSRF: an issuer in the own network": {change: func(c *oidc.Config) { c.Outbound.InsecureAllow = nil }},
		"an unknown certificate":             {change: func(c *oidc.Config) { c.Outbound.RootCAs = nil }},
	} {
		t.Run(name, func(t *testing.T) {
			i.document = row.document
			s := newSite(t, i, row.change)
			s.refused(s.PostForm("/oidc/test", nil), 503, oidc.Unavailable)
		})
	}
	i.document = nil
	for name, change := range map[string]func(*oidc.Config){
		"Providers is empty":     func(c *oidc.Config) { c.Providers = nil },
		"Credentials is nil":     func(c *oidc.Config) { c.Credentials = nil },
		"After is \"home\"":      func(c *oidc.Config) { c.After = "home" },
		"[1]: there is another":  func(c *oidc.Config) { c.Providers[1].Name = "test" },
		"[1]: there is another ": func(c *oidc.Config) { c.Providers[1].Issuer = c.Providers[0].Issuer },
		"Name is \"\"":           func(c *oidc.Config) { c.Providers[0].Name = "" },
		"Name is \"unlink\"":     func(c *oidc.Config) { c.Providers[0].Name = "unlink" },
		"Name is \"a/b\"":        func(c *oidc.Config) { c.Providers[0].Name = "a/b" },
		"Issuer is \"http://":    func(c *oidc.Config) { c.Providers[0].Issuer = "http://issuer.example" },
		"Issuer is \"\"":         func(c *oidc.Config) { c.Providers[0].Issuer = "" },
		"Issuer is \"https://a?": func(c *oidc.Config) { c.Providers[0].Issuer = "https://a?b" },
		"ClientID is empty":      func(c *oidc.Config) { c.Providers[0].ClientID = "" },
		"Params has \"state\"":   func(c *oidc.Config) { c.Providers[0].Params = map[string]string{"state": "x"} },
	} {
		cfg := oidc.Config{Credentials: login.NewMemoryCredentials(), Providers: []oidc.Provider{
			{Name: "test", Issuer: "https://issuer.example", ClientID: "x"}, {Name: "other", Issuer: "https://other.example", ClientID: "x"},
		}}
		change(&cfg)
		err := oidc.New(cfg).Init(dewar.New(dewar.Config{InstanceDir: t.TempDir()}))
		if err == nil || !strings.Contains(err.Error(), strings.TrimSpace(name)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A provider that is down signs nobody in, at either step, and does again when it is back.
func TestProviderDown(t *testing.T) {
	i := newIssuer(t)
	i.claims = map[string]any{"email": nil}
	s := newSite(t, i, nil)
	q := i.authorize(s.leave("/oidc/test"))
	i.down = true
	s.refused(s.back(q), 503, oidc.Unavailable)
	i.down = false
	s.signIn()
	s.is("new1 oidc fresh")
}

func TestKeyRotation(t *testing.T) {
	i := newIssuer(t)
	i.claims = map[string]any{"email": nil}
	s := newSite(t, i, nil)
	s.signIn()
	s.is("new1 oidc fresh")
	i.key, i.kid = keys()[1], "second"
	s.Client = s.Another()
	s.signIn()
	s.is("new1 oidc fresh")
	// The key from before is no longer believed by who reads the keys anew.
	old := &issuer{key: keys()[0]}
	i.sign = func(c map[string]any) string { return old.jwt("RS256", "first", c) }
	s.Client = s.Another()
	s.refused(s.signIn(), 403, oidc.Untrusted)
}

// PocketBase CVE-2024-38351, better-auth GHSA-g38m-r43w-p2q7: no address makes somebody the owner of an account.
func TestEmail(t *testing.T) {
	i := newIssuer(t)
	for name, row := range map[string]struct {
		claims, userinfo  map[string]any
		email, unverified string
	}{
		"verified":           {claims: map[string]any{"email_verified": true}, email: "new@example.com"},
		"not verified":       {claims: map[string]any{"email_verified": false}, unverified: "new@example.com"},
		"not said":           {claims: map[string]any{"email_verified": nil}, unverified: "new@example.com"},
		"the text true":      {claims: map[string]any{"email_verified": "true"}, unverified: "new@example.com"},
		"the number 1":       {claims: map[string]any{"email_verified": 1}, unverified: "new@example.com"},
		"preferred_username": {claims: map[string]any{"email": nil, "preferred_username": "new@example.com"}},
		"no text":            {claims: map[string]any{"email": []string{"new@example.com"}}},
		"control characters": {claims: map[string]any{"email": "new@example.com\r\nBcc: x"}},
		"userinfo":           {claims: map[string]any{"email": nil, "email_verified": true}, userinfo: map[string]any{"sub": "subject-1", "email": "u@example.com", "email_verified": false}, unverified: "u@example.com"},
		"userinfo verified":  {claims: map[string]any{"email": nil, "email_verified": nil}, userinfo: map[string]any{"sub": "subject-1", "email": "u@example.com", "email_verified": true}, email: "u@example.com"},
		"verified elsewhere": {claims: map[string]any{"email_verified": nil}, userinfo: map[string]any{"sub": "subject-1", "email": "u@example.com", "email_verified": true}, unverified: "new@example.com"},
	} {
		t.Run(name, func(t *testing.T) {
			i.claims = map[string]any{"email": "new@example.com"}
			for k, v := range row.claims {
				i.claims[k] = v
			}
			i.userinfo = row.userinfo
			s := newSite(t, i, func(c *oidc.Config) { c.Providers[0].UserInfo = row.userinfo != nil })
			s.signIn()
			s.is("new1 oidc fresh")
			if id := s.signed[0]; id.Email != row.email || id.UnverifiedEmail != row.unverified {
				t.Errorf("Email %q, UnverifiedEmail %q; want %q, %q", id.Email, id.UnverifiedEmail, row.email, row.unverified)
			}
		})
	}
	i.claims = nil
	t.Run("an address of another account", func(t *testing.T) {
		s := newSite(t, i, nil)
		if resp := s.signIn(); resp.Status != 409 {
			t.Errorf("answered %d, want SignUp's 409", resp.Status)
		}
		s.is("")
	})
	t.Run("SignUp returns an account that others own", func(t *testing.T) {
		s := newSite(t, i, func(c *oidc.Config) {
			c.SignUp = func(*dewar.Context, oidc.Identity) (login.Account, error) { return &account{id: "ann"}, nil }
		})
		if err := s.store.AddCredential(t.Context(), login.Credential{Kind: "passkey", ID: "x", User: "ann"}); err != nil {
			t.Fatal(err)
		}
		if resp := s.signIn(); resp.Status != 500 {
			t.Errorf("answered %d, want 500", resp.Status)
		}
		s.is("")
	})
	t.Run("userinfo of another subject", func(t *testing.T) {
		i.userinfo = map[string]any{"sub": "subject-2"}
		s := newSite(t, i, func(c *oidc.Config) { c.Providers[0].UserInfo = true })
		s.refused(s.signIn(), 403, oidc.Untrusted)
	})
}

// Whom no account belongs to, or one that may not log in, stays outside.
func TestNoAccount(t *testing.T) {
	i := newIssuer(t)
	i.claims = map[string]any{"email": nil}
	s := newSite(t, i, func(c *oidc.Config) { c.SignUp = nil })
	s.refused(s.signIn(), 403, oidc.NoAccount)
	s = newSite(t, i, func(c *oidc.Config) {
		c.SignUp = func(*dewar.Context, oidc.Identity) (login.Account, error) { return (*account)(nil), nil }
	})
	s.refused(s.signIn(), 403, oidc.NoAccount)
	s = newSite(t, i, nil)
	s.signIn()
	s.users["new1"].inactive = true
	s.Client = s.Another()
	s.refused(s.signIn(), 403, oidc.NoAccount)
	delete(s.users, "new1")
	s.refused(s.signIn(), 403, oidc.NoAccount)
	if len(s.signed) != 1 {
		t.Errorf("an account was made for an identity of a deleted one")
	}
}

func TestMethods(t *testing.T) {
	i := newIssuer(t)
	for name, row := range map[string]struct {
		claims map[string]any
		trust  bool
		want   string
	}{
		"fresh by the provider's word": {map[string]any{"auth_time": 99999999999}, false, "new1 oidc fresh"},
		"proved long ago":              {map[string]any{"auth_time": 1700000000}, false, "new1 oidc"},
		"mfa not trusted":              {map[string]any{"amr": []string{"pwd", "mfa"}}, false, "new1 oidc fresh"},
		"mfa":                          {map[string]any{"amr": []string{"pwd", "mfa"}}, true, "new1 oidc+mfa fresh"},
		"no mfa":                       {map[string]any{"amr": []string{"pwd"}}, true, "new1 oidc fresh"},
	} {
		t.Run(name, func(t *testing.T) {
			i.claims = row.claims
			i.claims["email"] = nil
			s := newSite(t, i, func(c *oidc.Config) { c.Providers[0].TrustMFA = row.trust })
			s.signIn()
			s.is(row.want)
		})
	}
	t.Run("a second factor is asked for", func(t *testing.T) {
		i.claims = map[string]any{"email": nil}
		s := newSite(t, i, func(c *oidc.Config) {
			c.SignIn = func(c *dewar.Context, user login.Account, how login.Options) error {
				how.Level = login.Pending
				if err := login.In(c, user, how); err != nil {
					return err
				}
				return c.Redirect(login.Next(c, dewar.Path("/factor")))
			}
		})
		if resp := s.signIn("next", "/there"); resp.Location() != "/there" {
			t.Errorf("SignIn does not know the next page: %q", resp.Location())
		}
		s.is(" oidc")
	})
}

func TestLink(t *testing.T) {
	i := newIssuer(t)
	password := map[string]bool{}
	s := newSite(t, i, func(c *oidc.Config) {
		c.SignUp = nil
		c.HasPassword = func(_ *dewar.Context, user login.Account) (bool, error) { return password[user.GetID()], nil }
	})
	link := func() *dewartest.Response {
		return s.back(i.authorize(s.leave("/oidc/test/link", "next", "/settings")))
	}
	if resp := s.PostForm("/oidc/test/link", nil); resp.Status != 401 {
		t.Errorf("a visitor begins a link: %d, want 401", resp.Status)
	}
	s.in("ann", "stale", "1")
	if resp := s.PostForm("/oidc/test/link", nil); resp.Status != 401 {
		t.Errorf("a login that is not fresh begins a link: %d, want 401", resp.Status)
	}
	s.in("ann")
	for range 2 { // the second changes nothing
		if resp := link(); resp.Status != 303 || resp.Location() != "/settings" {
			t.Fatalf("linking: %d to %q: %s", resp.Status, resp.Location(), resp.Text)
		}
	}
	s.is("ann pwd fresh")
	ann := s.Client
	s.Client = s.Another()
	s.signIn()
	s.is("ann oidc fresh")

	s.Client = s.Another()
	s.in("bob")
	if resp := link(); resp.Status != 409 || s.reason != oidc.Taken {
		t.Errorf("an identity of ann's: %d, %q", resp.Status, s.reason)
	}
	i.claims = map[string]any{"sub": "subject-2"}
	for name, between := range map[string]func(){
		"better-auth GHSA-g38m-r43w-p2q7: another user logs in between": func() { s.in("ann") },
		"the login is not fresh any more":                               func() { s.in("bob", "stale", "1") },
	} {
		s.in("bob")
		q := i.authorize(s.leave("/oidc/test/link"))
		attempt := ""
		s.Session(func(data *session.Session) { attempt, _ = session.Value[string](data, "_oidc") })
		between()
		s.Session(func(data *session.Session) { data.Set("_oidc", attempt) }) // a change of user has emptied it
		if resp := s.back(q); resp.Status != 400 || s.reason != oidc.Stale {
			t.Errorf("%s: %d, %q", name, resp.Status, s.reason)
		}
	}

	var list []oidc.Linked
	s.Client = ann
	if err := s.Get("/identities").JSON(&list); err != nil || len(list) != 1 {
		t.Fatalf("identities: %+v, %v", list, err)
	}
	page := s.Get("/oidc/").Text
	for _, want := range []string{"Test &amp; Co", "ann@example.com", `value="` + list[0].ID + `"`, `action="/oidc/other/link"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page of identities has no %s:\n%s", want, page)
		}
	}
	unlink := func() int { return s.PostForm("/oidc/unlink", url.Values{"id": {list[0].ID}}).Status }
	if got := unlink(); got != 409 || s.reason != oidc.LastWayIn {
		t.Errorf("the last way in: %d, %q", got, s.reason)
	}
	password["ann"], password["bob"] = true, true
	s.Client = s.Another()
	if got := unlink(); got != 401 {
		t.Errorf("a visitor unlinks: %d, want 401", got)
	}
	s.in("bob")
	if got := unlink(); got != 404 {
		t.Errorf("another user unlinks: %d, want 404", got)
	}
	s.Client = ann
	if got := unlink(); got != 303 {
		t.Errorf("unlinking: %d, want 303", got)
	}
	if got, want := strings.Join(s.linked, ", "), "ann +Test & Co, ann -Test & Co"; got != want {
		t.Errorf("the owners were told %q, want %q", got, want)
	}
	i.claims = nil
	s.Client = s.Another()
	s.refused(s.signIn(), 403, oidc.NoAccount)
}

func TestOut(t *testing.T) {
	i := newIssuer(t)
	s := newSite(t, i, nil)
	s.in("ann")
	want := i.URL + "/end?client_id=the-client&post_logout_redirect_uri=http%3A%2F%2Flocalhost%2Fbye&x=1"
	if got := s.leave("/out"); got != want {
		t.Errorf("the browser is sent to %q, want %q", got, want)
	}
	s.is("")
	i.document = map[string]any{"end_session_endpoint": nil}
	s = newSite(t, i, nil)
	s.in("ann")
	if resp := s.PostForm("/out", nil); resp.Location() != "/bye" {
		t.Errorf("without an endpoint: %d to %q", resp.Status, resp.Location())
	}
	s.is("")
}

func TestCheck(t *testing.T) {
	app := dewar.New(dewar.Config{InstanceDir: t.TempDir(), Session: dewar.SessionConfig{CookieSameSite: "Strict"}})
	cfg := oidc.Config{Credentials: login.NewMemoryCredentials(), Providers: []oidc.Provider{{Name: "a", Issuer: "http://a.example", ClientID: "x"}}}
	cfg.Outbound.InsecurePlainHTTP = true
	manager := oidc.New(cfg)
	app.Extend(manager)
	var ids []string
	for _, f := range manager.Check() {
		ids = append(ids, cmp.Or(f.ID, "?"))
	}
	if got, want := strings.Join(ids, " "), "oidc-no-login oidc-samesite oidc-plain"; got != want {
		t.Errorf("findings %q, want %q", got, want)
	}
}
