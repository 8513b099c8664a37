package accounts_test

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/accounts"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/totp"
)

var (
	keyText   = regexp.MustCompile(`<code class="key">([A-Z2-7 ]+)</code>`)
	codeTexts = regexp.MustCompile(`<li><code>([0-9A-Z-]+)</code></li>`)
)

// an app is an authenticator app and the recovery codes that were shown with it.
type app struct {
	totp.Key
	recovery []string
}

// code is what the app shows; each call waits for the next one.
func (a *app) code() string {
	time.Sleep(30 * time.Second)
	return a.Code(time.Now())
}

func post(c *dewartest.Client, path string, pairs ...string) *dewartest.Response {
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return c.PostForm(path, form)
}

// scan begins to set up an app and reads the key from the page.
func (s *site) scan(c *dewartest.Client) *app {
	s.t.Helper()
	wantTo(s.t, post(c, "/account/authenticator/new"), "/account/authenticator")
	page := c.Get("/account/authenticator")
	want(s.t, page, 200, "<svg", "otpauth://totp/Shop:", `autocomplete="one-time-code"`)
	text := keyText.FindStringSubmatch(page.Text)
	if text == nil {
		s.t.Fatal("no key in", page.Text)
	}
	secret, err := totp.ParseSecret(text[1])
	if err != nil {
		s.t.Fatal(err)
	}
	return &app{Key: totp.Key{Secret: secret}}
}

// enrol sets up an app for who is logged in at c.
func (s *site) enrol(c *dewartest.Client) *app {
	s.t.Helper()
	a := s.scan(c)
	r := post(c, "/account/authenticator", "code", a.code())
	want(s.t, r, 200, "Your authenticator app is set up.")
	for _, m := range codeTexts.FindAllStringSubmatch(r.Text, -1) {
		a.recovery = append(a.recovery, m[1])
	}
	if len(a.recovery) != 10 {
		s.t.Fatalf("%d recovery codes", len(a.recovery))
	}
	return a
}

// withApp logs a new member in and sets up an app.
func (s *site) withApp(email string) (*accounts.Account, *app) {
	s.t.Helper()
	account := s.member(email)
	wantTo(s.t, s.logIn(s.Client, email, good), "/account/")
	a := s.enrol(s.Client)
	return account, a
}

// pending logs in with the password alone.
func (s *site) pending(email string) *dewartest.Client {
	s.t.Helper()
	c := s.Another()
	wantTo(s.t, s.logIn(c, email, good), "/account/factor")
	return c
}

func TestEnrolment(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		s.member("ann@example.com")
		s.logIn(s.Client, "ann@example.com", good)
		elsewhere := s.Another()
		s.logIn(elsewhere, "ann@example.com", good)
		want(t, s.Get("/account/authenticator"), 200, "Set up an app")
		app := s.scan(s.Client)
		if row, err := s.store.Factors(t.Context(), "id of ann@example.com"); err != nil || row.Pending == nil || row.Secret != nil ||
			strings.Contains(string(row.Pending), string(app.Secret)) {
			t.Errorf("the key is kept as %+v, %v", row, err)
		}
		for _, cookie := range []string{"session"} {
			value := s.Cookie(cookie).Value
			decoded, _ := base64.RawURLEncoding.DecodeString(value)
			for _, text := range []string{value, string(decoded)} {
				if strings.Contains(text, app.Secret.Text()) || strings.Contains(text, string(app.Secret)) {
					t.Error("the key is in the cookie", cookie)
				}
			}
		}
		// An app that has not shown a code does not lock anybody out.
		wantTo(t, s.logIn(s.Another(), "ann@example.com", good), "/account/")
		want(t, post(s.Client, "/account/authenticator", "code", "000000"), 422, "The code is wrong")
		code := app.code()
		r := post(s.Client, "/account/authenticator", "code", code)
		want(t, r, 200, "Your authenticator app is set up.", "not shown again")
		if n := len(codeTexts.FindAllString(r.Text, -1)); n != 10 || !strings.Contains(r.Header.Get("Cache-Control"), "no-store") {
			t.Errorf("%d codes, %v", n, r.Header)
		}
		if s.who(s.Client) != "ann@example.com" || s.who(elsewhere) != "nobody" {
			t.Error("the other login, from before, is still there, or this one is not")
		}
		if !slices.Contains(s.mails(), "ann@example.com: A second factor was added") || !slices.Contains(s.events, "user_updated") {
			t.Error(s.mails(), s.events)
		}
		want(t, post(s.pending("ann@example.com"), "/account/factor/code", "code", code), 422, "The code is wrong")
		page := s.Get("/account/authenticator")
		want(t, page, 200, "Remove the app")
		if strings.Contains(page.Text, "<svg") {
			t.Error("the key is shown again")
		}
		want(t, s.Get("/account/"), 200, "Recovery codes", "10")
	})
}

