package secure

import (
	"bytes"
	"compress/zlib"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar/sign"
)

// reason is the reason of a CSRFError, 0 for nil and -1 for another error.
func reason(err error) CSRFReason {
	var refused *CSRFError
	if errors.As(err, &refused) {
		return refused.Reason
	}
	if err != nil {
		return -1
	}
	return 0
}

// memoryState is a session that holds nothing else.
type memoryState string

func (s *memoryState) CSRFSecret() (string, bool)  { return string(*s), *s != "" }
func (s *memoryState) SetCSRFSecret(secret string) { *s = memoryState(secret) }
func (s *memoryState) state() func() TokenState    { return func() TokenState { return s } }
func noForm() (url.Values, error)                  { return nil, nil }
func form(name, token string) func() (url.Values, error) {
	return func() (url.Values, error) { return url.Values{name: {token}, "title": {"x"}}, nil }
}

func newCSRF(t testing.TB, o CSRFOptions) *CSRF {
	t.Helper()
	if o.Keys == nil {
		keys, err := sign.NewKeyRing(sign.GenerateKey())
		if err != nil {
			t.Fatal(err)
		}
		o.Keys = keys
	}
	c, err := NewCSRF(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var httpsOrigin = Origin{Scheme: "https", Host: "app.test"}

// The rule, without tokens: what the browser says decides.
func TestCSRFRule(t *testing.T) {
	c := newCSRF(t, CSRFOptions{TrustedOrigins: []string{"https://admin.test", "http://dev.test:3000"}})
	for _, row := range []struct {
		name         string
		method       string
		site, origin string
		o            Origin
		ambient      bool
		want         CSRFReason
	}{
		{"GET passes", "GET", "cross-site", "https://evil.test", httpsOrigin, true, 0},
		{"HEAD passes", "HEAD", "cross-site", "", httpsOrigin, true, 0},
		{"OPTIONS passes", "OPTIONS", "cross-site", "", httpsOrigin, true, 0},
		{"TRACE passes", "TRACE", "cross-site", "", httpsOrigin, true, 0},
		{"unknown method is unsafe", "PURGE", "cross-site", "", httpsOrigin, true, CSRFForeignSite},
		{"method in lower case is unsafe", "get", "cross-site", "", httpsOrigin, true, CSRFForeignSite},
		{"same-origin", "POST", "same-origin", "", httpsOrigin, true, 0},
		{"typed by the user", "POST", "none", "", httpsOrigin, true, 0},
		{"same-site is foreign", "POST", "same-site", "https://www.app.test", httpsOrigin, true, CSRFForeignSite},
		{"cross-site", "POST", "cross-site", "https://evil.test", httpsOrigin, true, CSRFForeignSite},
		{"cross-site without a credential", "POST", "cross-site", "https://evil.test", httpsOrigin, false, CSRFForeignSite},
		{"cross-site from a configured origin", "POST", "cross-site", "https://admin.test", httpsOrigin, true, 0},
		{"unknown site value", "POST", "same-origin, cross-site", "", httpsOrigin, true, CSRFForeignSite},
		{"site value in another case", "POST", "Same-Origin", "", httpsOrigin, true, CSRFForeignSite},
		{"a foreign site and the own origin", "POST", "cross-site", "https://app.test", httpsOrigin, true, CSRFForeignSite},
		{"own origin", "POST", "", "https://app.test", httpsOrigin, true, 0},
		{"own origin with its port", "POST", "", "https://app.test:443", httpsOrigin, true, 0},
		{"own origin, host with its port", "POST", "", "https://app.test", Origin{Scheme: "https", Host: "app.test:443"}, true, 0},
		{"own origin, host in upper case", "POST", "", "https://app.test", Origin{Scheme: "https", Host: "App.Test"}, true, 0},
		{"own origin on another port", "POST", "", "https://app.test:8443", httpsOrigin, true, CSRFForeignOrigin},
		{"CVE-2025-47909 http origin of the same host", "POST", "", "http://app.test", httpsOrigin, true, CSRFForeignOrigin},
		{"CVE-2025-47909 http origin of a configured host", "POST", "", "http://admin.test", httpsOrigin, true, CSRFForeignOrigin},
		{"configured http origin", "POST", "", "http://dev.test:3000", httpsOrigin, true, 0},
		{"configured origin without its port", "POST", "", "http://dev.test", httpsOrigin, true, CSRFForeignOrigin},
		{"CVE-2025-47910 prefix of a configured origin", "POST", "", "https://admin.test.evil.test", httpsOrigin, true, CSRFForeignOrigin},
		{"CVE-2025-47910 suffix of a configured origin", "POST", "", "https://evil-admin.test", httpsOrigin, true, CSRFForeignOrigin},
		{"CVE-2025-46721 other origin", "POST", "", "https://evil.test", httpsOrigin, true, CSRFForeignOrigin},
		{"CVE-2025-46721 other origin, no credential", "POST", "", "https://evil.test", httpsOrigin, false, CSRFForeignOrigin},
		{"null", "POST", "", "null", httpsOrigin, true, CSRFForeignOrigin},
		{"user information", "POST", "", "https://app.test@evil.test", httpsOrigin, true, CSRFForeignOrigin},
		{"path in the origin", "POST", "", "https://app.test/", httpsOrigin, true, CSRFForeignOrigin},
		{"no scheme", "POST", "", "app.test", httpsOrigin, true, CSRFForeignOrigin},
		{"other scheme", "POST", "", "moz-extension://app.test", httpsOrigin, true, CSRFForeignOrigin},
		{"plain http site", "POST", "", "http://app.test", Origin{Scheme: "http", Host: "app.test"}, true, 0},
		{"https origin of an http site", "POST", "", "https://app.test", Origin{Scheme: "http", Host: "app.test"}, true, CSRFForeignOrigin},
		{"malformed host", "POST", "", "https://a b", Origin{Scheme: "https", Host: "a b"}, true, CSRFForeignOrigin},
		{"neither, no credential", "POST", "", "", httpsOrigin, false, 0},
		{"neither, a credential", "POST", "", "", httpsOrigin, true, CSRFTokenMissing},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := &http.Request{Method: row.method, Header: http.Header{}, URL: &url.URL{Path: "/"}}
			if row.site != "" {
				r.Header.Set("Sec-Fetch-Site", row.site)
			}
			if row.origin != "" {
				r.Header.Set("Origin", row.origin)
			}
			err := c.Check(r, row.o, row.ambient, func() TokenState { return nil }, noForm)
			if got := reason(err); got != row.want {
				t.Errorf("%v, want %v", err, row.want)
			}
		})
	}
}

