package secure

import "testing"

func TestHosts(t *testing.T) {
	h, err := NewHosts([]string{"example.com", ".example.org", "127.0.0.1", "::1", "[2001:db8::7]", "bücher.example", "dev.test:8080", "dev.test:8081", "web.test:443"})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name, host string
		want       bool
	}{
		{"exact", "example.com", true},
		{"case", "EXAMPLE.com", true},
		{"any port", "example.com:8000", true},
		{"below an exact name", "www.example.com", false},
		{"suffix itself", "example.org", true},
		{"suffix below", "a.b.example.org:1", true},
		{"suffix without its dot", "notexample.org", false},
		{"IPv4", "127.0.0.1:5000", true},
		{"other IPv4", "127.0.0.2", false},
		{"IPv6", "[::1]:5000", true},
		{"IPv6 spelt out", "[0:0:0:0:0:0:0:1]", true},
		{"IPv6 upper case", "[2001:DB8::7]", true},
		{"IPv6 without brackets", "::1", false},
		{"IPv6 with a zone", "[::1%25lo]", false},
		{"IDNA", "xn--bcher-kva.example", true},
		{"raw UTF-8", "bücher.example", false},
		{"port of the pattern", "dev.test:8080", true},
		{"second port of the pattern", "dev.test:8081", true},
		{"other port", "dev.test:8082", false},
		{"no port", "dev.test", false},
		{"default port left out", "web.test", true},
		{"empty", "", false},
		{"only a port", ":80", false},
		{"port 0", "example.com:0", false},
		{"port too large", "example.com:65536", false},
		{"port empty", "example.com:", false},
		{"two ports", "example.com:80:80", false},
		{"user", "user@example.com", false},
		{"path", "example.com/x", false},
		{"trailing dot", "example.com.", false},
		{"empty label", "a..example.org", false},
		{"leading dot", ".example.org", false},
		{"space", "example.com ", false},
		{"list", "example.com, evil.test", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := h.Allowed(row.host); got != row.want {
				t.Errorf("Allowed(%q) = %t, want %t", row.host, got, row.want)
			}
		})
	}
}