// The key of an app that is set up too late is forgotten.
func TestEnrolmentExpires(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		s.member("ann@example.com")
		s.logIn(s.Client, "ann@example.com", good)
		app := s.scan(s.Client)
		time.Sleep(10*time.Minute + time.Second)
		want(t, post(s.Client, "/account/authenticator", "code", app.code()), 200, "Set up an app")
		wantTo(t, s.logIn(s.Another(), "ann@example.com", good), "/account/")
	})
}

func TestLoginWithCode(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		_, app := s.withApp("ann@example.com")
		c := s.Another()
		wantTo(t, post(c, "/account/login?next=/secret", "email", "ann@example.com", "password", good), "/account/factor?next=%2Fsecret")
		wantTo(t, c.Get("/account/factor?next=%2Fsecret"), "/account/factor/code?next=%2Fsecret")
		want(t, c.Get("/account/factor/code?next=/secret"), 200, `inputmode="numeric"`, "Use a recovery code", "/account/factor/recovery?next=")
		if s.who(c) != "nobody" {
			t.Error("logged in without the code")
		}
		code := app.code()
		wantTo(t, post(c, "/account/factor/code?next=/secret", "code", " "+code[:3]+" "+code[3:]), "/secret")
		if s.who(c) != "ann@example.com" {
			t.Error("not logged in")
		}
		list, err := s.accounts.Manager().Sessions(t.Context(), "id of ann@example.com")
		if err != nil || !slices.ContainsFunc(list, func(r login.Record) bool {
			return slices.Equal(r.Methods, []string{"pwd", "otp"}) && !r.Proved.IsZero()
		}) {
			t.Errorf("%+v, %v", list, err)
		}
		r := c.Get("/account/factor/code") // with a full login there is nothing to ask for
		if r.Status != 302 || !strings.HasPrefix(r.Location(), "/account/login") {
			t.Error(r.Status, r.Location())
		}
	})
}

// Gitea CVE-2021-45331 and better-auth#10387: a code logs in once.
func TestCVE_2021_45331(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		_, app := s.withApp("ann@example.com")
		code := app.code()
		wantTo(t, post(s.pending("ann@example.com"), "/account/factor/code", "code", code), "/account/")
		want(t, post(s.pending("ann@example.com"), "/account/factor/code", "code", code), 422, "was used before")
		// Nor does it do anything else: a new app needs a code of its own, and a step-up a new one.
		c := s.pending("ann@example.com")
		wantTo(t, post(c, "/account/factor/code", "code", app.code()), "/account/")
		next := s.scan(c)
		want(t, post(c, "/account/authenticator", "code", app.Code(time.Now())), 422, "The code is wrong")
		want(t, post(c, "/account/authenticator", "code", next.code()), 303)
	})
}

// atOnce runs a request of each client at the same time and counts the answers that are redirects to a place.
func atOnce(clients []*dewartest.Client, location string, request func(c *dewartest.Client) *dewartest.Response) int64 {
	var n atomic.Int64
	var wg sync.WaitGroup
	for _, c := range clients {
		wg.Go(func() {
			if r := request(c); r.Status == 303 && r.Location() == location {
				n.Add(1)
			}
		})
	}
	wg.Wait()
	return n.Load()
}

