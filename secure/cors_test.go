package secure

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func newCORS(t testing.TB, o CORSOptions) *CORS {
	t.Helper()
	c, err := NewCORS(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCORS(t *testing.T) {
	full := newCORS(t, CORSOptions{
		Origins: []string{"https://app.test", "http://localhost:3000"}, Methods: []string{"PUT", "DELETE"},
		AllowHeaders: []string{"Content-Type", "X-Token"}, ExposeHeaders: []string{"X-Total"}, Credentials: true, MaxAge: 10 * time.Minute,
	})
	open := newCORS(t, CORSOptions{Origins: []string{"*"}})
	const vary = "Vary: Origin\n"
	const preVary = "Vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers\n"
	const granted = "Access-Control-Allow-Credentials: true\nAccess-Control-Allow-Headers: Content-Type, X-Token\nAccess-Control-Allow-Methods: PUT, DELETE\nAccess-Control-Allow-Origin: https://app.test\nAccess-Control-Max-Age: 600\n" + preVary
	const refused = "Access-Control-Allow-Credentials: true\nAccess-Control-Allow-Origin: https://app.test\n" + preVary
	for _, row := range []struct {
		name      string
		c         *CORS
		method    string
		header    http.Header
		want      string
		allowed   bool
		preflight bool
	}{
		{"no origin", full, "GET", header(), vary, false, false},
		{"allowed", full, "GET", header("Origin: https://app.test"), "Access-Control-Allow-Credentials: true\nAccess-Control-Allow-Origin: https://app.test\nAccess-Control-Expose-Headers: X-Total\n" + vary, true, false},
		{"allowed with a port", full, "POST", header("Origin: http://localhost:3000"), "Access-Control-Allow-Credentials: true\nAccess-Control-Allow-Origin: http://localhost:3000\nAccess-Control-Expose-Headers: X-Total\n" + vary, true, false},
		{"CVE-2017-20146 other origin is not reflected", full, "GET", header("Origin: https://evil.test"), vary, false, false},
		{"http for https", full, "GET", header("Origin: http://app.test"), vary, false, false},
		{"prefix of an origin", full, "GET", header("Origin: https://app.test.evil.test"), vary, false, false},
		{"one character for a dot", full, "GET", header("Origin: https://appxtest"), vary, false, false},
		{"null", full, "GET", header("Origin: null"), vary, false, false},
		{"two origins", full, "GET", header("Origin: https://app.test", "Origin: https://evil.test"), vary, false, false},
		{"any origin", open, "GET", header("Origin: https://evil.test"), "Access-Control-Allow-Origin: *\n" + vary, true, false},
		{"preflight", full, "OPTIONS", header("Origin: https://app.test", "Access-Control-Request-Method: PUT", "Access-Control-Request-Headers: content-type, x-token"), granted, true, true},
		{"preflight in the spelling of RFC 9110", full, "OPTIONS", header("Origin: https://app.test", "Access-Control-Request-Method: DELETE", "Access-Control-Request-Headers: X-TOKEN"), granted, true, true},
		{"preflight of a simple method", full, "OPTIONS", header("Origin: https://app.test", "Access-Control-Request-Method: POST"), granted, true, true},
		{"preflight for another method", full, "OPTIONS", header("Origin: https://app.test", "Access-Control-Request-Method: PATCH"), refused, true, true},
		{"methods have a case", full, "OPTIONS", header("Origin: https://app.test", "Access-Control-Request-Method: put"), refused, true, true},
		{"preflight for another header", full, "OPTIONS", header("Origin: https://app.test", "Access-Control-Request-Method: PUT", "Access-Control-Request-Headers: x-token,x-other"), refused, true, true},
		{"preflight of another origin", full, "OPTIONS", header("Origin: https://evil.test", "Access-Control-Request-Method: PUT"), preVary, false, true},
		{"OPTIONS that asks for nothing", full, "OPTIONS", header("Origin: https://app.test"), "Access-Control-Allow-Credentials: true\nAccess-Control-Allow-Origin: https://app.test\nAccess-Control-Expose-Headers: X-Total\n" + preVary, true, false},
		{"CVE-2024-6221 private network", full, "OPTIONS", header("Origin: https://app.test", "Access-Control-Request-Method: PUT", "Access-Control-Request-Private-Network: true"), granted, true, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := http.Header{}
			result := row.c.Apply(h, &http.Request{Method: row.method, Header: row.header})
			if got := show(h); got != row.want || result.Allowed != row.allowed || result.Preflight != row.preflight {
				t.Errorf("%+v\n%swant\n%s", result, got, row.want)
			}
		})
	}
}

func TestCORSPrivateNetwork(t *testing.T) {
	c := newCORS(t, CORSOptions{Origins: []string{"https://app.test"}, AllowPrivateNetwork: true})
	h := http.Header{}
	c.Apply(h, &http.Request{Method: "OPTIONS", Header: header("Origin: https://app.test", "Access-Control-Request-Method: GET", "Access-Control-Request-Private-Network: true")})
	if h.Get("Access-Control-Allow-Private-Network") != "true" || !strings.Contains(h.Get("Vary"), "Private-Network") {
		t.Error(show(h))
	}
}

// CVE-2018-20744, CVE-2019-25211, CVE-2024-25124: every origin, with
// credentials.
func TestCVE_2024_25124_WildcardWithCredentials(t *testing.T) {
	if _, err := NewCORS(CORSOptions{Origins: []string{"*"}, Credentials: true}); err == nil {
		t.Error("any origin with credentials is accepted")
	}
}

func TestNewCORSErrors(t *testing.T) {
	for _, row := range []struct {
		name string
		o    CORSOptions
		want string
	}{
		{"none", CORSOptions{}, "no origin"},
		{"CVE-2024-6839 pattern", CORSOptions{Origins: []string{"https?://example.com"}}, "https?://example.com"},
		{"wildcard below a domain", CORSOptions{Origins: []string{"https://*.example.com"}}, "not an origin"},
		{"null", CORSOptions{Origins: []string{"null"}}, `"null"`},
		{"any beside others", CORSOptions{Origins: []string{"*", "https://a.test"}}, "beside others"},
		{"method", CORSOptions{Origins: []string{"*"}, Methods: []string{"*"}}, "not a method"},
		{"header", CORSOptions{Origins: []string{"*"}, AllowHeaders: []string{"*"}}, "list the headers"},
		{"header injection", CORSOptions{Origins: []string{"*"}, ExposeHeaders: []string{"X\r\nY: z"}}, "not the name"},
		{"age", CORSOptions{Origins: []string{"*"}, MaxAge: -1}, "MaxAge"},
	} {
		if _, err := NewCORS(row.o); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, want %q", row.name, err, row.want)
		}
	}
}

