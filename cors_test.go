package dewar_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/secure"
)

const appOrigin = "https://app.example.com"

var fromApp = secure.CORSOptions{Origins: []string{appOrigin}, AllowHeaders: []string{"Content-Type"}}

// foreign makes a client whose requests a page of another origin sends.
func foreign(client *dewartest.Client, origin string) *dewartest.Client {
	other := client.Another()
	other.SecFetchSite = "cross-site"
	other.Header.Set("Origin", origin)
	return other
}

// ask sends a request and, for OPTIONS with a method, a preflight for it.
func ask(client *dewartest.Client, method, target, wanted string) *dewartest.Response {
	r := client.NewRequest(method, target, nil)
	if wanted != "" {
		r.Header.Set("Access-Control-Request-Method", wanted)
		r.Header.Set("Access-Control-Request-Headers", "content-type")
	}
	return client.Do(r)
}

func TestCORSGuard(t *testing.T) {
	app, _ := newApp(t)
	api := dewar.NewBlueprint("api", dewar.BlueprintOptions{Prefix: "/api"})
	api.Guard(dewar.CORS(fromApp))
	api.Get("/items", text("items"))
	api.Put("/items", text("put")).Name("put")
	api.Route("/own", text("own"), "GET", "OPTIONS").Name("own")
	api.Get("/public", text("public")).Name("public").Guard(dewar.CORS(secure.CORSOptions{Origins: []string{"*"}}))
	api.Get("/private", text("private")).Name("private").Guard(dewar.NoCORS())
	api.Get("/broken", func(*dewar.Context) error { panic("broken") }).Name("broken")
	api.Mount("/mounted", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Header().Set("X-Method", r.Method) }))
	app.Register(api)
	app.Get("/", text("page")).Name("index")
	client := dewartest.New(t, app)
	const preVary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"
	for _, row := range []struct {
		name, method, target, wanted, origin string
		status                               int
		allow, methods, vary                 string
	}{
		{"allowed", "GET", "/api/items", "", appOrigin, 200, appOrigin, "", "Origin"},
		{"another origin", "GET", "/api/items", "", "https://evil.example", 200, "", "", "Origin"},
		{"no origin varies too", "GET", "/api/items", "", "", 200, "", "", "Origin"},
		{"a route without", "GET", "/", "", appOrigin, 200, "", "", ""},
		{"preflight without a view for OPTIONS", "OPTIONS", "/api/items", "PUT", appOrigin, 204, appOrigin, "PUT", preVary},
		{"preflight of a simple method", "OPTIONS", "/api/items", "GET", appOrigin, 204, appOrigin, "", preVary},
		{"preflight of another origin", "OPTIONS", "/api/items", "PUT", "https://evil.example", 204, "", "", preVary},
		{"preflight of null", "OPTIONS", "/api/items", "PUT", "null", 204, "", "", preVary},
		{"a preflight is answered before a view for OPTIONS", "OPTIONS", "/api/own", "GET", appOrigin, 204, appOrigin, "", preVary},
		{"OPTIONS that asks for nothing reaches it", "OPTIONS", "/api/own", "", appOrigin, 200, appOrigin, "", preVary},
		{"a method that no route takes", "OPTIONS", "/api/items", "DELETE", appOrigin, 204, appOrigin, "", preVary},
		{"a path that is not there", "OPTIONS", "/api/nothing", "PUT", appOrigin, 204, appOrigin, "", preVary},
		{"its 404 can be read", "GET", "/api/nothing", "", appOrigin, 404, appOrigin, "", "Origin, Accept"},
		{"a panic's page can be read", "GET", "/api/broken", "", appOrigin, 500, appOrigin, "", "Origin, Accept"},
		{"the route's own guard holds", "GET", "/api/public", "", "https://anyone.example", 200, "*", "", "Origin"},
		{"and for preflights", "OPTIONS", "/api/public", "GET", appOrigin, 204, "*", "", preVary},
		{"taken off", "GET", "/api/private", "", appOrigin, 200, "", "", ""},
		{"taken off for preflights", "OPTIONS", "/api/private", "GET", appOrigin, 200, "", "", ""},
		{"a preflight elsewhere", "OPTIONS", "/", "GET", appOrigin, 200, "", "", ""},
		{"a mounted handler", "OPTIONS", "/api/mounted/x", "PATCH", appOrigin, 204, appOrigin, "PUT, PATCH, DELETE", preVary},
	} {
		t.Run(row.name, func(t *testing.T) {
			caller := foreign(client, row.origin)
			if row.origin == "" {
				caller = client.Another()
			}
			resp := ask(caller, row.method, row.target, row.wanted)
			h := resp.Header
			if resp.Status != row.status || h.Get("Access-Control-Allow-Origin") != row.allow ||
				h.Get("Access-Control-Allow-Methods") != row.methods || h.Get("Vary") != row.vary {
				t.Errorf("got %d, origin %q, methods %q, Vary %q", resp.Status, h.Get("Access-Control-Allow-Origin"), h.Get("Access-Control-Allow-Methods"), h.Get("Vary"))
			}
			if h.Get("Access-Control-Allow-Private-Network") != "" || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("X-Method") != "" {
				t.Errorf("headers: %v", h)
			}
		})
	}
}