// Gitea CVE-2026-20779: of many requests at once with one code, one logs in.
func TestCVE_2026_20779(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		_, app := s.withApp("ann@example.com")
		for range 20 {
			var clients []*dewartest.Client
			for range 4 {
				clients = append(clients, s.pending("ann@example.com"))
			}
			code := app.code()
			n := atOnce(clients, "/account/", func(c *dewartest.Client) *dewartest.Response {
				return post(c, "/account/factor/code", "code", code)
			})
			if n != 1 {
				t.Fatalf("%d logins with one code", n)
			}
			time.Sleep(time.Hour)
		}
	})
}

// keycloak#26106: of many requests at once with one recovery code, one logs in; different codes do not hinder each other.
func TestKeycloak26106(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		_, app := s.withApp("ann@example.com")
		var clients []*dewartest.Client
		for range 4 {
			clients = append(clients, s.pending("ann@example.com"))
		}
		n := atOnce(clients, "/account/", func(c *dewartest.Client) *dewartest.Response {
			return post(c, "/account/factor/recovery", "code", app.recovery[0])
		})
		if n != 1 {
			t.Fatalf("%d logins with one code", n)
		}
		time.Sleep(time.Hour)
		clients = clients[:0]
		for range 3 {
			clients = append(clients, s.pending("ann@example.com"))
		}
		var i atomic.Int64
		n = atOnce(clients, "/account/", func(c *dewartest.Client) *dewartest.Response {
			return post(c, "/account/factor/recovery", "code", app.recovery[i.Add(1)])
		})
		if row, err := s.store.Factors(t.Context(), "id of ann@example.com"); n != 3 || err != nil || len(row.Recovery) != 6 {
			t.Errorf("%d logins, %d codes left, %v", n, len(row.Recovery), err)
		}
	})
}

// Gogs GHSA-p6x6-9mx6-26wj: a recovery code is good for its own account only.
func TestGHSA_p6x6(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		_, anns := s.withApp("ann@example.com")
		s.Client = s.Another()
		_, bobs := s.withApp("bob@example.com")
		want(t, post(s.pending("ann@example.com"), "/account/factor/recovery", "code", bobs.recovery[0]), 422, "The code is wrong")
		wantTo(t, post(s.pending("ann@example.com"), "/account/factor/recovery", "code", anns.recovery[0]), "/account/")
		wantTo(t, post(s.pending("bob@example.com"), "/account/factor/recovery", "code", bobs.recovery[0]), "/account/")
	})
}

// authboss#351: no other string passes as a recovery code.
func TestAuthboss351(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		_, app := s.withApp("ann@example.com")
		row, err := s.store.Factors(t.Context(), "id of ann@example.com")
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{
			"", "x", "-----", "0000000000", row.Recovery[0], row.Recovery[0][17:], app.recovery[0][:10], app.recovery[0] + "0",
			strings.Join(app.recovery, ","), app.code(), "' OR 1=1 --",
		} {
			r := post(s.pending("ann@example.com"), "/account/factor/recovery", "code", text)
			if r.Status != 422 {
				t.Errorf("%q: %d to %q", text, r.Status, r.Location())
			}
			time.Sleep(time.Hour)
		}
		// However it is typed.
		typed := strings.ToLower(strings.ReplaceAll(app.recovery[0], "-", "  "))
		wantTo(t, post(s.pending("ann@example.com"), "/account/factor/recovery", "code", typed), "/account/")
		want(t, post(s.pending("ann@example.com"), "/account/factor/recovery", "code", app.recovery[0]), 422, "was used before")
	})
}

// Fortify: a code that was used is spent for its account, and not for another one that happens to have the same.
func TestFortifySpentCodes(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		_, app := s.withApp("ann@example.com")
		s.Client = s.Another()
		s.withApp("bob@example.com")
		row, err := s.store.Factors(t.Context(), "id of bob@example.com")
		if err != nil {
			t.Fatal(err)
		}
		row.Secret = accounts.Seal(ring(t, key), "id of bob@example.com", app.Secret)
		if err := s.store.SaveFactors(t.Context(), row); err != nil {
			t.Fatal(err)
		}
		code := app.code()
		for _, email := range []string{"ann@example.com", "bob@example.com"} {
			wantTo(t, post(s.pending(email), "/account/factor/code", "code", code), "/account/")
		}
	})
}

