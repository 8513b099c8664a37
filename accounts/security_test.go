package accounts_test

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dewar-go/dewar/accounts"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/password"
	"github.com/dewar-go/dewar/session"
)

// Tries from many places at one account: the tenth in a minute waits, longer with each, the owner gets in by mail, and from
// a browser that logged in before.
func TestBruteForce(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		s.member("ann@example.com")
		device := s.in("ann@example.com")
		device.PostForm("/account/logout", nil)
		attack := func(n int) *dewartest.Response {
			return s.postFrom(fmt.Sprintf("192.0.2.%d:1", n), "/account/login", url.Values{"email": {"ann@example.com"}, "password": {fmt.Sprint("guess", n)}})
		}
		checks := s.hasher.checks.Load()
		statuses := map[int]int{}
		for n := range 10 {
			r := attack(n)
			statuses[r.Status]++
			if r.Status == 429 && r.Header.Get("Retry-After") != "1" {
				t.Errorf("Retry-After: %q", r.Header.Get("Retry-After"))
			}
		}
		if statuses[422] != 5 || statuses[429] != 5 || s.hasher.checks.Load()-checks != 5 {
			t.Errorf("statuses %v, %d passwords looked at", statuses, s.hasher.checks.Load()-checks)
		}
		// The wait doubles, up to a quarter of an hour.
		for _, wait := range []string{"1", "2", "4", "8", "16", "32", "64", "128", "256", "512", "900", "900"} {
			r := attack(20)
			if r.Status != 429 || r.Header.Get("Retry-After") != wait {
				t.Errorf("status %d, Retry-After %q, want %q", r.Status, r.Header.Get("Retry-After"), wait)
			}
			seconds, _ := strconv.Atoi(wait)
			time.Sleep(time.Duration(seconds) * time.Second)
			want(t, attack(21), 422)
		}
		// The right password waits too: nobody learns that it is right.
		want(t, s.logIn(s.Another(), "ann@example.com", good), 429)
		if !slices.Contains(s.events, "authn_login_fail_max") {
			t.Errorf("events: %q", slices.Compact(s.events))
		}
		wantTo(t, s.logIn(device, "ann@example.com", good), "/account/")
		forgot(s.Client, "ann@example.com")
		wantTo(t, s.PostForm(follow(t, s.Client, s.link("ann@example.com")), url.Values{"password": {other}}), "/account/login")
		wantTo(t, s.logIn(s.Client, "ann@example.com", other), "/account/")
	})
}

// Of many tries at once no more are looked at than of as many one after the other.
func TestBruteForceAtOnce_CVE_2019_5421(t *testing.T) {
	s := newSite(t, nil)
	s.member("ann@example.com")
	var wg sync.WaitGroup
	for range 16 {
		c := s.Another()
		wg.Go(func() { s.logIn(c, "ann@example.com", "wrong") })
	}
	wg.Wait()
	if n := s.hasher.checks.Load(); n != 5 {
		t.Errorf("%d passwords were looked at, want 5", n)
	}
}

// An address tries 20 times a minute and 10 accounts in ten minutes, whether it succeeds or not (allauth 65.8.1), and
// what it says of itself in a header is not believed (allauth 65.14.2).
func TestAddressThrottle(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		s.member("ann@example.com")
		try := func(email, secret string, n int) int {
			c := s.Another()
			c.Header.Set("X-Forwarded-For", fmt.Sprintf("198.51.100.%d", n))
			return s.logIn(c, email, secret).Status
		}
		for n := range 20 {
			if got := try("ann@example.com", good, n); got != 303 {
				t.Fatalf("try %d: %d", n, got)
			}
		}
		if got := try("ann@example.com", good, 20); got != 429 {
			t.Errorf("the 21st in a minute: %d", got)
		}
		time.Sleep(11 * time.Minute)
		for n := range 10 {
			if got := try(fmt.Sprintf("user%d@example.com", n), "wrong", n); got != 422 {
				t.Errorf("account %d: %d", n, got)
			}
		}
		if got := try("user10@example.com", "wrong", 10); got != 429 {
			t.Errorf("the 11th account: %d", got)
		}
		if got := try("user3@example.com", "wrong", 11); got != 422 {
			t.Errorf("an account from before: %d", got)
		}
	})
}

// Mails to one address are counted for unknown ones too (laravel/framework#13658).
func TestMailThrottle(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		s.member("ann@example.com")
		for _, email := range []string{"ann@example.com", "nobody@example.com"} {
			for range 5 {
				wantTo(t, forgot(s.Client, email), "/account/sent")
			}
			r := forgot(s.Client, email)
			want(t, r, 429, "There were too many tries.")
			if seconds, err := strconv.Atoi(r.Header.Get("Retry-After")); err != nil || seconds < 3000 {
				t.Errorf("Retry-After: %q", r.Header.Get("Retry-After"))
			}
			want(t, s.register(s.Client, email, good), 429)
		}
		if n := len(s.mails()); n != 5 {
			t.Errorf("%d mails", n)
		}
	})
}

