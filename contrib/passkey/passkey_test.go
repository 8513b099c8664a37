package passkey_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	virtual "github.com/descope/virtualwebauthn"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/accounts"
	"github.com/dewar-go/dewar/contrib/passkey"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/session"
)

var _ accounts.Factor = (*passkey.Manager)(nil)

type account struct {
	login.UserMixin
	id       string
	inactive bool
}

func (a *account) GetID() string  { return a.id }
func (a *account) IsActive() bool { return !a.inactive }

// A site is an app and a browser with one authenticator.
type site struct {
	*dewartest.Client
	t       *testing.T
	users   map[string]*account
	store   *login.MemoryCredentials
	manager *passkey.Manager
	app     *dewar.App
	party   virtual.RelyingParty
	device  virtual.Authenticator
	key     virtual.Credential
	reason  passkey.Reason
	changed []string
}

const loginPage = `<!doctype html><title>Log in</title>
<form method="post" action="/in"><label>Name <input name="id" autocomplete="username"></label><button>Go on</button></form>
{% include "passkey/login.html" %}`

// newApp makes the app that the tests and the browser use.
func newApp(t *testing.T, change func(*passkey.Config), config dewar.Config) *site {
	t.Helper()
	s := &site{t: t, store: login.NewMemoryCredentials(), users: map[string]*account{"ann": {id: "ann"}, "bob": {id: "bob"}}}
	config.InstanceDir, config.Loopback, config.Name = t.TempDir(), true, "Shop"
	config.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	config.Templates = fstest.MapFS{"login.html": {Data: []byte(loginPage)}, "plain.html": {Data: []byte("<p>plain</p>")}}
	s.app = dewar.New(config)
	cfg := passkey.Config{
		Credentials: s.store, LoginView: "login", After: "/who",
		HasPassword: func(_ *dewar.Context, user login.Account) (bool, error) { return user.GetID() == "bob", nil },
	}
	if change != nil {
		change(&cfg)
	}
	s.manager = passkey.New(cfg)
	s.manager.Signals.Added.Connect(func(e passkey.Event) { s.changed = append(s.changed, e.User.GetID()+" +"+e.Passkey.Name) })
	s.manager.Signals.Removed.Connect(func(e passkey.Event) { s.changed = append(s.changed, e.User.GetID()+" -"+e.Passkey.Name) })
	s.app.Extend(login.New(func(_ *dewar.Context, id string) (*account, error) { return s.users[id], nil }, login.Config{LoginView: "login"}), s.manager)
	s.app.Signals.SecurityEvent.Connect(func(e dewar.SecurityEvent) {
		var failure *passkey.Error
		if errors.As(e.Err, &failure) {
			s.reason = failure.Reason
		}
	})
	s.app.Get("/login", func(c *dewar.Context) error { return c.Render("login.html", nil) }).Name("login")
	s.app.Get("/plain", func(c *dewar.Context) error { return c.Render("plain.html", nil) })
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
		err := login.In(c, s.users[c.Form("id")], login.Options{NotFresh: c.Form("stale") != "", Level: login.Level(c.Form("level")), Methods: []string{"pwd"}})
		if err != nil {
			return err
		}
		return c.Redirect(dewar.Path("/who"))
	})
	return s
}

func newSite(t *testing.T, change func(*passkey.Config), configs ...dewar.Config) *site {
	t.Helper()
	var config dewar.Config
	if len(configs) > 0 {
		config = configs[0]
	}
	s := newApp(t, change, config)
	s.Client = dewartest.New(t, s.app)
	s.party = virtual.RelyingParty{Name: "Shop", ID: "localhost", Origin: "http://localhost"}
	s.device = virtual.NewAuthenticator()
	s.key = newKey()
	return s
}

// newKey makes a passkey. The library writes coordinates without leading zeros, which no authenticator does (RFC 9053,
// section 7.1.1) and go-webauthn refuses: of such keys, one in 128, it makes another.
func newKey() virtual.Credential {
	for {
		key := virtual.NewCredential(virtual.KeyTypeEC2)
		if len(key.Key.AttestationData()) == 77 {
			return key
		}
	}
}

func (s *site) in(id string, pairs ...string) {
	s.t.Helper()
	form := url.Values{"id": {id}}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	if resp := s.PostForm("/in", form); resp.Status != 303 {
		s.t.Fatalf("logging in: %d %s", resp.Status, resp.Text)
	}
}