// tinyauth GHSA-3q28-qjrv-qr39: a login that waits for its second factor is nobody's, to every guard and page.
func TestGHSA_3q28(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		account, _ := s.withApp("ann@example.com")
		c := s.pending("ann@example.com")
		if s.who(c) != "nobody" {
			t.Error("somebody")
		}
		for _, path := range []string{
			"/secret", "/account/", "/account/reauth", "/account/password", "/account/email", "/account/delete", "/account/email/confirm",
			"/account/authenticator", "/account/recovery-codes",
		} {
			if r := c.Get(path); r.Status != 302 || !strings.HasPrefix(r.Location(), "/account/login") {
				t.Errorf("%s: %d to %q", path, r.Status, r.Location())
			}
		}
		for _, path := range []string{
			"/account/password", "/account/authenticator", "/account/authenticator/new", "/account/authenticator/remove", "/account/recovery-codes",
			"/account/sessions/end-others", "/account/delete",
		} {
			if r := post(c, path, "sure", "y"); r.Status != 302 || !strings.HasPrefix(r.Location(), "/account/login") {
				t.Errorf("POST %s: %d to %q", path, r.Status, r.Location())
			}
		}
		if row, err := s.store.Factors(t.Context(), account.ID); err != nil || row.Pending != nil || row.Secret == nil || len(row.Recovery) != 10 {
			t.Errorf("%+v, %v", row, err)
		}
	})
}

// Forgejo CVE-2023-49947 and Gitea CVE-2019-11576: HTTP Basic cannot give a second factor, and refuses who has one.
func TestCVE_2023_49947(t *testing.T) {
	bubble(t, func(cfg *accounts.Config) {
		cfg.Login.Loaders = []login.Loader{accounts.BasicAuth("Shop")}
		cfg.FactorRequired = func(a *accounts.Account) bool { return slices.Contains(a.Roles, "admin") }
	}, func(t *testing.T, s *site) {
		s.withApp("ann@example.com")
		s.member("bob@example.com")
		admin := s.member("eve@example.com")
		admin.Roles = []string{"admin"}
		if err := s.store.Update(t.Context(), admin, ""); err != nil {
			t.Fatal(err)
		}
		for email, who := range map[string]string{"ann@example.com": "nobody", "bob@example.com": "bob@example.com", "eve@example.com": "nobody"} {
			r := s.Another().NewRequest("GET", "/who", nil)
			r.SetBasicAuth(email, good)
			if got := s.Another().Do(r).Text; got != who {
				t.Errorf("%s is %s, want %s", email, got, who)
			}
		}
	})
}

// authboss 3.2.1, keycloak#12759 and #50144: after a new password the factor is asked for, in the same browser too.
func TestResetAsksForTheFactor(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		_, app := s.withApp("ann@example.com")
		wantTo(t, post(s.Client, "/account/forgot", "email", "ann@example.com"), "/account/sent")
		page := follow(t, s.Client, s.link("ann@example.com"))
		wantTo(t, post(s.Client, page, "password", other), "/account/login")
		if s.who(s.Client) != "nobody" {
			t.Error("logged in by a link in a mail")
		}
		wantTo(t, s.logIn(s.Client, "ann@example.com", other), "/account/factor")
		if s.who(s.Client) != "nobody" {
			t.Error("logged in without the code")
		}
		wantTo(t, post(s.Client, "/account/factor/code", "code", app.code()), "/account/")
	})
}

