package dewar_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
)

// forwarding is an app with a guarded path in front of an application that notes
// what it gets.
func forwarding(t *testing.T, change func(*dewar.App, *dewar.Fallback)) (app *dewar.App, got *[]string) {
	t.Helper()
	got = new([]string)
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		*got = append(*got, r.Method+" "+r.RequestURI)
	}))
	t.Cleanup(other.Close)
	app, _ = newApp(t, func(c *dewar.Config) { c.Loopback = true })
	f := app.Fallback(other.URL)
	app.Get("/", text("index"))
	app.Get("/admin", text("admin")).Name("admin").Guard(dewar.GuardFunc(dewar.StagePermission, "admins", func(*dewar.Context) error { return dewar.StatusError(403) }))
	if change != nil {
		change(app, f)
	}
	return app, got
}

// TestTargets: a request whose target two programs could read differently is
// refused, and the other application sees nothing of it.
func TestTargets(t *testing.T) {
	app, got := forwarding(t, nil)
	for _, row := range []struct {
		target string // with its method
		status int
		to     string // what the other application gets
	}{
		{"POST x:admin", 400, ""},
		{"GET x:admin", 400, ""},
		{"GET http:admin", 400, ""},
		{"GET http:admin%2f..%2fsecret", 400, ""},
		{"GET x:../admin", 400, ""},
		{"GET x:%2e%2e/admin", 400, ""},
		{"POST localhost:admin", 400, ""},
		{"GET x:?admin", 400, ""},
		{"GET x:///admin", 400, ""},
		{"GET x://localhost/admin", 400, ""},
		{"GET http:///admin", 400, ""},
		{"GET http:/admin", 400, ""},
		{"GET file:///admin", 400, ""},
		{"GET ftp://localhost/admin", 400, ""},
		{"GET javascript://localhost/admin", 400, ""},
		{"GET http://evil.example/admin", 400, ""},
		{"GET http://localhost@evil.example/admin", 400, ""},
		{"GET http://evil.example@localhost/admin", 400, ""},
		{"GET http://u:p@localhost/other", 400, ""},
		{"GET http://localhost:0/other", 400, ""},
		{"GET *", 400, ""},
		{"POST *", 400, ""},
		{"PRI *", 400, ""},
		{"OPTIONS *", 204, ""},
		{"CONNECT localhost:80", 400, ""},
		{"CONNECT localhost", 400, ""},
		{"CONNECT /other", 405, ""},
		{"TRACE /other", 405, ""},
		{"GET /other#admin", 400, ""},
		{"GET /other?a=1#b", 400, ""},
		{"GET /a/../admin", 400, ""},
		{"GET /a%2f..%2fadmin", 400, ""},
		{"GET http://localhost/a/../admin", 400, ""},
		{"GET http://localhost/admin", 403, ""},
		{"GET HTTP://LOCALHOST/%61dmin", 403, ""},
		{"GET /%61dmin?a=b", 403, ""},
		{"GET //admin", 403, ""},
		{"GET http://localhost///admin", 403, ""},
		{"GET http://localhost", 200, ""},
		{"GET http://localhost/other?a=%zz&b", 200, "GET /other?a=%zz&b"},
		{"GET https://localhost/other", 200, "GET /other"},
		{"POST /%61dmin", 200, "POST /admin"},
		{"POST //admin", 200, "POST /admin"},
		{"POST ///a//b", 200, "POST /a//b"},
		{"POST //evil.example/a", 200, "POST /evil.example/a"},
		{"GET /%6fther?", 200, "GET /other?"},
		{"GET /a%2Cb%3Bc", 200, "GET /a,b;c"},
		{"GET /%25%32%66", 200, "GET /%252f"},
		{"GET /a%3fb%23c", 200, "GET /a%3Fb%23c"},
		{"GET /a'b\"c|d{}", 200, "GET /a%27b%22c%7Cd%7B%7D"},
		{"GET /caf%C3%A9", 200, "GET /caf%C3%A9"},
		{"GET /caf\xc3\xa9", 200, "GET /caf%C3%A9"},
		{"GET /" + strings.Repeat("%61", 3000), 414, ""},
	} {
		*got = nil
		resp := receive(t, app, row.target+" HTTP/1.1\r\nHost: localhost")
		if to := strings.Join(*got, "|"); resp.StatusCode != row.status || !sameTarget(to, row.to) {
			t.Errorf("%s: %d, the other application got %q; want %d and %q", row.target, resp.StatusCode, to, row.status, row.to)
		}
	}
}

// sameTarget compares but for the apostrophe, which net/url leaves as it is.
func sameTarget(a, b string) bool { return strings.ReplaceAll(a, "'", "%27") == b }