func TestCSRFRepeatedHeaders(t *testing.T) {
	c := newCSRF(t, CSRFOptions{})
	for _, h := range []http.Header{
		{"Sec-Fetch-Site": {"same-origin", "cross-site"}},
		{"Origin": {"https://app.test", "https://evil.test"}},
	} {
		err := c.Check(&http.Request{Method: "POST", Header: h}, httpsOrigin, true, nil, noForm)
		if reason(err) != CSRFForeignSite && reason(err) != CSRFForeignOrigin {
			t.Errorf("%v: %v", h, err)
		}
	}
}

// The https of a server request is not in its URL: r.URL.Scheme is empty
// there, and a check that goes by it never runs.
func TestCVE_2025_24358_SchemeFromTheConnection(t *testing.T) {
	c := newCSRF(t, CSRFOptions{})
	h := c.Wrap(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), func(*http.Request) TokenState { return nil })
	server := httptest.NewTLSServer(h)
	defer server.Close()
	host := strings.TrimPrefix(server.URL, "https://")
	for origin, want := range map[string]int{"https://" + host: 200, "http://" + host: 403} {
		req, _ := http.NewRequest("POST", server.URL, nil)
		req.Header.Set("Origin", origin)
		req.Header.Set("Cookie", "session=x")
		resp, err := server.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%s: %d, want %d", origin, resp.StatusCode, want)
		}
	}
}