// TestCORSBeforeLimitsAndPermissions: a preflight carries no credentials, so it
// passes what asks for some, and a page can read why it was refused.
func TestCORSBeforeLimitsAndPermissions(t *testing.T) {
	app, _ := newApp(t)
	var ran []string
	for stage, name := range map[dewar.Stage]string{dewar.StageLimit: "limit", dewar.StageSession: "session", dewar.StagePermission: "permission"} {
		app.Guard(dewar.GuardFunc(stage, name, func(c *dewar.Context) error {
			ran = append(ran, name)
			if c.Query("at") == name {
				return &dewar.HTTPError{Code: map[string]int{"limit": 429, "session": 503, "permission": 401}[name], Header: http.Header{"Retry-After": {"9"}}}
			}
			return nil
		}))
	}
	app.Before(func(*dewar.Context) error { ran = append(ran, "before"); return nil })
	app.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { ran = append(ran, "middleware"); next.ServeHTTP(w, r) })
	})
	app.Delete("/item", text("gone")).Guard(dewar.CORS(fromApp))
	caller := foreign(dewartest.New(t, app), appOrigin)
	for _, at := range []string{"limit", "session", "permission"} {
		ran = nil
		if resp := ask(caller, "OPTIONS", "/item?at="+at, "DELETE"); resp.Status != 204 || resp.Header.Get("Access-Control-Allow-Methods") != "DELETE" || len(ran) > 0 {
			t.Errorf("%s: preflight %d %v, ran %v", at, resp.Status, resp.Header, ran)
		}
		resp := ask(caller, "DELETE", "/item?at="+at, "")
		if resp.Status < 400 || resp.Header.Get("Access-Control-Allow-Origin") != appOrigin || resp.Header.Get("Retry-After") != "9" {
			t.Errorf("%s: refusal %d %v", at, resp.Status, resp.Header)
		}
	}
	if resp := ask(caller, "DELETE", "/item", ""); resp.Status != 200 {
		t.Errorf("got %d", resp.Status)
	}
}