// Five wrong codes end the login that waits for one, on whichever page; the next ones wait.
func TestWrongCodes(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		_, app := s.withApp("ann@example.com")
		c := s.pending("ann@example.com")
		for i := range 4 {
			want(t, post(c, []string{"/account/factor/code", "/account/factor/recovery"}[i%2], "code", "000000"), 422, "The code is wrong")
		}
		wantTo(t, post(c, "/account/factor/recovery", "code", "0000000000"), "/account/login")
		want(t, c.Get("/account/login"), 200, "There were too many wrong codes.")
		r := post(c, "/account/factor/code", "code", app.code())
		if r.Status != 302 || s.who(c) != "nobody" {
			t.Errorf("%d to %q: the login is still there", r.Status, r.Location())
		}
		wrong := 0
		for range 60 { // an attacker who knows the password, for five minutes
			c := s.pending("ann@example.com")
			if post(c, "/account/factor/code", "code", "000000").Status == 422 {
				wrong++
			}
			time.Sleep(5 * time.Second)
		}
		if wrong > 9 {
			t.Errorf("%d codes in five minutes", wrong)
		}
		c = s.pending("ann@example.com")
		r = post(c, "/account/factor/code", "code", app.Code(time.Now()))
		want(t, r, 429, "There were too many wrong codes. Wait a moment.")
		if r.Header.Get("Retry-After") == "" || !slices.Contains(s.events, string(dewar.EventLoginFailMax)) {
			t.Error(r.Header, s.events)
		}
		// The owner has a browser that logged in before, which has a count of its own.
		wantTo(t, s.logIn(s.Client, "ann@example.com", good), "/account/factor")
		wantTo(t, post(s.Client, "/account/factor/code", "code", app.code()), "/account/")
	})
}

// The right password does not forget wrong codes, in a browser with a count of its own neither.
func TestPasswordForgetsNoWrongCodes(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		s.withApp("ann@example.com")
		for i := range 6 {
			wantTo(t, s.logIn(s.Client, "ann@example.com", good), "/account/factor")
			want(t, post(s.Client, "/account/factor/code", "code", "000000"), map[bool]int{true: 422, false: 429}[i < 5])
		}
	})
}

// A login that waits for its factor ends after ten minutes.
func TestPendingEnds(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		_, app := s.withApp("ann@example.com")
		c := s.pending("ann@example.com")
		time.Sleep(10*time.Minute + time.Second)
		if r := post(c, "/account/factor/code", "code", app.code()); r.Status != 302 || s.who(c) != "nobody" {
			t.Errorf("%d to %q", r.Status, r.Location())
		}
	})
}

// A remember cookie is worth a password, unless the user gave a code and said that the device is to be trusted.
func TestRememberedWithFactor(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		_, app := s.withApp("ann@example.com")
		for _, trust := range []bool{false, true} {
			c := s.Another()
			wantTo(t, post(c, "/account/login", "email", "ann@example.com", "password", good, "remember", "y"), "/account/factor")
			want(t, c.Get("/account/factor/code"), 200, "Do not ask for a code on this device again")
			pairs := []string{"code", app.code()}
			if trust {
				pairs = append(pairs, "trust", "y")
			}
			wantTo(t, post(c, "/account/factor/code", pairs...), "/account/")
			time.Sleep(24 * time.Hour)
			if trust {
				if s.who(c) != "ann@example.com" {
					t.Error("a trusted device is asked again")
				}
				if r := c.Get("/account/authenticator"); r.Status != 302 || !strings.HasPrefix(r.Location(), "/account/reauth") {
					t.Errorf("a remembered login is fresh: %d to %q", r.Status, r.Location())
				}
				continue
			}
			if s.who(c) != "nobody" {
				t.Error("a device that is not trusted is logged in")
			}
			r := c.Get("/secret")
			wantTo(t, c.Get(r.Location()), "/account/factor?next=%2Fsecret")
			wantTo(t, post(c, "/account/factor/code?next=/secret", "code", app.code()), "/secret")
			if s.who(c) != "ann@example.com" {
				t.Error("not logged in by cookie and code")
			}
			if r := c.Get("/account/authenticator"); r.Status != 302 || !strings.HasPrefix(r.Location(), "/account/reauth") {
				t.Errorf("fresh without a password: %d to %q", r.Status, r.Location())
			}
			time.Sleep(24 * time.Hour)
			if c.Get("/account/factor/code").Status != 200 {
				t.Error("the device is not remembered any more")
			}
		}
		// Without "keep me logged in" there is nothing to trust.
		if page := s.pending("ann@example.com").Get("/account/factor/code"); strings.Contains(page.Text, "trust") {
			t.Error("trust without remembering")
		}
	})
}