// There are no bypass patterns; paths do not matter at all.
func TestCVE_2025_47910_NoBypassByPath(t *testing.T) {
	c := newCSRF(t, CSRFOptions{})
	for _, path := range []string{"/", "//", "/static/../x", "/login", "/login/"} {
		r := &http.Request{Method: "POST", URL: &url.URL{Path: path}, Header: header("Sec-Fetch-Site: cross-site")}
		if reason(c.Check(r, httpsOrigin, true, nil, noForm)) != CSRFForeignSite {
			t.Errorf("%s passes", path)
		}
	}
}

// A JSON body sent as text/plain needs no preflight.
func TestCVE_2021_32677_AnyContentType(t *testing.T) {
	c := newCSRF(t, CSRFOptions{})
	for _, contentType := range []string{"text/plain", "application/json", "application/x-www-form-urlencoded", "", "application/grpc"} {
		r := httptest.NewRequest("POST", "/", strings.NewReader(`{"a":1}`))
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		if reason(c.Check(r, httpsOrigin, true, nil, noForm)) != CSRFForeignSite {
			t.Errorf("%q passes", contentType)
		}
		r.Header.Del("Sec-Fetch-Site")
		if reason(c.Check(r, httpsOrigin, true, nil, noForm)) != CSRFTokenMissing {
			t.Errorf("%q passes without a token", contentType)
		}
	}
}

func TestCSRFToken(t *testing.T) {
	now := time.Unix(1700000000, 0)
	clock := func() time.Time { return now }
	key, older := sign.GenerateKey(), sign.GenerateKey()
	ring := func(current string, older ...string) *sign.KeyRing {
		keys, err := sign.NewKeyRing(current, older...)
		if err != nil {
			t.Fatal(err)
		}
		return keys
	}
	for _, flask := range []bool{false, true} {
		name := map[bool]string{false: "own", true: "Flask-WTF"}[flask]
		t.Run(name, func(t *testing.T) {
			c := newCSRF(t, CSRFOptions{Keys: ring(key, older), Flask: flask, Now: clock})
			retired := newCSRF(t, CSRFOptions{Keys: ring(older), Flask: flask, Now: clock})
			stranger := newCSRF(t, CSRFOptions{Keys: ring(sign.GenerateKey()), Flask: flask, Now: clock})
			var own, other memoryState
			token := func(c *CSRF, s TokenState) string {
				tok, err := c.Token(s)
				if err != nil {
					t.Fatal(err)
				}
				return tok
			}
			good := token(c, &own)
			alien := token(c, &other)
			byStranger := CSRFTokenMismatch
			if flask {
				byStranger = CSRFTokenInvalid
			}
			for _, row := range []struct {
				name  string
				token string
				after time.Duration
				want  CSRFReason
			}{
				{"good", good, 0, 0},
				{"at the limit", good, time.Hour, 0},
				{"expired", good, time.Hour + time.Second, CSRFTokenExpired},
				{"signed with the older key", token(retired, &own), 0, 0},
				{"signed with a strange key", token(stranger, &own), 0, byStranger},
				{"CVE-2023-45141 token of another session", alien, 0, CSRFTokenMismatch},
				{"CVE-2020-36564 empty token", "", 0, CSRFTokenMissing},
				{"CVE-2020-36564 cut token", good[:len(good)-1], 0, CSRFTokenInvalid},
				{"CVE-2020-36564 longer token", good + "A", 0, CSRFTokenInvalid},
				{"nonsense", "x", 0, CSRFTokenInvalid},
				{"the secret itself", string(own), 0, CSRFTokenInvalid},
				{"huge", strings.Repeat("A", maxToken+1), 0, CSRFTokenInvalid},
			} {
				t.Run(row.name, func(t *testing.T) {
					now = time.Unix(1700000000, 0).Add(row.after)
					defer func() { now = time.Unix(1700000000, 0) }()
					r := &http.Request{Method: "POST", Header: http.Header{}}
					for via, f := range map[string]func() (url.Values, error){"field": form("csrf_token", row.token), "prefixed field": form("post-csrf_token", row.token), "header": noForm} {
						r.Header.Del("X-CSRF-Token")
						if via == "header" {
							r.Header.Set("X-CSRF-Token", row.token)
						}
						if err := c.Check(r, httpsOrigin, true, own.state(), f); reason(err) != row.want {
							t.Errorf("%s: %v, want %v", via, err, row.want)
						}
					}
				})
			}
			r := &http.Request{Method: "POST", Header: header("X-Csrftoken: " + good)}
			t.Run("CVE-2023-45128 token without a session", func(t *testing.T) {
				for _, state := range []func() TokenState{new(memoryState).state(), func() TokenState { return nil }} {
					if err := c.Check(r, httpsOrigin, true, state, noForm); reason(err) != CSRFSessionTokenMissing {
						t.Error(err)
					}
				}
			})
			// A new secret ends the old tokens.
			c.Rotate(&own)
			if err := c.Check(r, httpsOrigin, true, own.state(), noForm); reason(err) != CSRFTokenMismatch {
				t.Errorf("after Rotate: %v", err)
			}
			// Two tokens have nothing in common.
			a, b := token(c, &own), token(c, &own)
			if a == b {
				t.Error("two tokens are equal")
			}
			if len(own) != 40 {
				t.Errorf("secret %q", own)
			}
		})
	}
}

