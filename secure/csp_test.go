package secure

import (
	"strings"
	"testing"
)

func TestCSPBuilder(t *testing.T) {
	p := CSP{"default-src": {"'self'"}, "object-src": {"'none'"}}
	for _, row := range []struct {
		name string
		got  CSP
		want string
	}{
		{"as it is", p, "default-src 'self'; object-src 'none'"},
		{"with", p.With("object-src", "https://a.test"), "default-src 'self'; object-src https://a.test"},
		{"add to a fetch directive that is absent", p.Add("img-src", "data:"), "default-src 'self'; img-src 'self' data:; object-src 'none'"},
		{"add to another directive that is absent", p.Add("form-action", "'self'"), "default-src 'self'; object-src 'none'; form-action 'self'"},
		{"add to none", p.Add("object-src", "'self'"), "default-src 'self'; object-src 'self'"},
		{"add twice", p.Add("default-src", "'self'", "data:"), "default-src 'self' data:; object-src 'none'"},
		{"without", p.Without("object-src"), "default-src 'self'"},
		{"merge", p.Merge(CSP{"default-src": {"'none'"}, "img-src": {"*"}}), "default-src 'none'; img-src *; object-src 'none'"},
		{"nonce", p.With("script-src", CSPNonce), "default-src 'self'; script-src 'nonce-NONCE'; object-src 'none'"},
		{"empty directive", p.With("upgrade-insecure-requests"), "default-src 'self'; object-src 'none'; upgrade-insecure-requests"},
		{"sandbox", SandboxCSP(), "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"},
	} {
		if got := row.got.String(); got != row.want {
			t.Errorf("%s: %s, want %s", row.name, got, row.want)
		}
		if err := row.got.Check(); err != nil {
			t.Errorf("%s: %v", row.name, err)
		}
	}
	if got := p.String(); got != "default-src 'self'; object-src 'none'" {
		t.Errorf("the receiver became %s", got)
	}
	if got := (CSP{"script-src": {CSPNonce}}).write(true, ""); got != "script-src 'none'" {
		t.Errorf("a nonce alone, without one: %s", got)
	}
}

func TestCSPCheck(t *testing.T) {
	good := []string{"'self'", "'none'", "'unsafe-inline'", "'strict-dynamic'", CSPNonce, "*", "https:", "data:", "wss:", "example.com", "*.example.com", "https://example.com",
		"https://example.com:8443/js/", "http://*:*", "localhost:3000", "[::1]:8080", "https://example.com:*", CSPHash("x"),
		"'sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC'"}
	bad := []string{"", "self", "none", "unsafe-inline", "nonce", "'Self'", "'nonce-abc'", "'sha256-abc'", "'sha1-AAAA'", "'self", "'self' https:", "a;b", "a,b", "x; script-src *",
		"https://a.test\r\nX: y", "a\x00", "https://a.test/?q", "https://", "://x", "https://a.test:99999", "é.test", "javascript:alert(1)//", "*.*.test", "a..b"}
	for _, v := range good {
		if err := (CSP{"script-src": {v}}).Check(); err != nil {
			t.Errorf("%q: %v", v, err)
		}
	}
	for _, v := range bad {
		if err := (CSP{"script-src": {v}}).Check(); err == nil {
			t.Errorf("%q is accepted", v)
		}
	}
	for _, row := range []struct {
		name string
		p    CSP
		ok   bool
	}{
		{"no directive", CSP{}, false},
		{"unknown directive", CSP{"script_src": {"'self'"}}, false},
		{"directive in upper case", CSP{"Script-Src": {"'self'"}}, false},
		{"directive with a value in it", CSP{"script-src *; x": {"'self'"}}, false},
		{"deprecated directive", CSP{"block-all-mixed-content": nil}, false},
		{"no value", CSP{"script-src": nil}, false},
		{"none and more", CSP{"script-src": {"'none'", "https:"}}, false},
		{"value where none goes", CSP{"upgrade-insecure-requests": {"1"}}, false},
		{"sandbox", CSP{"sandbox": {"allow-forms", "allow-scripts"}}, true},
		{"sandbox with a source", CSP{"sandbox": {"'self'"}}, false},
		{"Trusted Types", CSP{"require-trusted-types-for": {"'script'"}, "trusted-types": {"dompurify", "'allow-duplicates'"}}, true},
		{"Trusted Types of styles", CSP{"require-trusted-types-for": {"'style'"}}, false},
		{"reports", CSP{"report-uri": {"/csp"}, "report-to": {"csp"}}, true},
		{"report to a script", CSP{"report-uri": {"javascript:x"}}, false},
		{"relative report", CSP{"report-uri": {"csp"}}, false},
		{"report group with a space", CSP{"report-to": {"a b"}}, false},
	} {
		if err := row.p.Check(); (err == nil) != row.ok {
			t.Errorf("%s: %v", row.name, err)
		}
	}
	if err := (CSP{"script-src": {"self"}}).Check(); err == nil || !strings.Contains(err.Error(), `"'self'"`) {
		t.Errorf("%v does not say how the keyword is written", err)
	}
}

func TestCSPWeaknesses(t *testing.T) {
	if got := DefaultCSP().Weaknesses(); got != nil {
		t.Errorf("the default: %q", got)
	}
	for _, row := range []struct {
		name string
		p    CSP
		want string
	}{
		{"unsafe-inline", DefaultCSP().With("script-src", "'unsafe-inline'"), "'unsafe-inline'"},
		{"unsafe-eval", DefaultCSP().Add("script-src", "'unsafe-eval'"), "'unsafe-eval'"},
		{"anywhere", DefaultCSP().With("script-src", "https:"), "anywhere"},
		{"no script-src", CSP{"img-src": {"*"}}, "any script runs"},
		{"no base-uri", DefaultCSP().Without("base-uri"), "base-uri"},
		{"no frame-ancestors", DefaultCSP().Without("frame-ancestors"), "frame-ancestors"},
		{"no object-src", DefaultCSP().Without("object-src"), "object-src"},
	} {
		if got := strings.Join(row.p.Weaknesses(), "\n"); !strings.Contains(got, row.want) {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
	// A nonce makes browsers ignore unsafe-inline.
	if got := DefaultCSP().Add("script-src", "'unsafe-inline'").Weaknesses(); got != nil {
		t.Errorf("%q", got)
	}
}

func FuzzCSP(f *testing.F) {
	f.Add("script-src", "'self'")
	f.Add("sandbox", "allow-forms")
	f.Add("report-uri", "https://a.test/x?y")
	f.Add("script-src", "https://[::1]:80/x")
	f.Add("connect-src", "wss://*.a.test:*")
	f.Fuzz(func(t *testing.T, name, value string) {
		set, err := Headers{ContentSecurityPolicy: CSP{"default-src": {"'self'", CSPNonce}, name: {value}}}.Compile()
		if err != nil {
			return
		}
		got := set.csp.value(true, "AAAA")[0]
		if HeaderValue(got) != nil || strings.Contains(got, ",") || !isASCII(got) {
			t.Errorf("%q", got)
		}
		directives := strings.Split(got, "; ")
		if want := 2; len(directives) != want && name != "default-src" || strings.Count(got, ";") != len(directives)-1 {
			t.Errorf("%q has %d directives", got, len(directives))
		}
	})
}