func (s *site) is(want string) {
	s.t.Helper()
	if got := s.Get("/who").Text; got != want {
		s.t.Errorf("the user is %q, want %q", got, want)
	}
}

// options asks for what the script gets.
func (s *site) options(target string) string {
	s.t.Helper()
	resp := s.PostForm(target, nil)
	if resp.Status != 200 {
		s.t.Fatalf("%s: %d %s", target, resp.Status, resp.Text)
	}
	return resp.Text
}

// enrol adds the key of the device to the account that is logged in.
func (s *site) enrol(name string) *dewartest.Response {
	s.t.Helper()
	options, err := virtual.ParseAttestationOptions(s.options("/passkey/create/options"))
	if err != nil {
		s.t.Fatal(err)
	}
	if s.device.Options.UserHandle, err = base64.RawURLEncoding.DecodeString(options.UserID); err != nil {
		s.device.Options.UserHandle = []byte(options.UserID)
	}
	return s.PostForm("/passkey/create", url.Values{
		"name": {name}, "credential": {virtual.CreateAttestationResponse(s.party, s.device, s.key, *options)},
	})
}

// assertion is what the device says to a challenge.
func (s *site) assertion() string {
	s.t.Helper()
	options, err := virtual.ParseAssertionOptions(s.options("/passkey/login/options"))
	if err != nil {
		s.t.Fatal(err)
	}
	return virtual.CreateAssertionResponse(s.party, s.device, s.key, *options)
}

func (s *site) send(credential string) *dewartest.Response {
	return s.PostForm("/passkey/login", url.Values{"credential": {credential}, "next": {"/next"}})
}

// known is a site with a passkey of ann's and a visitor.
func known(t *testing.T, change func(*passkey.Config), configs ...dewar.Config) *site {
	t.Helper()
	s := newSite(t, change, configs...)
	s.in("ann")
	if resp := s.enrol("Phone"); resp.Status != 303 {
		t.Fatalf("adding: %d %s", resp.Status, resp.Text)
	}
	if page := s.Get("/passkey/").Text; !strings.Contains(page, "Phone") || strings.Contains(page, "last used") {
		t.Errorf("the page of a new passkey:\n%s", page)
	}
	s.Client = s.Another()
	return s
}

func (s *site) refused(resp *dewartest.Response, status int, reason passkey.Reason) {
	s.t.Helper()
	if resp.Status != status || s.reason != reason {
		s.t.Errorf("answered %d, %q; want %d, %q", resp.Status, s.reason, status, reason)
	}
	s.is("")
}

// A passkey alone logs in, with a new session, and says who it is.
func TestLogin(t *testing.T) {
	s := known(t, nil)
	for range 2 { // of an authenticator that does not count
		s.Client = s.Another()
		s.Get("/login")
		if resp := s.send(s.assertion()); resp.Status != 303 || resp.Location() != "/next" {
			t.Fatalf("answered %d to %q: %s", resp.Status, resp.Location(), resp.Text)
		}
		s.is("ann hwk+mfa fresh")
	}
	page := s.Get("/passkey/").Text
	if !strings.Contains(page, "Phone") || !strings.Contains(page, "last used") {
		t.Errorf("the page of passkeys:\n%s", page)
	}
}