// Every position of a masked token takes many values for one secret.
func TestCSRFTokenMask(t *testing.T) {
	c := newCSRF(t, CSRFOptions{Now: func() time.Time { return time.Unix(1700000000, 0) }})
	var s memoryState
	seen := make([]map[byte]bool, 107)
	for range 200 {
		token, err := c.Token(&s)
		if err != nil || len(token) != len(seen) {
			t.Fatalf("%q, %v", token, err)
		}
		for i := range seen {
			if seen[i] == nil {
				seen[i] = map[byte]bool{}
			}
			seen[i][token[i]] = true
		}
	}
	for i, values := range seen[:106] { // the last character holds four bits
		if len(values) < 32 {
			t.Errorf("character %d takes %d values", i, len(values))
		}
	}
}

// The header decides before the body is read, and a body that cannot be read
// is not a missing token.
func TestCSRFBody(t *testing.T) {
	c := newCSRF(t, CSRFOptions{})
	var s memoryState
	token, _ := c.Token(&s)
	never := func() (url.Values, error) { t.Error("the body is read"); return nil, nil }
	r := &http.Request{Method: "POST", Header: header("X-Csrf-Token: " + token)}
	if err := c.Check(r, httpsOrigin, true, s.state(), never); err != nil {
		t.Error(err)
	}
	r.Header.Set("X-CSRF-Token", "wrong")
	if err := c.Check(r, httpsOrigin, true, s.state(), never); reason(err) != CSRFTokenInvalid {
		t.Error(err)
	}
	r.Header = http.Header{}
	if err := c.Check(r, httpsOrigin, true, s.state(), nil); reason(err) != CSRFTokenMissing {
		t.Errorf("a streamed upload: %v", err)
	}
	tooLarge := &http.MaxBytesError{Limit: 1}
	if err := c.Check(r, httpsOrigin, true, s.state(), func() (url.Values, error) { return nil, tooLarge }); !errors.Is(err, tooLarge) {
		t.Errorf("a body over its limit: %v", err)
	}
}

func TestAmbientCredential(t *testing.T) {
	for _, row := range []struct {
		name string
		r    *http.Request
		want bool
	}{
		{"nothing", &http.Request{Header: http.Header{}}, false},
		{"cookie", &http.Request{Header: header("Cookie: a=b")}, true},
		{"Basic", &http.Request{Header: header("Authorization: Basic YTpi")}, true},
		{"Negotiate", &http.Request{Header: header("Authorization: Negotiate x")}, true},
		{"bearer token", &http.Request{Header: header("Authorization: bearer x")}, false},
		{"bearer token and Basic", &http.Request{Header: header("Authorization: Bearer x", "Authorization: Basic y")}, true},
		{"TLS", &http.Request{Header: http.Header{}, TLS: &tls.ConnectionState{}}, false},
		{"client certificate", &http.Request{Header: http.Header{}, TLS: &tls.ConnectionState{PeerCertificates: []*x509.Certificate{{}}}}, true},
	} {
		if got := AmbientCredential(row.r); got != row.want {
			t.Errorf("%s: %t, want %t", row.name, got, row.want)
		}
	}
}

