package routing

import (
	"errors"
	"testing"
)

func TestBindHost(t *testing.T) {
	for _, test := range []struct {
		name, server, scheme, host string
		wantServer, wantSubdomain  string
	}{
		{"no server name", "", "http", "a.example.org", "a.example.org", ""},
		{"the host itself", "example.org", "http", "example.org", "example.org", ""},
		{"a subdomain", "example.org", "http", "a.b.example.org", "example.org", "a.b"},
		{"case", "Example.org", "http", "A.EXAMPLE.ORG", "example.org", "a"},
		{"port", "example.org:5000", "http", "a.example.org:5000", "example.org:5000", "a"},
		{"another port", "example.org:5000", "http", "a.example.org", "example.org:5000", "www"},
		{"standard port of the server name", "example.org:80", "http", "a.example.org", "example.org", "a"},
		{"standard port of the host", "example.org", "https", "a.example.org:443", "example.org", "a"},
		{"80 is not for https", "example.org", "https", "a.example.org:80", "example.org", "www"},
		{"a name that ends alike", "example.org", "http", "badexample.org", "example.org", "www"},
		{"an address", "example.org", "http", "127.0.0.1:80", "example.org", "www"},
	} {
		m := NewMap(Options{DefaultSubdomain: "www"})
		b, err := m.bind(new(m.BindHost(Bind{ServerName: test.server, URLScheme: test.scheme}, test.host)))
		if err != nil || b.server != test.wantServer || b.subdomain != test.wantSubdomain {
			t.Errorf("%s: got %q %q %v", test.name, b.server, b.subdomain, err)
		}
	}
	m := newTestMap(t, Options{HostMatching: true}, Rule{Rule: "/", Endpoint: "e", Host: "<x>.org"})
	if got := outcomeOf(m, Request{Path: "/", Host: "Example.ORG:80", Bind: Bind{ServerName: "ignored"}}); got != "e" {
		t.Errorf("host matching: %s", got)
	}
}

func TestEncodeHost(t *testing.T) {
	for host, want := range map[string]string{
		"EXAMPLE.org:80": "example.org:80", "münchen.de": "xn--mnchen-3ya.de", "日本語。jp": "xn--wgv71a119e.jp", "bücher.example:81": "xn--bcher-kva.example:81",
		"☃.net": "xn--n3h.net", "ليهمابتكلموشعربي؟": "xn--egbpdaj6bu4bxfgehfvwxn", "": "", "localhost.": "localhost.", "[::1]:80": "[::1]:80", "3年B組金八先生": "xn--3b-ww4c5e180e575a65lsy2b",
	} {
		if got, err := encodeHost(host); got != want || err != nil {
			t.Errorf("%q: got %q, %v", host, got, err)
		}
	}
	for _, host := range []string{"a..b", ".a", "ü..b", "\xff", string(make([]byte, 64)), "é" + string(make([]byte, 60))} {
		if got, err := encodeHost(host); !errors.Is(err, ErrBadHost) {
			t.Errorf("%q: got %q, %v", host, got, err)
		}
	}
}
