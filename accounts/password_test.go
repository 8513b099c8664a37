package accounts_test

import (
	"context"
	"crypto/sha1" //nolint:gosec // the protocol's hash
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"unicode/utf8"

	"github.com/dewar-go/dewar/accounts"
)

func TestPasswordPolicy(t *testing.T) {
	const none = ""
	for _, tt := range []struct {
		password    string
		alone, with string // the code for a password alone and with a second factor
	}{
		{good, none, none},
		{"correct horse battery", none, none},
		{"vinegar hamlet", "length", none},
		{"vinegar", "length", "length"},
		{"Tr0ub4dor&3", "length", none},
		{"übergrößenträger", none, none}, // characters are counted, not bytes
		{"ééééééé", "length", "length"},
		{good + strings.Repeat(" ", 1024-len(good)), none, none},
		{good + strings.Repeat(" ", 1025-len(good)), "length", "length"},
		{"password1", "length", "common"},
		{"PassWord1", "length", "common"},
		{"iloveyou", "length", "common"},
		{"aaaaaaaaaaaaaaaaaaaa", "pattern", "pattern"},
		{"abababababababababab", "pattern", "pattern"},
		{"passwordpassword", "pattern", "pattern"},
		{"hunterhunterhunter", "pattern", "pattern"},
		{"1234567890123456", "pattern", "pattern"},
		{"9876543210987654", "pattern", "pattern"},
		{"abcdefghijklmnop", "pattern", "pattern"},
		{"qwertyuiopasdfgh", "pattern", "pattern"},
		{"QWERTYUIOPASDFGH", "pattern", "pattern"},
		{"1q2w3e4r5t6y7u8i", "pattern", "pattern"},
		{"qwertzuiopasdfgh", "pattern", "pattern"},
		{"azertyuiopqsdfghj", "pattern", "pattern"},
		{"1qaz2wsx3edc4rfv", "pattern", "pattern"},
		{"Password12345678", "pattern", none}, // nine that cannot be derived would be none of 15, four are enough of 8
		{"ann@example.com1", "context", "context"},
		{"ann.smith@example.com", none, none}, // somebody else's
		{"AcmeStoreAcmeStore!", "context", "context"},
		{"acmestore2026!!!!", "context", none},
		{"example.com example", "context", "context"},
		{"acme store loves vinegar", none, none},
	} {
		policy := accounts.PasswordPolicy{Words: []string{"AcmeStore"}}
		if got := accounts.Refuse(policy, tt.password, false, "Acme Store", "ann@example.com"); got != tt.alone {
			t.Errorf("%.40q alone: %q, want %q", tt.password, got, tt.alone)
		}
		if got := accounts.Refuse(policy, tt.password, true, "Acme Store", "ann@example.com"); got != tt.with {
			t.Errorf("%.40q with a factor: %q, want %q", tt.password, got, tt.with)
		}
	}
	if got := accounts.Refuse(accounts.PasswordPolicy{MinLength: 20}, good[:19], false, "", ""); got != "length" {
		t.Errorf("a policy of one's own: %q", got)
	}
}

// Any text is judged, within its length, and what is too short never passes.
func FuzzPasswordPolicy(f *testing.F) {
	for _, s := range []string{good, "", "aaaaaaaaaaaaaaaa", "\xff\xfe", "ÄÖÜäöüßß12345678", "ann@example.com"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		alone := accounts.Refuse(accounts.PasswordPolicy{}, s, false, "Shop", "ann@example.com")
		with := accounts.Refuse(accounts.PasswordPolicy{}, s, true, "Shop", "ann@example.com")
		if n := utf8.RuneCountInString(s); n < 15 && alone != "length" || n < 8 && with != "length" || len(s) > 1024 && alone != "length" {
			t.Errorf("%q: %q, %q", s, alone, with)
		}
		if alone == "" && with != "" {
			t.Errorf("%q is taken alone and not with a factor: %q", s, with)
		}
	})
}

// What is stored is canonical: read again it is itself, ASCII, lower case, with one @.
func FuzzCanonicalEmail(f *testing.F) {
	for _, s := range []string{"Ann@Example.com", " ann@exämple.de ", "ann\uff20example.com", "a@b@c", "<ann@example.com>", "ann@[127.0.0.1]", "ann@example.com\r\nBcc: x@y.z"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		email, err := accounts.CanonicalEmail(s)
		if err != nil {
			return
		}
		again, err := accounts.CanonicalEmail(email)
		if err != nil || again != email || strings.Count(email, "@") != 1 || strings.ToLower(email) != email || len(email) > 254 ||
			strings.ContainsFunc(email, func(r rune) bool { return r <= ' ' || r > '~' }) {
			t.Errorf("%q is %q, and that is %q: %v", s, email, again, err)
		}
	})
}

