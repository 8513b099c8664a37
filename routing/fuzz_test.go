package routing

import (
	"errors"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

var ruleSeeds = []string{
	"/", "/a/<b>", "/<int:a>/<b>-<c>/", "/<path:a>/x/<path:b>", "/<path:a>/", "/<any(a, b, 'c/d'):x>", "/<string(length=2):x>y<string(1, 3):z>",
	"/<float(min=1.5, signed=True):x>.<int(fixed_digits=3):n>", "/<uuid:u>", "/<string(minlength=0):a>", "/<", "/<a", "/<int(:a>", "/a//b", "/<any():x>", "/<int(1_0):x>",
	"/<x1><x2>", "/<path:p><int:n>", "//", "/é/<ü>", "/<any(a/b):x>/c",
}

// FuzzRule registers any text. What is accepted must build and match, and its
// error otherwise be a *RuleError.
func FuzzRule(f *testing.F) {
	for _, s := range ruleSeeds {
		f.Add(s, "/a/b")
	}
	f.Fuzz(func(t *testing.T, rule, path string) {
		m := NewMap(Options{})
		r, err := m.Add(Rule{Rule: rule, Endpoint: "e"})
		if err != nil {
			var e *RuleError
			if !errors.As(err, &e) || e.Message == "" {
				t.Fatalf("%q: %v", rule, err)
			}
			return
		}
		values := make(Values, 0, len(r.Variables()))
		for _, v := range r.Variables() {
			values = append(values, Value{v.Name, "1"})
		}
		m.Build("e", values, BuildOptions{})
		var match Match
		m.Match(&match, Request{Path: path})
	})
}

// FuzzMatch compares the matcher with the slow one over sets of rules.
func FuzzMatch(f *testing.F) {
	f.Add("/a/<b>\n/<a>/b\n/<int:a>/<path:b>/", "/1/b//", uint8(0))
	f.Add("/<a>-<b>\n/<path:a>.<b>\n/<a>.html", "/x-y.html", uint8(1))
	f.Add("/<path:a>/\n/<path:a>/x/\n/x/", "/a/b/x", uint8(2))
	f.Add("/<a><b>\n/<int:a><b>\n/<any(x, xy):a><b>", "/xyz", uint8(3))
	for i := range ruleSeeds {
		f.Add(strings.Join(ruleSeeds[i:], "\n"), "/a/b", uint8(i))
	}
	f.Fuzz(func(t *testing.T, rules, path string, flags uint8) {
		// Regular expressions read invalid UTF-8 differently.
		if !utf8.ValidString(path) || !utf8.ValidString(rules) || len(rules) > 500 || len(path) > 200 {
			return
		}
		options := Options{}
		if flags&1 != 0 {
			options.StrictSlashes = new(false)
		}
		if flags&2 != 0 {
			options.MergeSlashes = new(false)
		}
		m := NewMap(options)
		for i, line := range strings.Split(rules, "\n") {
			rule := Rule{Rule: line, Endpoint: line}
			if i&1 == 1 && flags&4 != 0 {
				rule.Methods = []string{"POST"}
			}
			r, err := m.Add(rule)
			if err != nil {
				continue
			}
			for _, c := range r.converter {
				if _, err := regexp.Compile(c.Pattern()); err != nil {
					return // a bound that the regexp package does not know
				}
			}
		}
		slow := newSlowMatcher(m)
		var match Match
		for _, method := range []string{"GET", "POST"} {
			err := m.Match(&match, Request{Path: path, Method: method, Bind: Bind{ServerName: "h"}})
			rule, values, redirect, failure := slow.match(path, method)
			var to *RequestRedirect
			var not *MethodNotAllowed
			switch {
			case err == nil:
				got := make([]string, match.Len())
				for i := range got {
					got[i] = match.Str(i)
				}
				if rule != match.Rule || !slices.Equal(got, values) {
					t.Errorf("%s %q in %q: got %v %q, want %v %q %s", method, path, rules, match.Rule, got, rule, values, failure)
				}
			case errors.As(err, &to):
				if want := "http://h/" + strings.TrimLeft(quotePath(redirect), "/"); redirect == "" || to.NewURL != want {
					t.Errorf("%s %q in %q: redirect to %q, want %q", method, path, rules, to.NewURL, want)
				}
			case errors.As(err, &not):
				if failure != "method" {
					t.Errorf("%s %q in %q: %v, want %v %q %s", method, path, rules, err, rule, redirect, failure)
				}
			default:
				if failure != "none" {
					t.Errorf("%s %q in %q: %v, want %v %q %s", method, path, rules, err, rule, redirect, failure)
				}
			}
		}
	})
}

// FuzzRoundTrip builds a URL and matches it. What comes back must build the
// same URL again.
func FuzzRoundTrip(f *testing.F) {
	rules := []string{
		"/s/<a>", "/two/<a>-<b>", "/p/<path:a>", "/tail/<path:a>/x/<b>", "/n/<int(signed=True):n>", "/fixed/<int(fixed_digits=4):n>", "/d/<float(signed=True):x>",
		"/len/<string(length=3):a>/<string(maxlength=2):b>", "/any/<any(x, \"y z\"):c>", "/branch/<a>/", "/pbranch/<path:a>/", "/u/<uuid:u>",
	}
	f.Add("a", "b", 1, 1.5)
	f.Add("a/b", "x-y", -12345, 1e300)
	f.Add("é %2f?#", "日本", 0, 1e-300)
	f.Add("..", ".", 99999, math.Copysign(0, -1))
	f.Fuzz(func(t *testing.T, a, b string, n int, x float64) {
		if !utf8.ValidString(a+b) || x != x || x-x != 0 {
			return
		}
		values := Values{{"a", a}, {"b", b}, {"n", n}, {"x", x}, {"c", "y z"}, {"u", UUID{byte(n), 2: byte(n >> 8)}}}
		for _, rule := range rules {
			m := newTestMap(t, Options{}, Rule{Rule: rule, Endpoint: "e"})
			drop := BuildOptions{AppendUnknown: new(false)}
			u, err := m.Build("e", values, drop)
			if err != nil {
				t.Fatalf("%s: %v", rule, err)
			}
			path, err := url.PathUnescape(u)
			if err != nil {
				t.Fatalf("%s: %q: %v", rule, u, err)
			}
			var match Match
			if err := m.Match(&match, Request{Path: path}); err != nil {
				continue // the value does not fit the rule
			}
			again, err := m.Build("e", match.Values(), drop)
			if err != nil || again != u {
				t.Errorf("%s: %q came back as %q (%v)", rule, u, again, err)
			}
			if i, ok := match.Index("n"); ok && match.Int(i) != int64(n) {
				t.Errorf("%s: %d came back as %d", rule, n, match.Int(i))
			}
			if i, ok := match.Index("x"); ok && match.Value(i) != x {
				t.Errorf("%s: %v came back as %v", rule, x, match.Value(i))
			}
		}
	})
}