func TestCVE_2019_13611_WebSocketOrigin(t *testing.T) {
	c := newCSRF(t, CSRFOptions{TrustedOrigins: []string{"https://admin.test"}})
	for origin, want := range map[string]CSRFReason{
		"https://app.test": 0, "https://admin.test": 0, "": 0,
		"https://evil.test": CSRFForeignOrigin, "http://app.test": CSRFForeignOrigin, "null": CSRFForeignOrigin,
	} {
		r := &http.Request{Method: "GET", Header: http.Header{"Upgrade": {"websocket"}}}
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		if err := c.CheckOrigin(r, httpsOrigin); reason(err) != want {
			t.Errorf("%q: %v", origin, err)
		}
	}
}

func TestSameOrigin(t *testing.T) {
	for _, row := range []struct {
		origin, scheme, host string
		want                 bool
	}{
		{"http://app.test", "http", "app.test", true},
		{"http://app.test:80", "http", "app.test", true},
		{"HTTP://APP.TEST", "http", "app.test", true},
		{"http://app.test", "http", "app.test:80", true},
		{"https://app.test:443", "https", "app.test", true},
		{"http://app.test:443", "https", "app.test", false},
		{"https://app.test", "http", "app.test", false},
		{"http://app.test:81", "http", "app.test", false},
		{"ftp://app.test", "ftp", "app.test", false},
		{"FTP://app.test", "ftp", "app.test", false},
		{"null", "http", "app.test", false},
	} {
		if got := SameOrigin(row.origin, Origin{Scheme: row.scheme, Host: row.host}); got != row.want {
			t.Errorf("%q at %s://%s: %t", row.origin, row.scheme, row.host, got)
		}
	}
}

func TestCSRFWrap(t *testing.T) {
	c := newCSRF(t, CSRFOptions{})
	var s memoryState
	h := c.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.FormValue("title")) }),
		func(*http.Request) TokenState { return &s })
	token, _ := c.Token(&s)
	const plain, parts = "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"
	part := func(name, value string) string {
		return "--b\r\nContent-Disposition: form-data; name=" + name + "\r\n\r\n" + value + "\r\n"
	}
	for _, row := range []struct {
		name, kind, body string
		status           int
		want             string
	}{
		{"token", plain, url.Values{"csrf_token": {token}, "title": {"hello"}}.Encode(), 200, "hello"},
		{"no token", plain, "title=x", 400, "The CSRF token is missing.\n"},
		{"broken form", plain, "%zz=1", 400, "Bad Request\n"},
		{"token in parts", parts, part("csrf_token", token) + part("title", "hello") + "--b--", 200, "hello"},
		{"no token in parts", parts, part("title", "x") + "--b--", 400, "The CSRF token is missing.\n"},
		{"broken parts", parts, part("csrf_token", token), 400, "Bad Request\n"},
	} {
		r := httptest.NewRequest("POST", "/", strings.NewReader(row.body))
		r.Header.Set("Content-Type", row.kind)
		r.Header.Set("Cookie", "session=x")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != row.status || w.Body.String() != row.want {
			t.Errorf("%s: %d %q, want %d %q", row.name, w.Code, w.Body, row.status, row.want)
		}
	}
}