// A throttled answer is the same for an account that is not there.
func TestThrottledEnumeration(t *testing.T) {
	pages := map[string]string{}
	for _, email := range []string{"ann@example.com", "nil@example.com"} {
		bubble(t, nil, func(t *testing.T, s *site) {
			s.member("ann@example.com")
			for range 6 {
				r := s.logIn(s.Another(), email, "wrong")
				pages[email] = fmt.Sprint(r.Status, r.Header.Get("Retry-After"), withoutTokens(strings.ReplaceAll(r.Text, email, "")))
			}
		})
	}
	if a, b := pages["ann@example.com"], pages["nil@example.com"]; a != b || !strings.HasPrefix(a, "4291") {
		t.Errorf("%s\n\n%s", a, b)
	}
}

func TestFixation(t *testing.T) {
	s := newSite(t, nil)
	s.member("ann@example.com")
	s.Get("/account/login")
	planted := s.Cookie("session").Value
	var before, after string
	s.Session(func(v *session.Session) { before, _ = v.CSRFSecret() })
	wantTo(t, s.logIn(s.Client, "ann@example.com", good), "/account/")
	s.Session(func(v *session.Session) { after, _ = v.CSRFSecret() })
	if before == "" || before == after {
		t.Error("the CSRF secret is that of the visitor")
	}
	thief := s.Another()
	thief.SetCookie("session", planted)
	if got := s.who(thief); got != "nobody" {
		t.Errorf("the session of before the login is that of %q", got)
	}
}

// Another site does not log somebody in, or out, or anything else.
func TestCSRF(t *testing.T) {
	s := newSite(t, nil)
	s.member("ann@example.com")
	c := s.in("ann@example.com")
	for _, from := range []string{"cross-site", "same-site"} {
		foreign := s.Another()
		foreign.SecFetchSite = from
		c.SecFetchSite = from
		want(t, s.logIn(foreign, "ann@example.com", good), 403)
		for _, path := range []string{"/account/logout", "/account/forgot", "/account/register", "/account/reset", "/account/confirm", "/account/email/undo", "/account/email/confirm", "/account/restore", "/account/delete", "/account/password", "/account/email", "/account/sessions/end", "/account/sessions/end-others", "/account/keys/delete", "/account/reauth"} {
			want(t, c.PostForm(path, url.Values{"email": {"ann@example.com"}, "sure": {"y"}, "password": {other}, "current": {good}}), 403)
		}
		c.SecFetchSite = "same-origin"
		if got := s.who(foreign) + " " + s.who(c); got != "nobody ann@example.com" {
			t.Errorf("logged in: %q", got)
		}
	}
}

// What changes something does so on POST alone.
func TestGetChangesNothing(t *testing.T) {
	s := newSite(t, nil)
	s.member("ann@example.com")
	c := s.in("ann@example.com")
	for _, path := range []string{"/account/logout", "/account/sessions/end-others", "/account/sessions/end", "/account/keys/delete"} {
		want(t, c.Get(path), 405)
	}
	c.Get("/account/delete?sure=y")
	c.Get("/account/password?current=" + url.QueryEscape(good) + "&password=" + url.QueryEscape(other))
	if got := s.who(c); got != "ann@example.com" {
		t.Errorf("%q is logged in", got)
	}
	s.in("ann@example.com")
}

// The spellings of another site that Flask-User, Flask-Unchained and others followed.
func TestNext_CVE_2021_23401(t *testing.T) {
	s := newSite(t, nil)
	s.member("ann@example.com")
	places := 0
	for _, next := range []string{
		"https://evil.example", "http://evil.example/", "//evil.example", "///evil.example", "/////evil.example",
		`\\evil.example`, `/\evil.example`, `\/evil.example`, `/\/evil.example`, `\\\evil.example`,
		"https:evil.example", "https:/evil.example", "javascript:alert(1)", "data:text/html,x",
		"/\t/evil.example", "\t//evil.example", " //evil.example", "/\r\n/evil.example", "/%09/evil.example",
		"/%2Fevil.example", "/%5Cevil.example", "//evil%2f..", "/.//evil.example", "/..//evil.example",
		"//evil.example@localhost", "@evil.example", "evil.example", "http:///evil.example", "%2F%2Fevil.example",
	} {
		for name, path := range map[string]string{"query": "/account/login?next=" + url.QueryEscape(next), "form": "/account/login"} {
			places++
			r := s.postFrom(fmt.Sprintf("192.0.2.%d:1", places), path, url.Values{"email": {"ann@example.com"}, "password": {good}, "next": {next}})
			if r.Status != 303 || r.Location() != "/account/" {
				t.Errorf("%s %q leads to %d %q", name, next, r.Status, r.Location())
			}
		}
	}
	c := s.Another()
	if r := c.Get("/secret"); r.Status != 302 || r.Location() != "/account/login?next=%2Fsecret" {
		t.Errorf("a visitor is sent to %q", r.Location())
	}
	wantTo(t, c.PostForm("/account/login?next=%2Fsecret", url.Values{"email": {"ann@example.com"}, "password": {good}}), "/secret")
}

