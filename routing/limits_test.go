package routing

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// CVE-2026-25882: a router with room for 30 parameters crashed on a rule with
// more. Here more than fit in place move to a slice, and any number is fine.
func TestCVE_2026_25882_ManyParameters(t *testing.T) {
	for _, n := range []int{1, inlineVariables - 1, inlineVariables, inlineVariables + 1, 30, 31, 100, 10_000} {
		for _, separator := range []string{"/", "-", ""} {
			var rule, path strings.Builder
			for i := range n {
				if i > 0 || separator == "/" {
					rule.WriteString(separator)
					path.WriteString(separator)
				}
				fmt.Fprintf(&rule, "<v%d>", i)
				path.WriteString("x")
			}
			text := "/" + strings.TrimPrefix(rule.String(), "/")
			m := NewMap(Options{})
			_, err := m.Add(Rule{Rule: text, Endpoint: "e"})
			if separator != "/" && n > maxVariables {
				if err == nil {
					t.Errorf("%d parameters in one segment: no error", n)
				}
				continue
			}
			if err != nil {
				t.Fatalf("%d parameters: %v", n, err)
			}
			var match Match
			if err := m.Match(&match, Request{Path: path.String()}); err != nil {
				t.Fatalf("%d parameters: %v", n, err)
			}
			if match.Len() != n || match.Str(n-1) != "x" || len(match.Values()) != n {
				t.Errorf("%d parameters: got %d", n, match.Len())
			}
			// A reused match shows nothing of the last one.
			if err := m.Match(&match, Request{Path: "//"}); err == nil {
				t.Errorf("%d parameters: %q matched", n, "//")
			}
		}
	}
}

// Paths made to go back as often as possible end in time that grows with their
// length. A regular expression with backtracking would need years for these.
func TestBacktrackingIsBounded(t *testing.T) {
	const n = 8 << 10
	for _, test := range []struct{ rule, path string }{
		{"/<a>-<b>-<c>-<int:d>", strings.Repeat("-", n)},
		{"/<a><b><c><d><int:e>", strings.Repeat("a", n)},
		{"/<a><int:b>x", strings.Repeat("1", n)},
		{"/<int:a><int:b><int:c>x", strings.Repeat("1", n)},
		{"/<path:a>-<path:b>-<path:c>/end", strings.Repeat("-", n)},
		{"/<path:a>/<path:b>/<path:c>/<int:d>", strings.Repeat("a/", n/2)},
		{"/<float:a><float:b>!", strings.Repeat("1.", n/2)},
		{"/<any(a, aa):a><any(a, aa):b><any(a, aa):c>!", strings.Repeat("a", n)},
		{"/" + strings.Repeat("<string(maxlength=3):%>", 40) + "!", strings.Repeat("é", n/2)},
		{"/<uuid:a><uuid:b>", strings.Repeat("a5f3b7d6-1f0c-4b9c-9bb0-2c1a3a9d5a11", n/36)},
	} {
		for i := 0; strings.Contains(test.rule, "%"); i++ {
			test.rule = strings.Replace(test.rule, "%", fmt.Sprintf("v%d", i), 1)
		}
		m := newTestMap(t, Options{}, Rule{Rule: test.rule, Endpoint: "e"})
		var match Match
		if err := m.Match(&match, Request{Path: "/" + test.path}); err != ErrNotFound {
			t.Errorf("%.40s: %v", test.rule, err)
		}
	}
}

// The number of steps is counted rather than timed: an any of any behind
// another is the one case where alternatives multiply.
func TestAnyBehindAny(t *testing.T) {
	rule := "/"
	for i := range 40 {
		rule += fmt.Sprintf("<any(a, aa, aaa):v%d>", i)
	}
	m := newTestMap(t, Options{}, Rule{Rule: rule + "!", Endpoint: "e"})
	var match Match
	if err := m.Match(&match, Request{Path: "/" + strings.Repeat("a", 100)}); err != ErrNotFound {
		t.Error(err)
	}
}

