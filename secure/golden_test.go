package secure

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar/sign"
)

// goldens is testdata/goldens.json: the answers of the real libraries.
type goldens struct {
	Hosts struct {
		Trusted []string
		Rows    [][2]any
	}
	IDNA        [][2]string
	Filenames   [][2]string
	Disposition [][3]any
	ProxyFix    []struct {
		Counts                     map[string]int
		Headers                    map[string]string
		Addr, Scheme, Host, Prefix string
	}
	CSRF struct {
		Key    string
		Now    int64
		Tokens []struct{ Secret, Token string }
	}
}

func loadGoldens(t testing.TB) goldens {
	t.Helper()
	data, err := os.ReadFile("testdata/goldens.json")
	if err != nil {
		t.Fatal(err)
	}
	var g goldens
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

func TestGoldenHosts(t *testing.T) {
	g := loadGoldens(t).Hosts
	h, err := NewHosts(g.Trusted)
	if err != nil {
		t.Fatal(err)
	}
	// Where Werkzeug 2.2 and this package differ, and why.
	differ := map[string]bool{
		"LOCALHOST":      true,  // host names know no case (RFC 9110, section 4.2.3)
		"Example.COM:80": true,  // the same
		".example.org":   false, // no host begins with a dot
	}
	for _, row := range g.Rows {
		host, want := row[0].(string), row[1].(bool)
		if other, ok := differ[host]; ok {
			want = other
		}
		if got := h.Allowed(host); got != want {
			t.Errorf("Allowed(%q) = %t, want %t", host, got, want)
		}
	}
}

func TestGoldenIDNA(t *testing.T) {
	for _, row := range loadGoldens(t).IDNA {
		if got, err := toASCII(row[0]); got != row[1] || err != nil {
			t.Errorf("toASCII(%q) = %q, %v, want %q", row[0], got, err, row[1])
		}
	}
}

func TestGoldenFilename(t *testing.T) {
	for _, row := range loadGoldens(t).Filenames {
		if got := Filename(row[0]); got != row[1] {
			t.Errorf("Filename(%q) = %q, want %q", row[0], got, row[1])
		}
	}
}

func TestGoldenDisposition(t *testing.T) {
	differ := map[string]string{
		// Some browsers decode percent signs in filename.
		"été 100%.txt": `; filename="ete 100_.txt"; filename*=UTF-8''%C3%A9t%C3%A9%20100%25.txt`,
	}
	for _, row := range loadGoldens(t).Disposition {
		name, want := row[0].(string), row[2].(string)
		disposition := "inline"
		if row[1].(bool) {
			disposition = "attachment"
		}
		if other, ok := differ[name]; ok {
			want = disposition + other
		}
		if got := ContentDisposition(disposition, name); got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
}

func TestGoldenProxyFix(t *testing.T) {
	for _, row := range loadGoldens(t).ProxyFix {
		p, err := NewProxies(ProxyConfig{
			Trusted: []string{"10.0.0.1"},
			For:     row.Counts["x_for"], Proto: row.Counts["x_proto"], Host: row.Counts["x_host"],
			Port: row.Counts["x_port"], Prefix: row.Counts["x_prefix"],
		})
		if err != nil {
			t.Fatal(err)
		}
		r := &http.Request{RemoteAddr: "10.0.0.1:4711", Host: "orig.test", Header: http.Header{}}
		for name, value := range row.Headers {
			r.Header.Set(name, value)
		}
		o, err := p.Resolve(r)
		if err != nil {
			t.Errorf("%v %v: %v", row.Counts, row.Headers, err)
			continue
		}
		if o.Addr.String() != row.Addr || o.Scheme != row.Scheme || o.Host != row.Host || o.Prefix != row.Prefix {
			t.Errorf("%v %v: %+v, want %s %s %s %q", row.Counts, row.Headers, o, row.Addr, row.Scheme, row.Host, row.Prefix)
		}
	}
}

// flaskCSRF is a CSRF that shares tokens with Flask-WTF, at the given time.
func flaskCSRF(t testing.TB, key string, now time.Time) *CSRF {
	t.Helper()
	keys, err := sign.NewKeyRingInsecureShortKey(key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewCSRF(CSRFOptions{Keys: keys, Flask: true, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestGoldenFlaskWTFTokens(t *testing.T) {
	g := loadGoldens(t).CSRF
	g.Tokens = append(g.Tokens, struct{ Secret, Token string }{
		"0123456789abcdef0123456789abcdef01234567",
		".eJxTMjA0MjYxNTO3sExMSk5JTcPFVwIA4koKpQ.ZVPxAA.gWaT4fXVdFjlK03QOMqmVVlhug8",
	})
	c := flaskCSRF(t, g.Key, time.Unix(g.Now, 0))
	late := flaskCSRF(t, g.Key, time.Unix(g.Now+3601, 0))
	other := flaskCSRF(t, "another-long-enough-secret-key-9876543210-abcdefghij", time.Unix(g.Now, 0))
	for _, row := range g.Tokens {
		for _, check := range []struct {
			c      *CSRF
			secret string
			want   CSRFReason
		}{
			{c, row.Secret, 0},
			{c, row.Secret + "x", CSRFTokenMismatch},
			{late, row.Secret, CSRFTokenExpired},
			{other, row.Secret, CSRFTokenInvalid},
		} {
			if got := reason(check.c.codec.check(row.Token, check.secret)); got != check.want {
				t.Errorf("%q: %v, want %v", row.Secret, got, check.want)
			}
		}
	}
}

// Flask-WTF itself reads the tokens made here.
func TestFlaskWTFReadsTokens(t *testing.T) {
	const python = "/usr/bin/python3"
	if err := exec.Command(python, "-c", "import flask_wtf").Run(); err != nil {
		t.Skip("Flask-WTF is not installed:", err)
	}
	type row struct {
		Secret string `json:"secret"`
		Token  string `json:"token"`
	}
	const key = "a-long-enough-secret-key-0123456789abcdefghij-QWERTZ"
	now := time.Unix(1700000000, 0)
	c := flaskCSRF(t, key, now)
	var rows []row
	for range 20 {
		for _, secret := range []string{"0123456789abcdef0123456789abcdef01234567", newSecret(), "x", "a \"quoted\\secret", strings.Repeat("long", 64)} {
			token, err := c.codec.token(secret)
			if err != nil {
				t.Fatal(err)
			}
			rows = append(rows, row{secret, token})
		}
	}
	good := len(rows)
	rows = append(rows, row{"other", rows[0].Token}, row{rows[0].Secret, rows[0].Token + "x"})
	input, err := json.Marshal(map[string]any{"key": key, "now": now.Unix() + 60, "rows": rows})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "testdata/flaskwtf.py")
	cmd.Stdin = bytes.NewReader(input)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != len(rows) {
		t.Fatalf("%d answers for %d tokens", len(lines), len(rows))
	}
	for i, line := range lines[:good] {
		if line != "ok" {
			t.Errorf("%q: %s", rows[i].Secret, line)
		}
	}
	if lines[good] != CSRFTokenMismatch.String() || lines[good+1] != CSRFTokenInvalid.String() {
		t.Errorf("bad tokens: %q", lines[good:])
	}
}
