package accounts_test

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar/accounts"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/login"
)

const other = "marble otter seldom"

func TestRegister(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		want(t, s.Get("/account/register"), 200, "Make an account", `autocomplete="new-password"`)
		var made []string
		s.accounts.Signals.Registered.Connect(func(e accounts.Event) { made = append(made, e.Account.Email) })
		wantTo(t, s.register(s.Client, " Ann@EXAMPLE.com ", good), "/account/sent")
		want(t, s.Get("/account/sent"), 200, "a mail is on its way")
		if _, err := s.store.AccountByEmail(t.Context(), "ann@example.com"); !errors.Is(err, accounts.ErrNotFound) {
			t.Errorf("there is an account before the mailbox spoke: %v", err)
		}
		want(t, s.logIn(s.Client, "ann@example.com", good), 422)
		page := follow(t, s.Client, s.link("ann@example.com"))
		want(t, s.Get(page), 200, "ann@example.com")
		wantTo(t, s.PostForm(page, nil), "/account/")
		if got := s.who(s.Client); got != "ann@example.com" {
			t.Errorf("%q is logged in", got)
		}
		a := s.account("ann@example.com")
		if a.Confirmed.IsZero() || a.ID == "" || !slices.Equal(made, []string{"ann@example.com"}) || !slices.Contains(s.events, "user_created") {
			t.Errorf("%+v, signals %q, events %q", a, made, s.events)
		}
		wantTo(t, s.logIn(s.Another(), "ann@example.com", good), "/account/")
	})
}

func TestRegisterRefuses(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		for _, tt := range []struct{ name, email, secret, text string }{
			{"no address", "ann", good, "This is not an e-mail address."},
			{"a homoglyph of @ (GHSA-7rqj-j65f-68wh)", "ann@evil.example\uff20example.com", good, "This is not an e-mail address."},
			{"two addresses", "ann@example.com,eve@example.com", good, "This is not an e-mail address."},
			{"a name", "Ann <ann@example.com>", good, "This is not an e-mail address."},
			{"a letter beyond ASCII before the @", "\u0430nn@example.com", good, "This is not an e-mail address."},
			{"short", "ann@example.com", "vinegar hamlet", "Use at least 15 characters"},
			{"too long", "ann@example.com", strings.Repeat("vinegar hamlet ", 80), "Use at most 1024 bytes"},
			{"nothing", "", "", "This field is required"},
		} {
			r := s.register(s.Client, tt.email, tt.secret)
			want(t, r, 422, tt.text)
			if strings.Contains(r.Text, good) {
				t.Errorf("%s: the password is in the page", tt.name)
			}
		}
		if list := s.mails(); len(list) != 0 {
			t.Errorf("mails: %q", list)
		}
	})
}

// A second registration replaces nothing until the mailbox speaks, and then the link decides whose password it is.
func TestRegisterTwice(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		eve := s.Another()
		s.register(eve, "ann@example.com", other)
		planted := s.link("ann@example.com")
		s.register(s.Client, "ann@example.com", good)
		own := s.link("ann@example.com")
		if planted == own {
			t.Fatal("both mails have one link")
		}
		wantTo(t, s.PostForm(follow(t, s.Client, own), nil), "/account/")
		want(t, s.logIn(s.Another(), "ann@example.com", other), 422)
		wantTo(t, s.logIn(s.Another(), "ann@example.com", good), "/account/")
		// The link of the other is worth nothing now.
		page := follow(t, eve, planted)
		want(t, eve.PostForm(page, nil), 410, "This link is not valid")
		wantTo(t, s.logIn(s.Another(), "ann@example.com", good), "/account/")
	})
}

// Who confirms in another browser than the one that registered did not choose the password: it is dropped.
func TestPlantedPassword_CVE_2024_38351(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		eve := s.Another()
		s.register(eve, "ann@example.com", other)
		page := follow(t, s.Client, s.link("ann@example.com"))
		want(t, s.Get(page), 200, "Choose a password")
		want(t, s.PostForm(page, nil), 422)
		want(t, s.PostForm(page, url.Values{"password": {"short"}}), 422, "Use at least 15")
		wantTo(t, s.PostForm(page, url.Values{"password": {good}}), "/account/")
		want(t, s.logIn(eve, "ann@example.com", other), 422)
		wantTo(t, s.logIn(s.Another(), "ann@example.com", good), "/account/")
	})
}

// Programs that look for viruses open the links of a mail with GET and HEAD, and some press the buttons of pages with
// GET.
func TestScannersConfirmNothing(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		s.register(s.Client, "ann@example.com", good)
		link := s.link("ann@example.com")
		scanner := s.Another()
		for range 3 {
			scanner.Do(scanner.NewRequest("HEAD", link, nil))
			scanner.Get(follow(t, scanner, link))
		}
		if _, err := s.store.AccountByEmail(t.Context(), "ann@example.com"); !errors.Is(err, accounts.ErrNotFound) {
			t.Errorf("a scanner made the account: %v", err)
		}
		wantTo(t, s.PostForm(follow(t, s.Client, link), nil), "/account/")
	})
}