// Sensitive pages ask for password and code again, and both are needed.
func TestStepUpAsksForTheFactor(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		_, app := s.withApp("ann@example.com")
		time.Sleep(20 * time.Minute)
		c := s.Client
		r := c.Get("/account/authenticator")
		if r.Status != 302 || r.Location() != "/account/reauth?next=%2Faccount%2Fauthenticator" {
			t.Fatalf("%d to %q", r.Status, r.Location())
		}
		if r := post(c, "/account/authenticator/remove"); r.Status != 302 || !strings.HasPrefix(r.Location(), "/account/reauth") {
			t.Errorf("removed by a login that is not fresh: %d to %q", r.Status, r.Location())
		}
		wantTo(t, post(c, r.Location(), "password", good), "/account/factor?next=%2Faccount%2Fauthenticator")
		if s.who(c) != "nobody" {
			t.Error("a password alone is enough")
		}
		wantTo(t, post(c, "/account/factor/code?next=/account/authenticator", "code", app.code()), "/account/authenticator")
		want(t, c.Get("/account/authenticator"), 200, "Remove the app")
	})
}

// A fresh login from before a factor, which was never asked for it, steps up too.
func TestStepUpAsksForNewFactor(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		s.member("ann@example.com")
		s.logIn(s.Client, "ann@example.com", good)
		secret := totp.NewSecret()
		row := &accounts.Factors{Account: "id of ann@example.com", Secret: accounts.Seal(ring(t, key), "id of ann@example.com", secret), Enrolled: time.Now()}
		if err := s.store.SaveFactors(t.Context(), row); err != nil {
			t.Fatal(err)
		}
		if r := s.Get("/account/recovery-codes"); r.Status != 302 || !strings.HasPrefix(r.Location(), "/account/reauth") {
			t.Errorf("%d to %q", r.Status, r.Location())
		}
	})
}

func TestRemoveAndReplace(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		_, old := s.withApp("ann@example.com")
		elsewhere := s.pending("ann@example.com")
		post(elsewhere, "/account/factor/code", "code", old.code())
		// The old app is good until the new one has shown a code.
		next := s.scan(s.Client)
		third := s.pending("ann@example.com")
		wantTo(t, post(third, "/account/factor/code", "code", old.code()), "/account/")
		wantTo(t, post(s.Client, "/account/authenticator", "code", next.code()), "/account/")
		if s.who(elsewhere) != "nobody" || s.who(third) != "nobody" || s.who(s.Client) != "ann@example.com" {
			t.Error("other logins are still there")
		}
		want(t, post(s.pending("ann@example.com"), "/account/factor/code", "code", old.code()), 422)
		elsewhere = s.pending("ann@example.com")
		wantTo(t, post(elsewhere, "/account/factor/code", "code", next.code()), "/account/")

		wantTo(t, post(s.Client, "/account/authenticator/remove"), "/account/")
		if s.who(elsewhere) != "nobody" || s.who(s.Client) != "ann@example.com" {
			t.Error("after removing, other logins are still there")
		}
		if !slices.Contains(s.mails(), "ann@example.com: A second factor was removed") {
			t.Error(s.mails())
		}
		if row, err := s.store.Factors(t.Context(), "id of ann@example.com"); err != nil || row.Secret != nil || len(row.Recovery) > 0 {
			t.Errorf("%+v, %v", row, err)
		}
		wantTo(t, s.logIn(s.Another(), "ann@example.com", good), "/account/")
	})
}

// A password of eight characters protects an account beside a factor only.
func TestShortPasswordKeepsFactor(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		s.withApp("ann@example.com")
		account := s.account("ann@example.com")
		account.ShortPassword = true
		if err := s.store.Update(t.Context(), account, ""); err != nil {
			t.Fatal(err)
		}
		wantTo(t, post(s.Client, "/account/authenticator/remove"), "/account/authenticator")
		want(t, s.Get("/account/authenticator"), 200, "Your password is too short", "Remove the app")
	})
}

