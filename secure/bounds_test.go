package secure

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestBounds has values at the edge of what is accepted, where a wrong comparison shows.
func TestBounds(t *testing.T) {
	for name, ok := range map[string]bool{
		"port 80":      validPort("80") && validPort("65535") && !validPort("65536") && !validPort("") && !validPort("000080"),
		"addresses":    isAddress("10.0.0.10") && isAddress("10.0.0.9") && !isAddress("a.example0"),
		"shown tokens": shownToken("X-Token") == "X-Token" && shownToken("a b") == "" && shownToken("") == "",
		"a short mp3":  !mp3([]byte{0xFF}) && mp3([]byte{0xFF, 0xFB}),
		"DEL":          strings.Contains(ContentDisposition("attachment", "a\x7fb"), "a_b"),
	} {
		if !ok {
			t.Error(name)
		}
	}
	long := strings.Repeat("é", maxReportText)
	if got := cleanText("a" + long); !utf8.ValidString(got) || strings.ContainsRune(got, utf8.RuneError) || len(got) < maxReportText-utf8.UTFMax || len(got) > maxReportText {
		t.Errorf("%d bytes, ending in %q", len(got), got[len(got)-3:])
	}
	sum := sha256.Sum256([]byte{0xfb, 0xff, 6})
	if text := base64.URLEncoding.EncodeToString(sum[:]); !strings.ContainsAny(text, "-_") || !isHash("'sha256-"+text+"'") {
		t.Errorf("%s is no hash", text)
	}
}

// TestNonceOfAReportingPolicy: a nonce that only the reporting policy takes is one all the same.
func TestNonceOfAReportingPolicy(t *testing.T) {
	for want, h := range map[bool]Headers{
		true:  {InsecureNoContentSecurityPolicy: true, ContentSecurityPolicyReportOnly: CSP{"script-src": {"'nonce'"}, "report-uri": {"/r"}}},
		false: {InsecureNoContentSecurityPolicy: true},
	} {
		set, err := h.Compile()
		if err != nil {
			t.Fatal(err)
		}
		if set.UsesNonce() != want {
			t.Errorf("%v, want %v", !want, want)
		}
	}
}

// TestMergePermissions: what is merged opens one feature and leaves the others closed.
func TestMergePermissions(t *testing.T) {
	got := Headers{}.Merge(Headers{PermissionsPolicy: map[string]string{"camera": "(self)"}}).PermissionsPolicy
	if len(got) < len(DefaultPermissionsPolicy()) || got["camera"] != "(self)" || got["microphone"] != "()" {
		t.Errorf("%v", got)
	}
}

func TestProxyCounts(t *testing.T) {
	if _, err := NewProxies(ProxyConfig{Trusted: []string{"10.0.0.1"}, For: maxProxies, Proto: 1}); err != nil {
		t.Error(err)
	}
	if _, err := NewProxies(ProxyConfig{Trusted: []string{"10.0.0.1"}, For: maxProxies + 1, Proto: 1}); err == nil {
		t.Error("one too many is taken")
	}
	p, err := NewProxies(ProxyConfig{Trusted: []string{"192.0.2.1"}, For: 1, Proto: 1, Host: 1})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = "192.0.2.1:1"
	r.Header.Set("X-Forwarded-Proto", "https")
	r.Header.Set("X-Forwarded-Host", "shop.example.com:443")
	r.Header.Set("X-Forwarded-For", "198.51.100.7")
	if o, err := p.Resolve(r); err != nil || o.Host != "shop.example.com" {
		t.Errorf("the host is %q, %v", o.Host, err)
	}
}