// A link is good once, for its purpose, and for its time.
func TestLinks(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		s.register(s.Client, "ann@example.com", good)
		link := s.link("ann@example.com")
		second := s.Another()
		page := follow(t, second, link)
		wantTo(t, s.PostForm(follow(t, s.Client, link), nil), "/account/")
		want(t, second.PostForm(page, url.Values{"password": {other}}), 410, "This link is not valid")

		secret := link[strings.LastIndexByte(link, '/')+1:]
		for _, path := range []string{"/account/reset/" + secret, "/account/undo-email/" + secret, "/account/restore/" + secret, "/account/confirm/", "/account/confirm/x", "/account/confirm/" + strings.Repeat("x", 43)} {
			c := s.Another()
			if r := c.Get(path); r.Status == 303 {
				want(t, c.PostForm(r.Location(), url.Values{"password": {other}}), 410)
			} else {
				want(t, r, 404)
			}
		}
		s.register(s.Client, "bob@example.com", good)
		late := s.link("bob@example.com")
		time.Sleep(24*time.Hour + time.Second)
		want(t, s.Get(follow(t, s.Client, late)), 410)
		want(t, s.PostForm("/account/confirm", nil), 410)
	})
}

func TestNoRegistration(t *testing.T) {
	bubble(t, func(cfg *accounts.Config) { cfg.NoRegistration = true }, func(t *testing.T, s *site) {
		want(t, s.Get("/account/register"), 404)
		want(t, s.Get("/account/confirm"), 404)
		if r := s.Get("/account/login"); strings.Contains(r.Text, "Make an account") {
			t.Error("the page still leads to it")
		}
	})
}

// What an answer says, its headers included, is the same for an address that has an account and for one that has none.
// Equal time is equal work: the same number of hashes, and everything that differs is done after the answer.
func TestEnumeration(t *testing.T) {
	post := func(path string, form url.Values) func(s *site, c *dewartest.Client, email string) *dewartest.Response {
		return func(_ *site, c *dewartest.Client, email string) *dewartest.Response {
			form.Set("email", email)
			return c.PostForm(path, form)
		}
	}
	tests := map[string]func(s *site, c *dewartest.Client, email string) *dewartest.Response{
		"log in":          post("/account/login", url.Values{"password": {"wrong"}}),
		"register":        post("/account/register", url.Values{"password": {good}}),
		"forgot password": post("/account/forgot", url.Values{}),
		"change address": func(s *site, c *dewartest.Client, email string) *dewartest.Response {
			s.logIn(c, "zoe@example.com", good)
			return c.PostForm("/account/email", url.Values{"email": {email}})
		},
		"HTTP Basic": func(_ *site, c *dewartest.Client, email string) *dewartest.Response {
			r := c.NewRequest("GET", "/secret", nil)
			r.Header.Set("Accept", "application/json")
			r.SetBasicAuth(email, "wrong")
			return c.Do(r)
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(cfg *accounts.Config) { cfg.Login.Loaders = []login.Loader{accounts.BasicAuth("shop")} }, func(t *testing.T, s *site) {
				s.member("zoe@example.com")
				s.member("ann@example.com")
				s.accounts.Disable(t.Context(), s.member("off@example.com").ID, true)
				if _, err := s.accounts.Create(t.Context(), "new@example.com"); err != nil {
					t.Fatal(err)
				}
				type seen struct {
					status         int
					headers, body  string
					hashes, checks int64
				}
				look := func(email string) seen {
					c := s.Another()
					hashes, checks := s.hasher.hashes.Load(), s.hasher.checks.Load()
					r := test(s, c, email)
					got := seen{status: r.Status, body: strings.ReplaceAll(r.Text, email, "ADDRESS")}
					for k, v := range r.Header {
						if k == "Set-Cookie" { // each client has its own; its name and attributes must be the same
							name, rest, _ := strings.Cut(v[0], "=")
							_, attributes, _ := strings.Cut(rest, ";")
							v = []string{name, attributes}
						}
						if k != "X-Request-Id" && k != "Content-Security-Policy" {
							got.headers += k + ": " + strings.Join(v, ",") + "\n"
						}
					}
					lines := strings.Split(got.headers, "\n")
					slices.Sort(lines)
					got.headers = strings.Join(lines, "\n")
					got.hashes, got.checks = s.hasher.hashes.Load()-hashes, s.hasher.checks.Load()-checks
					return got
				}
				unknown := look("nil@example.com")
				unknown.body = withoutTokens(unknown.body)
				for _, email := range []string{"ann@example.com", "off@example.com", "new@example.com"} {
					got := look(email)
					got.body = withoutTokens(got.body)
					if got != unknown {
						t.Errorf("%s is not answered as an address without an account:\n%+v\n%+v", email, got, unknown)
					}
				}
			})
		})
	}
}