func TestCanonicalEmail(t *testing.T) {
	for text, want := range map[string]string{
		" Ann@Example.COM\r\n": "ann@example.com", "a+b@x.example.com": "a+b@x.example.com", "ann@bücher.example": "ann@xn--bcher-kva.example",
		"ann@BÜCHER.example": "ann@xn--bcher-kva.example", "": "", "ann": "", "@example.com": "", "ann@": "", "ann@example": "",
		"a b@example.com": "", `"a"@example.com`: "", "ann@example.com.": "", "ann@-x.com": "",
	} {
		if got, err := accounts.CanonicalEmail(text); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v, want %q", text, got, err, want)
		}
	}
}

// rangeService is a service of stolen passwords that knows one.
func rangeService(t *testing.T, stolen string, answer func(w http.ResponseWriter, lines string)) (accounts.RangeService, *[]string) {
	var asked []string
	sum := sha1.Sum([]byte(stolen)) //nolint:gosec // the protocol's hash
	digits := strings.ToUpper(hex.EncodeToString(sum[:]))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Path+" "+r.Header.Get("Add-Padding"))
		lines := "0018A45C4D1DEF81644B54AB7F969B88D65:3\r\n"
		if strings.HasSuffix(r.URL.Path, digits[:5]) {
			lines += digits[5:] + ":12\r\n"
		}
		answer(w, lines)
	}))
	t.Cleanup(server.Close)
	return accounts.RangeService{URL: server.URL + "/range/", Client: server.Client()}, &asked
}

func TestRangeService(t *testing.T) {
	s, asked := rangeService(t, "stolen password", func(w http.ResponseWriter, lines string) { fmt.Fprint(w, lines) })
	for text, want := range map[string]bool{"stolen password": true, good: false} {
		if got, err := s.Breached(t.Context(), text); got != want || err != nil {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, a := range *asked {
		if len(a) != len("/range/ABCDE true") || !strings.HasSuffix(a, " true") {
			t.Errorf("the service is told %q", a)
		}
	}
	padding, _ := rangeService(t, "stolen password", func(w http.ResponseWriter, lines string) { fmt.Fprint(w, strings.ReplaceAll(lines, ":12", ":0")) })
	if got, err := padding.Breached(t.Context(), "stolen password"); got || err != nil {
		t.Errorf("padding: %v, %v", got, err)
	}
	broken, _ := rangeService(t, "x", func(w http.ResponseWriter, _ string) { w.WriteHeader(500) })
	if got, err := broken.Breached(t.Context(), "x"); got || err == nil {
		t.Errorf("an error of the service: %v, %v", got, err)
	}
}

type breached func(ctx context.Context, password string) (bool, error)

func (f breached) Breached(ctx context.Context, password string) (bool, error) {
	return f(ctx, password)
}

// A service that does not answer holds nobody up for longer than a second, and lets the password pass, with an event.
func TestBreached(t *testing.T) {
	for name, tt := range map[string]struct {
		answer func(ctx context.Context) (bool, error)
		status int
		event  bool
	}{
		"known":     {func(context.Context) (bool, error) { return true, nil }, 422, false},
		"not known": {func(context.Context) (bool, error) { return false, nil }, 303, false},
		"broken":    {func(context.Context) (bool, error) { return true, errors.New("503") }, 303, true},
		"silent":    {func(ctx context.Context) (bool, error) { <-ctx.Done(); return false, ctx.Err() }, 303, true},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(cfg *accounts.Config) {
				cfg.Passwords.Breached = breached(func(ctx context.Context, _ string) (bool, error) { return tt.answer(ctx) })
			}, func(t *testing.T, s *site) {
				want(t, s.register(s.Client, "ann@example.com", good), tt.status)
				synctest.Wait()
				if got := slices.Contains(s.events, "sys_monitor_disabled"); got != tt.event {
					t.Errorf("event: %v", got)
				}
			})
		})
	}
}

// Normalize makes one password of two that look the same.
func TestNormalize(t *testing.T) {
	bubble(t, func(cfg *accounts.Config) {
		cfg.Passwords.Normalize = func(s string) string { return strings.ReplaceAll(s, "e\u0301", "é") }
	}, func(t *testing.T, s *site) {
		s.register(s.Client, "ann@example.com", "cafe\u0301 hamlet seven")
		wantTo(t, s.PostForm(follow(t, s.Client, s.link("ann@example.com")), nil), "/account/")
		wantTo(t, s.logIn(s.Another(), "ann@example.com", "café hamlet seven"), "/account/")
	})
}

func TestWaitAfter(t *testing.T) {
	for n, want := range map[int]string{0: "0s", 4: "0s", 5: "1s", 6: "2s", 10: "32s", 14: "8m32s", 15: "15m0s", 1000: "15m0s"} {
		if got := accounts.WaitAfter(n).String(); got != want {
			t.Errorf("after %d: %s, want %s", n, got, want)
		}
	}
}