// A hostile preflight asks for a hundred thousand headers.
func TestCVE_2025_47908_PreflightHeaders(t *testing.T) {
	c := newCORS(t, CORSOptions{Origins: []string{"https://app.test"}, AllowHeaders: []string{"X-Token"}})
	for _, list := range [][]string{{strings.Repeat("x-token,", 1<<16)}, {strings.Repeat(",", 1<<20)}, {strings.Repeat("x", 1<<20)}, make([]string, 1<<10)} {
		h := http.Header{}
		r := &http.Request{Method: "OPTIONS", Header: http.Header{"Origin": {"https://app.test"}, "Access-Control-Request-Method": {"GET"}, "Access-Control-Request-Headers": list}}
		c.Apply(h, r)
		if len(list) == 1 && h["Access-Control-Allow-Headers"] != nil {
			t.Error("the list is granted")
		}
		if n := testing.AllocsPerRun(10, func() { c.headersAllowed(list) }); n != 0 {
			t.Errorf("%v allocations, want 0", n)
		}
	}
}

// The answer never holds anything of the request but an allowed origin.
func TestCVE_2024_1681_NothingReflected(t *testing.T) {
	c := newCORS(t, CORSOptions{Origins: []string{"https://app.test"}, AllowHeaders: []string{"X-Token"}})
	h := http.Header{}
	c.Apply(h, &http.Request{Method: "OPTIONS", Header: http.Header{
		"Origin": {"https://app.test"}, "Access-Control-Request-Method": {"GET\r\nX: evil"}, "Access-Control-Request-Headers": {"x-token\r\nevil"}}})
	if strings.Contains(show(h), "evil") {
		t.Error(show(h))
	}
}

func TestCORSWrap(t *testing.T) {
	called := 0
	h := newCORS(t, CORSOptions{Origins: []string{"https://app.test"}}).Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { called++ }))
	for _, row := range []struct {
		method string
		header http.Header
		status int
		calls  int
	}{
		{"OPTIONS", header("Origin: https://app.test", "Access-Control-Request-Method: GET"), 204, 0},
		{"OPTIONS", header("Origin: https://app.test"), 200, 1},
		{"GET", header("Origin: https://evil.test"), 200, 1},
	} {
		called = 0
		r := httptest.NewRequest(row.method, "/", nil)
		r.Header = row.header
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != row.status || called != row.calls || w.Header().Get("Vary") == "" {
			t.Errorf("%s %v: %d, %d calls\n%s", row.method, row.header, w.Code, called, show(w.Header()))
		}
	}
}