// What the options say: nothing of any account before it is known, verification always.
func TestOptions(t *testing.T) {
	s := known(t, nil)
	type options struct {
		PublicKey struct {
			Challenge, UserVerification, RpID string
			Timeout                           int
			AllowCredentials                  []struct{ ID string }
			ExcludeCredentials                []struct{ ID string }
			Attestation                       string
			User                              struct{ ID, Name string }
			RP                                struct{ ID, Name string }
			AuthenticatorSelection            struct {
				ResidentKey, UserVerification string
				RequireResidentKey            bool
			}
		}
	}
	get := func(target string) (o options) {
		t.Helper()
		if err := json.Unmarshal([]byte(s.options(target)), &o); err != nil {
			t.Fatal(err)
		}
		return o
	}
	first, second := get("/passkey/login/options").PublicKey, get("/passkey/login/options").PublicKey
	if first.Challenge == second.Challenge || len(first.Challenge) < 43 || first.UserVerification != "required" || first.RpID != "localhost" ||
		first.AllowCredentials != nil || first.Timeout != 300000 {
		t.Errorf("options of a visitor: %+v", first)
	}
	s.in("ann")
	if o := get("/passkey/login/options").PublicKey; len(o.AllowCredentials) != 1 || o.UserVerification != "required" {
		t.Errorf("options of a user: %+v", o)
	}
	o := get("/passkey/create/options").PublicKey
	handle, err := base64.RawURLEncoding.DecodeString(o.User.ID)
	if err != nil || len(handle) != 64 || o.User.Name != "ann" || o.RP.ID != "localhost" || o.RP.Name != "Shop" || len(o.ExcludeCredentials) != 1 ||
		o.AuthenticatorSelection.ResidentKey != "required" || !o.AuthenticatorSelection.RequireResidentKey ||
		o.AuthenticatorSelection.UserVerification != "required" || o.Timeout != 300000 || o.Attestation != "none" {
		t.Errorf("options of a new passkey: %+v, %v", o, err)
	}
	s.in("bob")
	if other := get("/passkey/create/options").PublicKey; other.User.ID == o.User.ID || len(other.ExcludeCredentials) != 0 {
		t.Errorf("options of another user's new passkey: %+v", other)
	}
	if resp := s.PostForm("/passkey/login/options", nil); resp.Status != 403 {
		t.Errorf("options of a user without passkeys: %d, want 403", resp.Status)
	}
}

// Each of these answers is not to be believed.
func TestLoginAttacks(t *testing.T) {
	for name, row := range map[string]struct {
		reason passkey.Reason
		send   func(s *site) *dewartest.Response
	}{
		"no user verification": {passkey.Untrusted, func(s *site) *dewartest.Response {
			s.device.Options.UserNotVerified = true
			return s.send(s.assertion())
		}},
		"no user presence": {passkey.Untrusted, func(s *site) *dewartest.Response {
			s.device.Options.UserNotPresent = true
			return s.send(s.assertion())
		}},
		"a page of another site": {passkey.Untrusted, func(s *site) *dewartest.Response {
			s.party.Origin = "https://evil.example"
			return s.send(s.assertion())
		}},
		"the same host over https":   {passkey.Untrusted, func(s *site) *dewartest.Response { s.party.Origin = "https://localhost"; return s.send(s.assertion()) }},
		"a passkey for another host": {passkey.Untrusted, func(s *site) *dewartest.Response { s.party.ID = "evil.example"; return s.send(s.assertion()) }},
		"another key with the same id": {passkey.Untrusted, func(s *site) *dewartest.Response {
			other := newKey()
			other.ID = s.key.ID
			s.key = other
			return s.send(s.assertion())
		}},
		"the handle of another user": {passkey.Untrusted, func(s *site) *dewartest.Response {
			s.device.Options.UserHandle = make([]byte, 64)
			return s.send(s.assertion())
		}},
		"no handle": {passkey.Untrusted, func(s *site) *dewartest.Response { s.device.Options.UserHandle = nil; return s.send(s.assertion()) }},
		"a changed signature": {passkey.Untrusted, func(s *site) *dewartest.Response {
			return s.send(regexp.MustCompile(`"signature":"..`).ReplaceAllString(s.assertion(), `"signature":"AA`))
		}},
		"backed up and not to be backed up": {passkey.Untrusted, func(s *site) *dewartest.Response { s.device.Options.BackupState = true; return s.send(s.assertion()) }},
		"nothing":                           {passkey.Untrusted, func(s *site) *dewartest.Response { s.assertion(); return s.send("") }},
		"no JSON":                           {passkey.Untrusted, func(s *site) *dewartest.Response { s.assertion(); return s.send("{") }},
		"an unknown passkey": {passkey.Unknown, func(s *site) *dewartest.Response {
			s.key = newKey()
			return s.send(s.assertion())
		}},
		"the challenge of another session": {passkey.Stale, func(s *site) *dewartest.Response {
			answer := s.assertion()
			s.Client = s.Another()
			return s.send(answer)
		}},
		"an earlier challenge": {passkey.Untrusted, func(s *site) *dewartest.Response {
			answer := s.assertion()
			s.assertion()
			return s.send(answer)
		}},
		"six minutes later": {passkey.Stale, func(s *site) *dewartest.Response {
			answer := s.assertion()
			s.Session(func(data *session.Session) {
				text, _ := session.Value[string](data, "_passkey")
				data.Set("_passkey", regexp.MustCompile(`"Begun":\d+`).ReplaceAllString(text, `"Begun":1700000000`))
			})
			return s.send(answer)
		}},
		"an account that is disabled": {passkey.NoAccount, func(s *site) *dewartest.Response { s.users["ann"].inactive = true; return s.send(s.assertion()) }},
		"an account that is deleted":  {passkey.NoAccount, func(s *site) *dewartest.Response { delete(s.users, "ann"); return s.send(s.assertion()) }},
		"a challenge for a new passkey": {passkey.Stale, func(s *site) *dewartest.Response {
			s.in("bob")
			options, err := virtual.ParseAssertionOptions(s.options("/passkey/create/options"))
			if err != nil {
				s.t.Fatal(err)
			}
			ceremony := ""
			s.Session(func(data *session.Session) { ceremony, _ = session.Value[string](data, "_passkey") })
			s.Client = s.Another()
			s.Get("/login")
			s.Session(func(data *session.Session) { data.Set("_passkey", ceremony) })
			return s.send(virtual.CreateAssertionResponse(s.party, s.device, s.key, *options))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := known(t, nil)
			resp := row.send(s)
			status := 403
			if row.reason == passkey.Stale {
				status = 400
			}
			s.refused(resp, status, row.reason)
			if !strings.Contains(resp.Text, `href="/login"`) {
				t.Errorf("no way back:\n%s", resp.Text)
			}
		})
	}
}