func TestBadInput(t *testing.T) {
	m := newTestMap(t, Options{},
		Rule{Rule: "/int/<int:n>", Endpoint: "int"},
		Rule{Rule: "/signed/<int(signed=True):n>", Endpoint: "int"},
		Rule{Rule: "/float/<float:x>", Endpoint: "float"},
		Rule{Rule: "/s/<s>", Endpoint: "s"},
		Rule{Rule: "/p/<path:s>", Endpoint: "p"},
	)
	digits := strings.Repeat("9", 8<<10)
	for _, test := range []struct {
		name, path string
		ok         bool
	}{
		{"the greatest int", "/int/9223372036854775807", true},
		{"one more", "/int/9223372036854775808", false},
		{"the least int", "/signed/-9223372036854775808", true},
		{"one less", "/signed/-9223372036854775809", false},
		{"leading zeros", "/int/000000000000000000000000000042", true},
		{"many digits", "/int/" + digits, false},
		{"float overflow", "/float/" + digits + ".0", false},
		{"a segment of 8 KiB", "/s/" + digits, true},
		{"invalid UTF-8", "/s/\xff\xfe", true},
		{"invalid UTF-8 in a path", "/p/\x80/\xff", true},
		{"NUL", "/s/\x00", true},
		{"invalid UTF-8 for a number", "/int/\xd9", false},
		{"no more than a minus", "/signed/-", false},
		{"two minuses", "/signed/--1", false},
		{"plus", "/signed/+1", false},
		{"a number with a space", "/int/1 ", false},
		{"a number with a line feed", "/int/1\n", false},
		{"10,000 slashes", "/p/" + strings.Repeat("/", 10_000), false},
		{"10,000 segments", "/p/" + strings.Repeat("a/", 10_000) + "a", true},
	} {
		var match Match
		err := m.Match(&match, Request{Path: test.path})
		if (err == nil) != test.ok {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

// GO-2026-4950, CVE-2022-31259 and CVE-2026-55677: a router that decodes again
// lets a guard and the router see different paths. Match takes the decoded path
// as it is.
func TestCVE_2022_31259_CVE_2026_55677_GO_2026_4950_NoSecondDecoding(t *testing.T) {
	m := newTestMap(t, Options{}, Rule{Rule: "/admin/<x>", Endpoint: "admin"}, Rule{Rule: "/<x>", Endpoint: "x"})
	var match Match
	if err := m.Match(&match, Request{Path: "/admin%2fx"}); err != nil || match.Rule.Endpoint != "x" || match.Str(0) != "admin%2fx" {
		t.Errorf("%v %v", match.Rule, err)
	}
	for _, path := range []string{"/admin/../x", "/admin/a/..", "/admin;/x", `/admin\x`, "/ADMIN/x/y"} {
		if err := m.Match(&match, Request{Path: path}); err == nil && match.Rule.Endpoint == "admin" && strings.Contains(match.Str(0), "/") {
			t.Errorf("%s: %v", path, match.Rule)
		}
	}
}

// CVE-2026-56860: resolving a relative path took time that grew with its square.
func TestCVE_2026_56860_ResolvingIsLinear(t *testing.T) {
	m := newTestMap(t, Options{}, Rule{Rule: "/old/<path:p>", RedirectTo: "<p>"})
	for _, piece := range []string{"../", "./", "a/", "a/../", "//"} {
		var match Match
		err := m.Match(&match, Request{Path: "/old/x" + strings.Repeat("/"+piece, 1<<18), Bind: Bind{ServerName: "h"}})
		var redirect *RequestRedirect
		if !errors.As(err, &redirect) || !strings.HasPrefix(redirect.NewURL, "http://h/") {
			t.Errorf("%q: %.80v", piece, err)
		}
	}
}

// CVE-2020-28724, GO-2026-4316 and GO-2025-3770: a redirect for slashes sent
// the client to another host when the path began with two of them.
func TestCVE_2020_28724_GO_2026_4316_GO_2025_3770_RedirectsStayOnTheHost(t *testing.T) {
	m := newTestMap(t, Options{}, Rule{Rule: "/<path:p>/", Endpoint: "p"}, Rule{Rule: "/x/", Endpoint: "x"}, Rule{Rule: "/old/<path:p>", RedirectTo: "<p>"})
	for _, path := range []string{"//evil.example", "//evil.example/a//b", "///x", "/\\evil.example", "/@evil.example", "//x", "/old/a"} {
		for _, script := range []string{"", "/", "/app"} {
			var match Match
			err := m.Match(&match, Request{Path: path, Host: "example.org", Bind: Bind{ScriptName: script}})
			var redirect *RequestRedirect
			if errors.As(err, &redirect) && !strings.HasPrefix(redirect.NewURL, "http://example.org/") {
				t.Errorf("%s under %q: %s", path, script, redirect.NewURL)
			}
		}
	}
	u, err := m.Build("p", Values{{"p", "//evil.example/"}}, BuildOptions{})
	if err != nil || strings.HasPrefix(u, "//") {
		t.Errorf("built %q, %v", u, err)
	}
}

func TestMatchDoesNotAllocate(t *testing.T) {
	m := newTestMap(t, Options{}, apiRules(200)...)
	m.Compile()
	for _, p := range benchPaths {
		if n := testing.AllocsPerRun(100, func() {
			var match Match // stays on the stack
			m.Match(&match, Request{Path: p.path, Method: "GET", Host: "example.org"})
		}); n != 0 {
			t.Errorf("%s: %v allocations", p.name, n)
		}
	}
	hosts := newTestMap(t, Options{}, Rule{Rule: "/<a>-<int:b>.<c>", Endpoint: "e", Subdomain: "<user>"})
	hosts.Compile()
	if n := testing.AllocsPerRun(100, func() {
		var match Match
		if err := hosts.Match(&match, Request{Path: "/x-1.html", Host: "joe.example.org", Bind: Bind{ServerName: "example.org"}}); err != nil {
			t.Error(err)
		}
	}); n != 0 {
		t.Errorf("subdomain and three variables: %v allocations", n)
	}
}

// TestMatchRandom compares the matcher with the slow one on maps whose rules
// nearly fit each other.
func TestMatchRandom(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	pick := func(pool []string) string { return pool[rng.IntN(len(pool))] }
	parts := []string{"a", "b", "ab", "1", "", "<%>", "<int:%>", "<path:%>", "<float:%>", "<any(a, b, 1):%>", "a<%>", "<%>b", "<%>-<%>", "<int:%><%>", "<path:%>-<int(max=5):%>", "<string(length=2):%>", "<int(signed=True):%>"}
	texts := []string{"a", "b", "ab", "1", "9", "", "1.5", "a-b", "1-2", "-3", "aab", "é", "x"}
	for range 400 {
		m := NewMap(Options{StrictSlashes: new(rng.IntN(3) > 0), MergeSlashes: new(rng.IntN(3) > 0)})
		var rules []string
		for i := range 1 + rng.IntN(8) {
			var rule strings.Builder
			for range 1 + rng.IntN(4) {
				rule.WriteByte('/')
				for n, piece := range strings.Split(pick(parts), "%") {
					if n > 0 {
						fmt.Fprintf(&rule, "v%d", rule.Len())
					}
					rule.WriteString(piece)
				}
			}
			r := Rule{Rule: rule.String() + pick([]string{"", "", "/"}), Endpoint: fmt.Sprint(i)}
			if rng.IntN(3) == 0 {
				r.Methods = []string{pick([]string{"GET", "POST"})}
			}
			if rng.IntN(5) == 0 {
				r.StrictSlashes = new(false)
			}
			if _, err := m.Add(r); err == nil {
				rules = append(rules, r.Rule)
			}
		}
		slow := newSlowMatcher(m)
		for range 40 {
			path := ""
			for range rng.IntN(5) {
				path += "/" + pick(texts)
			}
			path += pick([]string{"", "", "/", "//"})
			var match Match
			err := m.Match(&match, Request{Path: path, Bind: Bind{ServerName: "h"}})
			rule, values, redirect, failure := slow.match(path, "GET")
			want, got := fmt.Sprint(rule, values), ""
			var to *RequestRedirect
			var not *MethodNotAllowed
			switch {
			case errors.As(err, &to):
				got, want = to.NewURL, "http://h/"+strings.TrimLeft(quotePath(redirect), "/")
			case errors.As(err, &not):
				got, want = "method", failure
			case err != nil:
				got, want = "none", failure
			default:
				texts := make([]string, match.Len())
				for i := range texts {
					texts[i] = match.Str(i)
				}
				got = fmt.Sprint(match.Rule, texts)
			}
			if got != want {
				t.Errorf("%q in %q: got %s, want %s (%s)", path, rules, got, want, redirect)
			}
		}
	}
}