// TestMountedSeesTheCanonicalPath: handlers of others read the request in ways of
// their own, by RawPath or RequestURI.
func TestMountedSeesTheCanonicalPath(t *testing.T) {
	show := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s|%s|%s|%s|%s", r.URL.Path, r.URL.RawPath, r.URL.EscapedPath(), r.RequestURI, r.URL.String())
	})
	app, _ := newApp(t, func(c *dewar.Config) { c.Loopback = true })
	app.Mount("/in", show)
	app.Get("/wrapped/<path:p>", dewar.Wrap(show)).Name("wrapped")
	app.Get("/middleware", text("x")).Name("middleware").Wrap(func(http.Handler) http.Handler { return show })
	for target, want := range map[string]string{
		"/in/%61%3bb?q=%61":                      "/a;b||/a;b|/in/a;b?q=%61|/a;b?q=%61",
		"http://localhost/in/a":                  "/a||/a|/in/a|/a",
		"/%69n/a%20b":                            "/a b||/a%20b|/in/a%20b|/a%20b",
		"/wrapped/%61%3bb?q":                     "/wrapped/a;b||/wrapped/a;b|/wrapped/a;b?q|/wrapped/a;b?q",
		"http://localhost/wrapped/%61":           "/wrapped/a||/wrapped/a|/wrapped/a|/wrapped/a",
		"/middlewar%65":                          "/middleware||/middleware|/middleware|/middleware",
		"https://localhost/in/%61?https://x@y/z": "/a||/a|/in/a?https://x@y/z|/a?https://x@y/z",
	} {
		w := receive(t, app, "GET "+target+" HTTP/1.1\r\nHost: localhost")
		body := make([]byte, 500)
		n, _ := w.Body.Read(body)
		if got := string(body[:n]); got != want {
			t.Errorf("%s: got %s, want %s", target, got, want)
		}
	}
}

// TestFallbackGetsThePathThatWasMatched: whatever a middleware makes of the URL.
func TestFallbackGetsThePathThatWasMatched(t *testing.T) {
	for name, change := range map[string]func(r *http.Request){
		"the path":         func(r *http.Request) { r.URL.Path = "/admin" },
		"the escaped path": func(r *http.Request) { r.URL.Path, r.URL.RawPath = "/a/b", "/a%2Fb" },
		"an opaque URL":    func(r *http.Request) { r.URL.Opaque = "admin" },
		"another host":     func(r *http.Request) { r.URL.Host, r.Host = "evil.example", "evil.example" },
		"the request URI":  func(r *http.Request) { r.RequestURI = "/admin" },
	} {
		app, got := forwarding(t, func(app *dewar.App, _ *dewar.Fallback) {
			app.Wrap(func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					r = r.Clone(r.Context())
					change(r)
					next.ServeHTTP(w, r)
				})
			})
		})
		receive(t, app, "GET /other HTTP/1.1\r\nHost: localhost")
		if to := strings.Join(*got, "|"); to != "GET /other" {
			t.Errorf("%s: the other application got %q", name, to)
		}
	}
}

// TestOwnPaths: which methods of a guarded path reach the other application.
func TestOwnPaths(t *testing.T) {
	const handshake = "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x"
	own := dewar.NewBlueprint("own", dewar.BlueprintOptions{Prefix: "/own", OwnPaths: true})
	inner := dewar.NewBlueprint("inner", dewar.BlueprintOptions{Prefix: "/inner"})
	inner.Post("/<int:id>", text("x"))
	own.Get("/a", text("x"))
	own.Get("/b/", text("x"))
	own.Register(inner)
	open := dewar.NewBlueprint("open", dewar.BlueprintOptions{Prefix: "/own"})
	open.Post("/a", text("posted")).InsecureNoCSRF()
	open.Get("/c", text("x"))
	for _, all := range []bool{false, true} {
		app, got := forwarding(t, func(app *dewar.App, f *dewar.Fallback) {
			if all {
				f.OwnPaths()
			}
			app.Register(own)
			app.Register(open)
		})
		for _, row := range []struct {
			request string
			status  int
			reaches bool // unless all paths are kept
		}{
			{"POST /admin", 405, true},
			{"POST //admin", 405, true},
			{"QUERY /%61dmin", 405, true},
			{"admin /admin", 405, true},
			{"POST /admin/", 404, true},
			{"GET /admin" + handshake, 400, true},
			{"OPTIONS /admin", 200, false},
			{"POST /own/a", 200, false},
			{"PUT /own/a", 405, false},
			{"PUT //own//a", 405, false},
			{"PUT /own/a/", 404, false},
			{"GET /own/a" + handshake, 405, false},
			{"DELETE /own/b/", 405, false},
			{"DELETE /own/b", 404, false},
			{"GET /own/inner/5", 405, false},
			{"GET /own/inner/x", 200, true},
			{"DELETE /own/c", 405, true},
			{"DELETE /other", 200, true},
		} {
			*got = nil
			target, headers, _ := strings.Cut(row.request, "\r\n")
			if headers != "" {
				headers = "\r\n" + headers
			}
			resp := receive(t, app, target+" HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin"+headers)
			kept := !row.reaches || all && row.status >= 400
			if reached := len(*got) > 0; reached == kept || kept && resp.StatusCode != row.status {
				t.Errorf("all %v, %s: %d, the other application got %q", all, target, resp.StatusCode, *got)
			}
		}
	}
}