// Login CSRF: another site cannot have a browser ask, answer, add or remove.
func TestOtherSites(t *testing.T) {
	s := known(t, nil)
	answer := s.assertion()
	s.SecFetchSite = "cross-site"
	if resp := s.send(answer); resp.Status != 403 {
		t.Errorf("a login: %d, want 403", resp.Status)
	}
	for _, target := range []string{"/passkey/login/options", "/passkey/create/options", "/passkey/create", "/passkey/rename", "/passkey/remove"} {
		if resp := s.PostForm(target, nil); resp.Status != 403 {
			t.Errorf("%s: %d, want 403", target, resp.Status)
		}
	}
	s.is("")
}

// An answer is good once, also for who kept the session cookie from before.
func TestReplay(t *testing.T) {
	for name, config := range map[string]dewar.Config{
		"cookie": {}, "server": {Session: dewar.SessionConfig{Store: session.NewMemoryStore(session.MemoryOptions{})}},
	} {
		t.Run(name, func(t *testing.T) {
			s := known(t, nil, config)
			answer := s.assertion()
			thief := s.Another()
			thief.SetCookie("session", s.Cookie("session").Value)
			s.send(answer)
			s.is("ann hwk+mfa fresh")
			s.Client = thief
			s.refused(s.send(answer), 400, passkey.Stale)
		})
	}
}

// supabase/auth#2732, go-webauthn#335: passkeys change their backup flags. The counter of a copy goes back.
func TestFlagsAndCounter(t *testing.T) {
	s := known(t, nil)
	in := func(want string) {
		t.Helper()
		s.Client = s.Another()
		s.send(s.assertion())
		s.is(want)
	}
	for _, eligible := range []bool{true, false, true} {
		s.device.Options.BackupEligible = eligible
		in("ann hwk+mfa fresh")
	}
	s.device.Options.BackupState = true
	in("ann hwk+mfa fresh")
	if page := s.Get("/passkey/").Text; !strings.Contains(page, "synced") {
		t.Errorf("the backup state was not kept:\n%s", page)
	}
	s.key.Counter = 5
	in("ann hwk+mfa fresh")
	for _, counter := range []uint32{5, 4, 0} {
		s.key.Counter = counter
		s.Client = s.Another()
		s.refused(s.send(s.assertion()), 403, passkey.Copied)
	}
	s.key.Counter = 6
	in("ann hwk+mfa fresh")
}

// A failed answer keeps nothing: neither flags nor the counter.
func TestFailureKeepsNothing(t *testing.T) {
	s := known(t, nil)
	before, _ := s.store.CredentialsOf(t.Context(), "ann", passkey.Kind)
	s.device.Options.BackupEligible, s.key.Counter, s.device.Options.UserNotVerified = true, 7, true
	s.refused(s.send(s.assertion()), 403, passkey.Untrusted)
	after, _ := s.store.CredentialsOf(t.Context(), "ann", passkey.Kind)
	if string(before[0].Data) != string(after[0].Data) || !after[0].Used.IsZero() {
		t.Error("the passkey was changed")
	}
}