// TestCVE_2024_25124_RefusedAtStart: CVE-2018-20744 rs/cors, CVE-2019-25211
// gin-contrib/cors, CVE-2024-25124 Fiber, CVE-2017-20146 gorilla/handlers.
func TestCVE_2024_25124_RefusedAtStart(t *testing.T) {
	for name, put := range map[string]func(*dewar.App, dewar.Guard){
		"app": func(a *dewar.App, g dewar.Guard) { a.Guard(g) },
		"blueprint": func(a *dewar.App, g dewar.Guard) {
			b := dewar.NewBlueprint("b", dewar.BlueprintOptions{Prefix: "/b"})
			b.Guard(g)
			a.Register(b)
		},
		"route": func(a *dewar.App, g dewar.Guard) { a.Get("/x", text("x")).Name("x").Guard(g) },
	} {
		app, _ := newApp(t, func(c *dewar.Config) { c.Loopback = true })
		app.Get("/", text("x"))
		put(app, dewar.CORS(secure.CORSOptions{Origins: []string{"*"}, Credentials: true}))
		_, err := app.Handler()
		if err == nil || !strings.Contains(err.Error(), "with credentials lets every site read") || !strings.Contains(err.Error(), "cors_test.go:") {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Count(err.Error(), "with credentials") != 1 {
			t.Errorf("%s: said more than once: %v", name, err)
		}
	}
}

// TestFlaskCORSPaths spells paths as others' path patterns got them wrong: the
// policy goes with the view, however the path is written. CVE-2020-25032 (paths
// not canonical), CVE-2024-6839 (the longest pattern wins), CVE-2024-6844 (a plus
// sign decoded as a space), CVE-2024-6866 (case ignored).
func TestFlaskCORSPaths(t *testing.T) {
	app, _ := newApp(t)
	var reached string
	view := func(name string) dewar.View {
		return func(c *dewar.Context) error { reached = name; return c.Text(name) }
	}
	app.Get("/open", view("open")).Name("open").Guard(dewar.CORS(fromApp))
	app.Get("/open/secret", view("secret")).Name("secret")
	app.Get("/Open", view("Open")).Name("Open")
	app.Get("/a b", view("space")).Name("space").Guard(dewar.CORS(fromApp))
	app.Get("/a+b", view("plus")).Name("plus")
	caller := foreign(dewartest.New(t, app), appOrigin)
	for target, want := range map[string]string{
		"/open": "open", "/%6fpen": "open", "/open/secret": "secret", "/open/%73ecret": "secret", "/Open": "Open", "/OPEN": "",
		"/a%20b": "space", "/a+b": "plus", "/a%2Bb": "plus", "/x/../open": "", "/open%2fsecret": "", "//open": "open", "/open/": "",
	} {
		for _, method := range []string{"GET", "OPTIONS"} {
			reached = ""
			wanted := ""
			if method == "OPTIONS" {
				wanted = "GET"
			}
			resp := ask(caller, method, target, wanted)
			allowed := resp.Header.Get("Access-Control-Allow-Origin") != ""
			if allowed != (want == "open" || want == "space") || method == "GET" && reached != want {
				t.Errorf("%s %s: %d, reached %q, readable %v", method, target, resp.Status, reached, allowed)
			}
		}
	}
}

// TestCORSAndCSRF: what an allowed origin may send.
func TestCORSAndCSRF(t *testing.T) {
	app, _ := newApp(t)
	withCookies := fromApp
	withCookies.Credentials = true
	app.Post("/plain", text("done")).Name("plain").Guard(dewar.CORS(fromApp))
	app.Post("/cookies", text("done")).Name("cookies").Guard(dewar.CORS(withCookies))
	app.Post("/any", text("done")).Name("any").Guard(dewar.CORS(secure.CORSOptions{Origins: []string{"*"}}))
	app.Post("/none", text("done")).Name("none")
	client := dewartest.New(t, app)
	for _, row := range []struct {
		target, origin, header, value string
		status                        int
	}{
		{"/plain", appOrigin, "", "", 200},
		{"/plain", appOrigin, "Authorization", "Bearer abc", 200},
		{"/plain", appOrigin, "Cookie", "session=x", 403},
		{"/plain", appOrigin, "Authorization", "Basic abc", 403},
		{"/plain", "https://evil.example", "", "", 403},
		{"/plain", "null", "", "", 403},
		{"/cookies", appOrigin, "Cookie", "theme=dark", 200},
		{"/cookies", "http://app.example.com", "Cookie", "theme=dark", 403},
		{"/any", "https://evil.example", "", "", 403},
		{"/none", appOrigin, "", "", 403},
	} {
		r := foreign(client, row.origin).NewRequest("POST", row.target, nil)
		r.Header.Set("Origin", row.origin)
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		if row.header != "" {
			r.Header.Set(row.header, row.value)
		}
		if resp := client.Another().Do(r); resp.Status != row.status || !strings.Contains(resp.Header.Get("Vary"), "Origin") {
			t.Errorf("%s from %s with %s %s: got %d %v, want %d", row.target, row.origin, row.header, row.value, resp.Status, resp.Header["Vary"], row.status)
		}
	}
}

// TestCORSOverTheFallback: the other application's own permissions do not stand
// beside this app's.
func TestCORSOverTheFallback(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Access-Control-Allow-Credentials", "true")
		_, _ = w.Write([]byte(r.Method))
	}))
	defer other.Close()
	app, _ := newApp(t)
	app.Guard(dewar.CORS(fromApp))
	app.Fallback(other.URL)
	caller := foreign(dewartest.New(t, app), appOrigin)
	resp := caller.Get("/theirs")
	if got := resp.Header["Access-Control-Allow-Origin"]; resp.Text != "GET" || len(got) != 1 || got[0] != appOrigin || resp.Header.Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("got %d %q %v", resp.Status, resp.Text, resp.Header)
	}
	if resp := ask(caller, "OPTIONS", "/theirs", "GET"); resp.Status != 204 || resp.Text != "" {
		t.Errorf("preflight: %d %q", resp.Status, resp.Text)
	}
}