func TestNewCSRFErrors(t *testing.T) {
	_, err := NewCSRF(CSRFOptions{TrustedOrigins: []string{"example.com", "https://*.example.com", "null", "https://a.test/", "ftp://a.test", "*"}, HeaderNames: []string{"a b"}})
	for _, want := range []string{`"example.com"`, `"https://*.example.com"`, `"null"`, `"https://a.test/"`, `"ftp://a.test"`, `"*"`, `"a b"`, "Keys is nil"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
}

// Flask-WTF's texts, and a sentence for what is none of them.
func TestCSRFErrorTexts(t *testing.T) {
	for r := CSRFForeignSite; r <= CSRFTokenMismatch; r++ {
		err := &CSRFError{Reason: r}
		if want := map[bool]int{true: 403, false: 400}[r <= CSRFForeignOrigin]; err.StatusCode() != want || !strings.HasPrefix(err.Error(), "secure: ") {
			t.Errorf("%v: %d", err, err.StatusCode())
		}
	}
	if got := CSRFReason(99).String(); got != "CSRF validation failed." {
		t.Error(got)
	}
}

func TestCSRFAllocates(t *testing.T) {
	c := newCSRF(t, CSRFOptions{TrustedOrigins: []string{"https://admin.test"}})
	a := &http.Request{Method: "POST", Header: header("Sec-Fetch-Site: same-origin", "Origin: https://app.test")}
	b := &http.Request{Method: "POST", Header: header("Origin: https://app.test")}
	if n := testing.AllocsPerRun(100, func() {
		c.Check(a, httpsOrigin, true, nil, nil)
		c.Check(b, httpsOrigin, true, nil, nil)
	}); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

func FuzzOrigin(f *testing.F) {
	for _, seed := range []string{"https://app.test", "http://app.test:80", "https://[::1]:443", "null", "HTTPS://APP.TEST", "https://app.test:443", "https://a@b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		o, err := parseWebOrigin(s)
		if err != nil {
			if SameOrigin(s, Origin{Scheme: "https", Host: s}) {
				t.Errorf("%q is no origin and the own one", s)
			}
			return
		}
		if again, err := parseWebOrigin(o.String()); again != o || err != nil {
			t.Errorf("%q: %v becomes %v, %v", s, o, again, err)
		}
		// net/url must see the same host, or a filter in front could differ.
		u, err := url.Parse(s)
		if err != nil || u.Path != "" || u.User != nil || u.RawQuery != "" {
			t.Errorf("%q: net/url sees %+v, %v", s, u, err)
		}
		if !SameOrigin(s, Origin{Scheme: o.scheme, Host: u.Host}) {
			t.Errorf("%q is not its own origin", s)
		}
	})
}

func FuzzCSRFToken(f *testing.F) {
	keys, err := sign.NewKeyRing(sign.GenerateKey())
	if err != nil {
		f.Fatal(err)
	}
	own := newCSRF(f, CSRFOptions{Keys: keys})
	flask := newCSRF(f, CSRFOptions{Keys: keys, Flask: true})
	var s, other memoryState
	for _, c := range []*CSRF{own, flask} {
		c.Token(&other)
		token, _ := c.Token(&s)
		f.Add(token)
	}
	f.Fuzz(func(t *testing.T, token string) {
		for _, c := range []*CSRF{own, flask} {
			r := &http.Request{Method: "POST", Header: http.Header{"X-Csrf-Token": {token}}}
			if c.Check(r, httpsOrigin, true, other.state(), nil) == nil {
				t.Errorf("%q is good for another session", token)
			}
		}
	})
}

// TestLongestFlaskToken: a token of maxToken bytes is read, and a longer one is not.
func TestLongestFlaskToken(t *testing.T) {
	keys, err := sign.NewKeyRing(sign.GenerateKey())
	if err != nil {
		t.Fatal(err)
	}
	c := newCSRF(t, CSRFOptions{Keys: keys, Flask: true})
	var own memoryState
	if _, err := c.Token(&own); err != nil {
		t.Fatal(err)
	}
	// Spaces before the secret, not compressed in what says it is: any length is possible.
	padded := func(spaces int) string {
		var b bytes.Buffer
		w, err := zlib.NewWriterLevel(&b, zlib.NoCompression)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(w, "%*s%q", spaces, "", string(own))
		w.Close()
		return keys.TimestampSigner(FlaskTokenSalt).Sign("." + base64.RawURLEncoding.EncodeToString(b.Bytes()))
	}
	seen := map[int]bool{}
	for spaces := 2900; spaces < 3050; spaces++ {
		token := padded(spaces)
		want := CSRFReason(0)
		if len(token) > maxToken {
			want = CSRFTokenInvalid
		}
		seen[len(token)] = true
		r := &http.Request{Method: "POST", Header: header("X-Csrftoken: " + token)}
		if err := c.Check(r, httpsOrigin, true, own.state(), nil); reason(err) != want {
			t.Errorf("a token of %d bytes: %v, want %v", len(token), err, want)
		}
	}
	if !seen[maxToken] || !seen[maxToken+2] {
		t.Errorf("no token of %d or %d bytes: %v", maxToken, maxToken+2, seen)
	}
}
