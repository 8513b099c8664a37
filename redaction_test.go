package dewar_test

import (
	"bufio"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/dewar-go/dewar"
)

// hostilePairs are values that, replaced one after another by what is put in place
// of a secret, make a text grow as Fibonacci's numbers do.
func hostilePairs(first string) []string {
	list := []string{"x=" + first}
	for range 20 {
		list = append(list, "a=[sec", "a=ret]", "a=[secre", "a=ecret]")
	}
	return list
}

// TestHostileSecrets: what a client sends as its secrets neither makes a line of the
// log long nor takes out of it who asked for what.
func TestHostileSecrets(t *testing.T) {
	app, log := logged(t, dewar.LogOptions{}, func(c *dewar.Config) { c.Loopback = true })
	app.Post("/fails", func(c *dewar.Context) error {
		_ = c.Form("token")
		return fmt.Errorf("dewar: secure: host %q, token %q", c.Request().Host, c.Query("token"))
	})
	pairs := func(first, sep string) string { return strings.Join(hostilePairs(first), sep) }
	form := pairs("dewar", "&token=") + "&password=" + pairs("secure", "&password=")
	for _, row := range []struct{ name, request, says string }{
		{"host, cookies", "GET / HTTP/1.1\r\nHost: evil.example\r\nCookie: " + pairs("dewar", "; "), `host \"evil.example\" is not among`},
		{"host, a cookie that names it", "GET / HTTP/1.1\r\nHost: evil.example\r\nCookie: a=evil.example; b=\"evil.example\"; host \"evil.example\"", `evil.example`},
		{"host, headers that name it", "GET / HTTP/1.1\r\nHost: evil.example\r\nX-Token: evil.example\r\nX-Api-Key: host \"evil.example\" is not\r\nAuthorization: Basic evil.example", `evil.example`},
		{"path, cookies", "GET /%2f HTTP/1.1\r\nHost: localhost\r\nCookie: " + pairs("secure", "; "), "secure: bad path: encoded slash"},
		{"path, query", "GET /%2f?token=" + pairs("secure", "&token=") + " HTTP/1.1\r\nHost: localhost", "secure: bad path: encoded slash"},
		{"path, header", "GET /%2f HTTP/1.1\r\nHost: localhost\r\nX-Token: " + pairs("secure", "\r\nX-Token: "), "secure: bad path: encoded slash"},
		{"path, a cookie that names it", "GET /wp-login/setup HTTP/1.1\r\nHost: localhost\r\nCookie: a=/wp-login/setup; b=wp-login", `"path":"/wp-login/setup"`},
		{"another site, a cookie that names it", "POST /fails HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\nCookie: a=https://evil.example; b=evil.example\r\nContent-Length: 0", "does not match the host"},
		{"an error, everything", "POST /fails?token=" + pairs("host", "&token=") + " HTTP/1.1\r\nHost: localhost\r\nX-Token: " + pairs("error", "\r\nX-Token: ") +
			"\r\nSec-Fetch-Site: none\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " + fmt.Sprint(len(form)) + "\r\n\r\n" + form, `"error":"dewar: `},
		{"a long method", strings.Repeat("M", 60_000) + " / HTTP/1.1\r\nHost: localhost", "MMMM"},
		{"a long method, refused", strings.Repeat("M", 60_000) + " /%00 HTTP/1.1\r\nHost: localhost", "MMMM"},
		{"a long method that fails", "POST /fails?token=" + strings.Repeat("x", 50_000) + " HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: none", `"error":"dewar: `},
		{"a long host", "GET / HTTP/1.1\r\nHost: " + strings.Repeat("x", 60_000), "xxxx"},
		{"a long path", "GET /" + strings.Repeat("x", 60_000) + " HTTP/1.1\r\nHost: localhost", "path too long"},
	} {
		t.Run(row.name, func(t *testing.T) {
			log.Reset()
			receive(t, app, row.request)
			text := log.String()
			if !strings.Contains(text, row.says) {
				t.Errorf("%q is not in %.2000s", row.says, text)
			}
			for line := range strings.Lines(text) {
				if len(line) > 2000 && len(line) > len(row.request) {
					t.Errorf("a line of %d bytes: %.300s", len(line), line)
				}
			}
		})
	}
}

// receive gives an app a request as it comes over a connection, and returns its
// answer.
func receive(t *testing.T, app *dewar.App, request string) *http.Response {
	t.Helper()
	if !strings.Contains(request, "\r\n\r\n") {
		request += "\r\n\r\n"
	}
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(request)))
	if err != nil {
		t.Fatalf("%.200q: %v", request, err)
	}
	r.RemoteAddr = "127.0.0.1:4711"
	w := httptest.NewRecorder()
	app.ServeHTTP(w, r)
	return w.Result()
}