// Behind a password a passkey of that user's is the second factor, and makes a stale login fresh.
func TestSecondFactor(t *testing.T) {
	s := known(t, nil)
	if resp := s.Get("/passkey/use"); resp.Status != 302 || !strings.HasPrefix(resp.Location(), "/login?") {
		t.Errorf("a visitor at the page of the second factor: %d to %q", resp.Status, resp.Location())
	}
	s.in("ann", "level", "pending")
	s.is(" pwd")
	if resp := s.Get("/passkey/use?next=/there"); resp.Status != 200 || !strings.Contains(resp.Text, `value="/there"`) {
		t.Errorf("the page of the second factor: %d\n%s", resp.Status, resp.Text)
	}
	s.send(s.assertion())
	s.is("ann pwd+hwk+mfa fresh")

	s.in("ann", "stale", "1")
	s.is("ann pwd")
	s.send(s.assertion())
	s.is("ann pwd+hwk+mfa fresh")

	// Behind a link in a mail it stands alone.
	recovering := s.Another()
	s.Client, recovering = recovering, s.Client
	s.in("bob", "level", "recovering")
	s.send(s.assertion())
	s.is("ann hwk+mfa fresh")
	s.Client = recovering

	// The challenge for a new passkey is none for a proof.
	create, err := virtual.ParseAssertionOptions(s.options("/passkey/create/options"))
	if err != nil {
		t.Fatal(err)
	}
	if resp := s.send(virtual.CreateAssertionResponse(s.party, s.device, s.key, *create)); resp.Status != 400 || s.reason != passkey.Stale {
		t.Errorf("with the challenge for a new passkey: %d, %q", resp.Status, s.reason)
	}

	// The passkey of another user proves nothing.
	ann := s.key
	s.Client = s.Another()
	s.key, s.device = virtual.NewCredential(virtual.KeyTypeRSA), virtual.NewAuthenticator()
	s.in("bob")
	s.enrol("Key")
	s.Client = s.Another()
	s.in("bob", "level", "pending")
	options, err := virtual.ParseAssertionOptions(s.options("/passkey/login/options"))
	if err != nil {
		t.Fatal(err)
	}
	if resp := s.send(virtual.CreateAssertionResponse(s.party, s.device, ann, *options)); resp.Status != 403 || s.reason != passkey.NoAccount {
		t.Errorf("ann's passkey at bob's second factor: %d, %q", resp.Status, s.reason)
	}
	s.is(" pwd")
	// Nor does the answer to a challenge from before the password.
	s.Client = s.Another()
	answer := s.assertion()
	ceremony := ""
	s.Session(func(data *session.Session) { ceremony, _ = session.Value[string](data, "_passkey") })
	s.in("bob", "level", "pending")
	s.Session(func(data *session.Session) { data.Set("_passkey", ceremony) })
	if resp := s.send(answer); resp.Status != 400 || s.reason != passkey.Stale {
		t.Errorf("a challenge from before the password: %d, %q", resp.Status, s.reason)
	}
	s.is(" pwd")
}

func TestSignInHook(t *testing.T) {
	s := known(t, func(c *passkey.Config) {
		c.SignIn = func(c *dewar.Context, user login.Account, how login.Options) error {
			if err := login.In(c, user, how); err != nil {
				return err
			}
			return c.Text("hello " + user.GetID() + " " + strings.Join(how.Methods, "+"))
		}
	})
	if resp := s.send(s.assertion()); resp.Text != "hello ann hwk+mfa" {
		t.Errorf("answered %d %q", resp.Status, resp.Text)
	}
}