// Who must have a factor sets one up on the way in, and cannot remove it.
func TestRequiredFactor(t *testing.T) {
	bubble(t, func(cfg *accounts.Config) {
		cfg.FactorRequired = func(a *accounts.Account) bool { return a.Email == "ann@example.com" }
	}, func(t *testing.T, s *site) {
		s.member("bob@example.com")
		wantTo(t, s.logIn(s.Another(), "bob@example.com", good), "/account/")
		s.member("ann@example.com")
		c := s.pending("ann@example.com")
		if r := c.Get("/secret"); r.Status != 302 {
			t.Errorf("%d without a factor", r.Status)
		}
		wantTo(t, c.Get("/account/factor?next=%2Fsecret"), "/account/authenticator?next=%2Fsecret")
		want(t, c.Get("/account/authenticator?next=/secret"), 200, "Your account must have a second factor.")
		late := s.pending("ann@example.com") // somebody else with the password, a moment later
		app := s.scan(c)
		r := post(c, "/account/authenticator?next=/secret", "code", app.code())
		want(t, r, 200, "Your authenticator app is set up.", `href="/secret"`)
		if s.who(c) != "ann@example.com" || len(codeTexts.FindAllString(r.Text, -1)) != 10 {
			t.Error("not logged in, or no codes")
		}
		if r := post(late, "/account/authenticator/new"); r.Status != 302 || !strings.HasPrefix(r.Location(), "/account/login") {
			t.Errorf("a second app is set up with the password alone: %d to %q", r.Status, r.Location())
		}
		wantTo(t, post(c, "/account/authenticator/remove"), "/account/authenticator")
		want(t, c.Get("/account/authenticator"), 200, "Your account must have a second factor. Add another one first.")
		wantTo(t, post(s.pending("ann@example.com"), "/account/factor/code", "code", app.code()), "/account/")
	})
}

func TestRecoveryCodes(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		_, app := s.withApp("ann@example.com")
		seen := map[string]bool{}
		for _, code := range app.recovery {
			if len(code) != 11 || code[5] != '-' || seen[code] {
				t.Errorf("the code %q", code)
			}
			seen[code] = true
		}
		for i := range 8 {
			c := s.pending("ann@example.com")
			wantTo(t, post(c, "/account/factor/recovery", "code", app.recovery[i]), "/account/")
			page := c.Get("/account/")
			if strings.Contains(page.Text, "Make new ones soon") != (i == 7) {
				t.Errorf("after %d codes:\n%s", i+1, page.Text)
			}
			time.Sleep(10 * time.Minute)
		}
		list := s.outbox.Messages()
		if last := list[len(list)-1]; s.mails()[len(list)-1] != "ann@example.com: A recovery code was used" || !strings.Contains(last.Text, "Codes left: 2.") {
			t.Error(last.Subject, last.Text)
		}
		c := s.pending("ann@example.com")
		post(c, "/account/factor/code", "code", app.code())
		want(t, c.Get("/account/recovery-codes"), 200, "<strong>2</strong>")
		r := post(c, "/account/recovery-codes")
		want(t, r, 200, "You have new recovery codes.")
		fresh := codeTexts.FindAllStringSubmatch(r.Text, -1)
		if len(fresh) != 10 {
			t.Fatalf("%d codes", len(fresh))
		}
		if !slices.Contains(s.mails(), "ann@example.com: New recovery codes") {
			t.Error(s.mails())
		}
		want(t, post(s.pending("ann@example.com"), "/account/factor/recovery", "code", app.recovery[9]), 422)
		wantTo(t, post(s.pending("ann@example.com"), "/account/factor/recovery", "code", fresh[0][1]), "/account/")
		// Without a factor there is nothing to recover.
		wantTo(t, post(c, "/account/authenticator/remove"), "/account/")
		want(t, post(c, "/account/recovery-codes"), 200, "Set up a second factor first.")
	})
}