// TestOwnPathsAreSaid: at the start and by the check, and not where there is nothing
// to say.
func TestOwnPathsAreSaid(t *testing.T) {
	admins := dewar.GuardFunc(dewar.StagePermission, "admins", func(*dewar.Context) error { return nil })
	limit := dewar.GuardFunc(dewar.StageLimit, "limit", func(*dewar.Context) error { return nil })
	build := func(keep bool) (*dewar.App, string) {
		app, log := newApp(t, func(c *dewar.Config) { c.Loopback = true })
		f := app.Fallback("http://127.0.0.1:5001")
		if keep {
			f.OwnPaths()
		}
		app.Guard(limit)
		app.Get("/open", text("x"))
		app.Get("/read/<int:id>", text("x")).Guard(admins)
		app.Post("/read/<int:id>", text("x")).Name("write")
		app.Mount("/all", http.NotFoundHandler()).Guard(admins)
		own := dewar.NewBlueprint("own", dewar.BlueprintOptions{Prefix: "/own", OwnPaths: true})
		own.Get("/", text("x")).Guard(admins)
		app.Register(own)
		findings := ""
		for _, f := range app.Check() {
			if f.ID == "fallback-methods" {
				findings += f.Subject + ": " + f.Message + "\n"
			}
		}
		said := "" // the check freezes the app, and says it too
		for line := range strings.Lines(log.String()) {
			if strings.Contains(line, "go to the fallback") {
				said += line
			}
		}
		return app, said + findings
	}
	_, said := build(false)
	for _, want := range []string{"/read/<int:id> (guarded here for GET, HEAD, POST by admins)", "route /read/<int:id>: guarded by admins for GET, HEAD, POST"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not in %s", want, said)
		}
	}
	for _, not := range []string{"/open", "/all", "/own", "/static"} {
		if strings.Contains(said, not) {
			t.Errorf("%q is in %s", not, said)
		}
	}
	if _, said := build(true); said != "" {
		t.Errorf("said although all paths are kept: %s", said)
	}
}

// TestCVE_2019_13611_FallbackHandshakes: another site's page opens no WebSocket of
// the other application with its visitor's cookies.
func TestCVE_2019_13611_FallbackHandshakes(t *testing.T) {
	app, got := forwarding(t, func(app *dewar.App, _ *dewar.Fallback) {
		app.Get("/chat", text("a page"))
	})
	for _, path := range []string{"/socket", "/chat"} {
		for headers, passes := range map[string]bool{
			"Origin: http://localhost":                                   true,
			"Sec-Fetch-Site: same-origin\r\nOrigin: http://localhost":    true,
			"X: a program without an origin":                             true,
			"Origin: https://localhost":                                  false,
			"Origin: http://evil.example":                                false,
			"Origin: null":                                               false,
			"Origin: http://localhost\r\nOrigin: http://evil.example":    false,
			"Sec-Fetch-Site: cross-site":                                 false,
			"Sec-Fetch-Site: same-site\r\nOrigin: http://localhost":      false,
			"Origin: http://localhost.evil.example\r\nCookie: session=x": false,
		} {
			for _, upgrade := range []string{"websocket", "WebSocket/13", "h2c, websocket"} {
				*got = nil
				resp := receive(t, app, "GET "+path+" HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: "+upgrade+"\r\n"+headers)
				if reached := len(*got) > 0; reached != passes || !passes && resp.StatusCode != 403 {
					t.Errorf("%s, %s, %s: %d, reached %v", path, headers, upgrade, resp.StatusCode, reached)
				}
			}
		}
	}
	cl := dewartest.New(t, app)
	cl.SecFetchSite = "cross-site"
	if resp := cl.Get("/page"); resp.Status != 200 {
		t.Errorf("a link from another site: %d", resp.Status)
	}
}