func TestCreateAttacks(t *testing.T) {
	s := newSite(t, nil)
	for _, target := range []string{"/passkey/create", "/passkey/create/options", "/passkey/remove", "/passkey/rename"} {
		if resp := s.PostForm(target, nil); resp.Status != 302 {
			t.Errorf("a visitor at %s: %d, want 302", target, resp.Status)
		}
	}
	s.in("ann", "stale", "1")
	for _, target := range []string{"/passkey/create", "/passkey/create/options", "/passkey/remove"} {
		if resp := s.PostForm(target, nil); resp.Status != 302 {
			t.Errorf("a login that is not fresh at %s: %d, want 302", target, resp.Status)
		}
	}
	refused := func(what string, resp *dewartest.Response, status int, reason passkey.Reason) {
		t.Helper()
		if resp.Status != status || s.reason != reason {
			t.Errorf("%s: %d, %q; want %d, %q", what, resp.Status, s.reason, status, reason)
		}
	}
	s.in("ann")
	refused("without a challenge", s.PostForm("/passkey/create", nil), 400, passkey.Stale)
	s.options("/passkey/create/options")
	refused("without a passkey", s.PostForm("/passkey/create", nil), 403, passkey.Untrusted)
	s.device.Options.UserNotVerified = true
	refused("without verification", s.enrol("x"), 403, passkey.Untrusted)
	s.device.Options.UserNotVerified = false
	s.party.Origin = "https://evil.example"
	refused("of another site", s.enrol("x"), 403, passkey.Untrusted)
	s.party.Origin = "http://localhost"
	s.enrol("Phone")
	// The page of a login gives no challenge for a new passkey.
	challenge := regexp.MustCompile(`"challenge":"[^"]*"`)
	create := s.options("/passkey/create/options")
	other, err := virtual.ParseAttestationOptions(challenge.ReplaceAllString(create, challenge.FindString(s.options("/passkey/login/options"))))
	if err != nil {
		t.Fatal(err)
	}
	answer := virtual.CreateAttestationResponse(s.party, s.device, newKey(), *other)
	refused("with a login's challenge", s.PostForm("/passkey/create", url.Values{"credential": {answer}}), 400, passkey.Stale)
	refused("of this account already", s.enrol("Phone"), 409, passkey.Taken)
	s.in("bob")
	refused("of another account already", s.enrol("Phone"), 409, passkey.Taken)
	if got := strings.Join(s.changed, ", "); got != "ann +Phone" {
		t.Errorf("passkeys were added: %q", got)
	}
	// A challenge that another user began.
	options, err := virtual.ParseAttestationOptions(s.options("/passkey/create/options"))
	if err != nil {
		t.Fatal(err)
	}
	ceremony := ""
	s.Session(func(data *session.Session) { ceremony, _ = session.Value[string](data, "_passkey") })
	s.in("ann")
	s.Session(func(data *session.Session) { data.Set("_passkey", ceremony) })
	s.key = newKey()
	answer = virtual.CreateAttestationResponse(s.party, s.device, s.key, *options)
	refused("begun by another user", s.PostForm("/passkey/create", url.Values{"credential": {answer}}), 400, passkey.Stale)
}

func TestManage(t *testing.T) {
	s := newSite(t, nil)
	s.in("ann")
	s.enrol("  My <b>phone</b>\r\n " + strings.Repeat("é", 100))
	first := s.key
	handle := string(s.device.Options.UserHandle)
	s.key = newKey()
	s.enrol("")
	if string(s.device.Options.UserHandle) != handle {
		t.Error("the second passkey of a user has another handle")
	}
	list, err := s.store.CredentialsOf(t.Context(), "ann", passkey.Kind)
	if err != nil || len(list) != 2 || len(list[0].Name) > 100 || list[1].Name != "Passkey" {
		t.Fatalf("passkeys: %+v, %v", list, err)
	}
	post := func(target, id, name string) int {
		return s.PostForm(target, url.Values{"id": {id}, "name": {name}}).Status
	}
	if got := post("/passkey/rename", list[0].ID, "Old <phone>"); got != 303 {
		t.Errorf("renaming: %d", got)
	}
	if page := s.Get("/passkey/").Text; !strings.Contains(page, "Old &lt;phone&gt;") {
		t.Errorf("the page:\n%s", page)
	}
	ann := s.Client
	s.Client = s.Another()
	s.in("bob")
	if a, b := post("/passkey/rename", list[0].ID, "x"), post("/passkey/remove", list[0].ID, ""); a != 404 || b != 404 {
		t.Errorf("another user renames and removes: %d, %d, want 404", a, b)
	}
	s.Client = ann
	if got := post("/passkey/remove", list[1].ID, ""); got != 303 {
		t.Errorf("removing: %d", got)
	}
	if got := post("/passkey/remove", list[0].ID, ""); got != 409 || s.reason != passkey.LastWayIn {
		t.Errorf("removing the last way in: %d, %q", got, s.reason)
	}
	s.changed = nil
	s.Client = s.Another()
	resp := s.send(s.assertion()) // of the one that was removed
	s.refused(resp, 403, passkey.Unknown)
	if want := `data-passkey-unknown="` + base64.RawURLEncoding.EncodeToString(s.key.ID) + `" data-rp="localhost"`; !strings.Contains(resp.Text, want) {
		t.Errorf("the browser is not told to forget it:\n%s", resp.Text)
	}
	s.key = first
	s.send(s.assertion())
	s.is("ann hwk+mfa fresh")
	for range 40 {
		s.key = newKey()
		if resp := s.PostForm("/passkey/create/options", nil); resp.Status == 409 {
			break
		}
		s.enrol("more")
	}
	if list, _ := s.store.CredentialsOf(t.Context(), "ann", passkey.Kind); len(list) != 30 || s.reason != passkey.TooMany {
		t.Errorf("%d passkeys, %q; want 30", len(list), s.reason)
	}
}