// An account of an older application keeps its password, and gets a hash of today's costs.
func TestRehash(t *testing.T) {
	s := newSite(t, nil)
	a := s.member("ann@example.com")
	old, err := password.New(password.Options{Scheme: password.PBKDF2, PBKDF2: password.PBKDF2Costs{Iterations: 1000}})
	if err != nil {
		t.Fatal(err)
	}
	a.PasswordHash, err = old.Hash(t.Context(), "old")
	if err != nil {
		t.Fatal(err)
	}
	before := a.PasswordHash
	if err := s.store.Update(t.Context(), a, ""); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		wantTo(t, s.logIn(s.Another(), "ann@example.com", "old"), "/account/")
	}
	if got := s.account("ann@example.com").PasswordHash; got == before || s.hasher.NeedsRehash(got) {
		t.Errorf("the hash is %q", got)
	}
	if n := s.hasher.hashes.Load(); n != 1 {
		t.Errorf("%d hashes", n)
	}
}

// No log line, no text and no JSON of an account has its password or address.
func TestAccountIsPrivate(t *testing.T) {
	a := accounts.Account{ID: "1", Email: "ann@example.com", PasswordHash: "secret hash"}
	var lines strings.Builder
	logger(&lines).Info("x", "account", &a)
	if strings.Contains(lines.String(), "ann@") || strings.Contains(lines.String(), "secret") || !strings.Contains(lines.String(), "account 1") {
		t.Error(lines.String())
	}
}

// One function makes sessions: a way to log in that goes around it goes around the second factor (allauth-2fa#186).
func TestOneFunctionMakesSessions(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var places []string
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), e.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			ast.Inspect(d, func(n ast.Node) bool {
				call, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				if pkg, ok := call.X.(*ast.Ident); ok && pkg.Name == "login" && (call.Sel.Name == "In" || call.Sel.Name == "Confirm") {
					name := "?"
					if f, ok := d.(*ast.FuncDecl); ok {
						name = f.Name.Name
					}
					places = append(places, name)
				}
				return true
			})
		}
	}
	// FactorAdded makes a login that has the new factor's proof no less than it was.
	if slices.Sort(places); !slices.Equal(slices.Compact(places), []string{"FactorAdded", "signIn"}) {
		t.Errorf("logins are made in %q, want signIn alone, and FactorAdded", places)
	}
}

// What a request says of who it is about does not count where the session knows (CVE-2025-61928).
func TestIDFromBody_CVE_2025_61928(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		ann := s.member("ann@example.com")
		s.member("eve@example.com")
		eve := s.in("eve@example.com")
		form := url.Values{"id": {ann.ID}, "user": {ann.ID}, "account": {ann.ID}, "current": {good}, "password": {other}, "sure": {"y"}}
		eve.PostForm("/account/password", form)
		eve.PostForm("/account/delete", form)
		s.PostForm("/account/delete", form)
		s.PostForm("/account/password", form)
		synctest.Wait()
		if got, err := s.store.Account(t.Context(), ann.ID); err != nil || got.Version != ann.Version || !got.DeleteAt.IsZero() {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

func TestBasicAuth_CVE_2023_49947(t *testing.T) {
	factor := &fakeFactor{}
	s := newSite(t, func(cfg *accounts.Config) {
		cfg.Login.Loaders = append(cfg.Login.Loaders, accounts.BasicAuth("shop"))
		cfg.Factors = []accounts.Factor{factor}
	})
	s.member("ann@example.com")
	basic := func(secret string) string {
		c := s.Another()
		r := c.NewRequest("GET", "/who", nil)
		r.SetBasicAuth("ann@example.com", secret)
		return c.Do(r).Text
	}
	for range 30 { // successes do not count for the address
		if got := basic(good); got != "ann@example.com" {
			t.Fatalf("with the password: %q", got)
		}
	}
	if got := basic("wrong"); got != "nobody" {
		t.Errorf("with a wrong one: %q", got)
	}
	factor.enrolled = true
	if got := basic(good); got != "nobody" {
		t.Errorf("with a second factor: %q", got)
	}
}

// fakeFactor is a second factor of everybody or nobody.
type fakeFactor struct{ enrolled bool }

func (*fakeFactor) Name() string                                     { return "fake" }
func (*fakeFactor) Label() string                                    { return "Fake" }
func (f *fakeFactor) Enrolled(context.Context, string) (bool, error) { return f.enrolled, nil }
func (*fakeFactor) Endpoint() string                                 { return "accounts.account" }
func (*fakeFactor) Manage() string                                   { return "accounts.account" }