// Passkeys are closed to pages, but to those that have the script.
func TestPermissionsPolicy(t *testing.T) {
	s := newSite(t, nil, dewar.Config{})
	for target, want := range map[string]string{"/login": "publickey-credentials-get=(self)", "/plain": "publickey-credentials-get=()"} {
		policy := s.Get(target).Header.Get("Permissions-Policy")
		if !strings.Contains(policy, want) || !strings.Contains(policy, "camera=()") {
			t.Errorf("%s: %q", target, policy)
		}
	}
	if resp := s.Get("/passkey/static/passkey.js"); resp.Status != 200 {
		t.Errorf("the script: %d", resp.Status)
	}
}

func TestFactor(t *testing.T) {
	s := known(t, nil)
	for user, want := range map[string]bool{"ann": true, "bob": false} {
		if has, err := s.manager.Enrolled(t.Context(), user); err != nil || has != want {
			t.Errorf("%s has a passkey: %v, %v; want %v", user, has, err, want)
		}
	}
	for _, endpoint := range []string{s.manager.Endpoint(), s.manager.Manage()} {
		found := false
		for _, r := range s.app.Routes() {
			found = found || r.Endpoint == endpoint
		}
		if !found {
			t.Errorf("there is no endpoint %q", endpoint)
		}
	}
}

func TestConfig(t *testing.T) {
	for want, change := range map[string]func(*passkey.Config){
		"Credentials is nil":  func(c *passkey.Config) { c.Credentials = nil },
		"ID is \"https://a\"": func(c *passkey.Config) { c.ID = "https://a" },
		"After is \"home\"":   func(c *passkey.Config) { c.After = "home" },
	} {
		cfg := passkey.Config{Credentials: login.NewMemoryCredentials()}
		change(&cfg)
		if err := passkey.New(cfg).Init(dewar.New(dewar.Config{InstanceDir: t.TempDir()})); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	manager := passkey.New(passkey.Config{Credentials: login.NewMemoryCredentials()})
	dewar.New(dewar.Config{InstanceDir: t.TempDir()}).Extend(manager)
	if list := manager.Check(); len(list) != 1 || list[0].Severity != dewar.SeverityError {
		t.Errorf("an app without logins: %+v", list)
	}
}

// FuzzCredential: whatever a browser sends, nobody is logged in by it and nothing breaks.
func FuzzCredential(f *testing.F) {
	for _, seed := range []string{
		"", "{}", "null", `{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30","authenticatorData":"AAAA","signature":"AA","userHandle":"AA"}}`,
		`{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30","attestationObject":"oA"}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, credential string) {
		s := newSite(t, nil)
		s.options("/passkey/login/options")
		if resp := s.send(credential); resp.Status != 400 && resp.Status != 403 && resp.Status != 413 {
			t.Errorf("a login: %d %s", resp.Status, resp.Text)
		}
		s.is("")
		s.in("ann")
		s.options("/passkey/create/options")
		if resp := s.PostForm("/passkey/create", url.Values{"credential": {credential}}); resp.Status != 400 && resp.Status != 403 && resp.Status != 413 {
			t.Errorf("a new passkey: %d %s", resp.Status, resp.Text)
		}
	})
}
