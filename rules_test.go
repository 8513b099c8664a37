package dewar_test

import (
	"bufio"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/routing"
	"github.com/dewar-go/dewar/sign"
)

func TestRuleKinds(t *testing.T) {
	type isbn string
	app, _ := newApp(t, func(c *dewar.Config) {
		c.Converters = map[string]routing.ConverterFunc{
			"isbn": routing.NewConverter(`\d{3}-\d+`, func(s string) (isbn, error) { return isbn(s), nil }, func(v isbn) (string, error) { return string(v), nil }),
		}
	})
	book := dewar.Get1(app, "/books/<isbn:n>", func(c *dewar.Context, n isbn) error { return c.Text("book " + string(n)) }).Name("book")
	app.Get("/branch/", text("branch")).Name("branch")
	app.Get("/leaf", text("leaf")).Name("leaf")
	app.Get("/either/", text("either")).Name("either").StrictSlashes(false)
	app.RedirectRule("/old/<int:id>", "/new/<id>")
	app.BuildOnly("/elsewhere/<name>", "elsewhere")
	list := func(c *dewar.Context) error { return c.Text(fmt.Sprint("page ", c.Param("page"))) }
	app.Get("/list", list).Name("list").Defaults(map[string]any{"page": 1})
	app.Get("/list/<int:page>", list).Name("list")
	app.Get("/urls", func(c *dewar.Context) error {
		a, err := c.URL(book.To("978-3"))
		if err != nil {
			return err
		}
		b, err := c.URL(dewar.To("elsewhere", "name", "x y"))
		if err != nil {
			return err
		}
		_, refused := c.URL(dewar.To("elsewhere", "name", "../up"))
		return c.Text(a + " " + b + " " + fmt.Sprint(refused != nil))
	})
	client := dewartest.New(t, app)
	rows := []struct {
		path, want string // a text, or "-> " and where it leads
	}{
		{"/books/978-3", "book 978-3"}, {"/books/x", "404"},
		{"/branch/", "branch"}, {"/branch", "-> http://localhost/branch/"}, {"/branch?q=1", "-> http://localhost/branch/?q=1"},
		{"/leaf", "leaf"}, {"/leaf/", "404"}, {"/either", "either"}, {"/either/", "either"}, {"/leaf//", "404"},
		{"//branch/", "branch"}, {"/books//978-3", "-> http://localhost/books/978-3"},
		{"/old/7", "-> http://localhost/new/7"}, {"/elsewhere/x", "404"},
		{"/list", "page 1"}, {"/list/2", "page 2"}, {"/list/1", "-> http://localhost/list"},
		{"/urls", "/books/978-3 /elsewhere/x%20y true"},
	}
	for _, row := range rows {
		resp := client.Get("http://localhost" + row.path)
		got := resp.Text
		switch {
		case resp.Status == 404:
			got = "404"
		case resp.Status == 308:
			got = "-> " + resp.Location()
		}
		if got != row.want {
			t.Errorf("%s: got %d %q, want %q", row.path, resp.Status, got, row.want)
		}
	}
}

func TestHostsAndSubdomains(t *testing.T) {
	app, _ := newApp(t, func(c *dewar.Config) {
		c.HostMatching, c.TrustedHosts = true, []string{".example.com"}
	})
	app.Get("/", text("anywhere")).Name("any")
	app.Get("/", func(c *dewar.Context) error { return c.Text("api " + fmt.Sprint(c.Param("v"))) }).Host("<v>.api.example.com").Name("api")
	app.Get("/to", func(c *dewar.Context) error { return c.Redirect(dewar.To("api", "v", "2")) })
	app.Get("/here", func(c *dewar.Context) error { return c.Redirect(dewar.To("any")) })
	client := dewartest.New(t, app)
	if got := client.Get("/").Text; got != "anywhere" {
		t.Errorf("got %q", got)
	}
	if got := client.Get("/to").Location(); got != "http://2.api.example.com/" {
		t.Errorf("to the other host: %q", got)
	}
	if got := client.Get("/here").Location(); got != "/" {
		t.Errorf("on this host: %q", got)
	}
	client.Host = "1.api.example.com"
	if got := client.Get("/").Text; got != "api 1" {
		t.Errorf("got %q", got)
	}

	app, _ = newApp(t, func(c *dewar.Config) {
		c.SubdomainMatching, c.ServerName, c.TrustedHosts = true, "example.com", []string{".example.com"}
	})
	bp := dewar.NewBlueprint("shop", dewar.BlueprintOptions{Subdomain: "shop"})
	bp.Get("/", text("shop")).Name("index")
	app.Register(bp)
	app.Get("/", func(c *dewar.Context) error {
		u, err := c.URL(dewar.To("shop.index"))
		if err != nil {
			return err
		}
		return c.Text(u)
	}).Name("index")
	client = dewartest.New(t, app)
	client.Host = "example.com"
	if got := client.Get("/").Text; got != "http://shop.example.com/" {
		t.Errorf("got %q", got)
	}
	client.Host = "shop.example.com"
	if got := client.Get("/").Text; got != "shop" {
		t.Errorf("got %q", got)
	}
}

func TestURLValues(t *testing.T) {
	lang := dewar.NewKey[string]("lang")
	app, _ := newApp(t, func(c *dewar.Config) {
		c.Templates = mapFS("p.html", `{{ g.lang }} {{ url_for('.about') }} {{ url_for('.about', lang_code='fr') }}`)
	})
	bp := dewar.NewBlueprint("site", dewar.BlueprintOptions{Prefix: "/<lang_code>"})
	bp.URLValuePreprocessor(func(c *dewar.Context, values routing.Values) error {
		code, _ := values.Get("lang_code")
		if code == "xx" {
			return dewar.StatusError(404)
		}
		lang.Set(c, code.(string))
		return nil
	})
	bp.URLDefaults(func(c *dewar.Context, endpoint string, values map[string]any) {
		if _, given := values["lang_code"]; !given && c != nil && dewar.EndpointExpects(c.App(), endpoint, "lang_code") {
			values["lang_code"] = lang.Value(c)
		}
	})
	bp.Get("/", func(c *dewar.Context) error { return c.Render("p.html", nil) }).Name("index")
	bp.Get("/about", text("about")).Name("about")
	app.Register(bp)
	client := dewartest.New(t, app)
	if got := client.Get("/de/").Text; got != "de /de/about /fr/about" {
		t.Errorf("got %q", got)
	}
	if got := client.Get("/xx/"); got.Status != 404 {
		t.Errorf("got %d", got.Status)
	}
}

func TestMountAndWrap(t *testing.T) {
	app, _ := newApp(t)
	echo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s %s", r.Method, r.URL.Path)
	})
	app.Mount("/debug", echo)
	app.Get("/wrapped", dewar.Wrap(echo))
	app.Get("/silent", dewar.Wrap(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})))
	bp := dewar.NewBlueprint("bp", dewar.BlueprintOptions{Prefix: "/bp"})
	bp.Mount("/files", echo)
	app.Register(bp)
	client := dewartest.New(t, app)
	for path, want := range map[string]string{
		"/debug/": "GET /", "/debug/a/b": "GET /a/b", "/wrapped": "GET /wrapped", "/bp/files/x": "GET /x", "/silent": "",
	} {
		if got := client.Get(path); got.Status != 200 || got.Text != want || got.Header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: %d %q", path, got.Status, got.Text)
		}
	}
	client.SecFetchSite = "cross-site"
	if got := client.PostForm("/debug/a", nil); got.Status != 403 {
		t.Errorf("a mounted handler without CSRF protection: %d", got.Status)
	}
}

func TestWebSocketRules(t *testing.T) {
	app, _ := newApp(t, func(c *dewar.Config) { c.Loopback = true })
	app.Get("/ws", func(c *dewar.Context) error {
		conn, rw, err := http.NewResponseController(c.Writer()).Hijack()
		if err != nil {
			return err
		}
		defer conn.Close()
		_, err = rw.WriteString("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nhello")
		return errors.Join(err, rw.Flush())
	}).WebSocket()
	handler, err := app.Handler()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	defer server.Close()
	shake := func(origin string, upgrade bool) *http.Response {
		r, err := http.NewRequest("GET", server.URL+"/ws", nil)
		if err != nil {
			t.Fatal(err)
		}
		if upgrade {
			r.Header.Set("Connection", "Upgrade")
			r.Header.Set("Upgrade", "websocket")
		}
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		return resp
	}
	resp := shake(server.URL, true)
	if resp.StatusCode != 101 {
		t.Fatalf("own origin: %d", resp.StatusCode)
	}
	word, _ := bufio.NewReader(resp.Body).Peek(5)
	if string(word) != "hello" {
		t.Errorf("got %q", word)
	}
	resp.Body.Close()
	// CVE-2019-13611: another site's page must not open a socket with our cookies.
	for origin, want := range map[string]int{"http://evil.example": 403, "null": 403} {
		resp := shake(origin, true)
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("origin %q: %d", origin, resp.StatusCode)
		}
	}
	resp = shake("", false)
	resp.Body.Close()
	if resp.StatusCode != 400 {
		t.Errorf("plain HTTP on a WebSocket rule: %d", resp.StatusCode)
	}
}

// TestMountedWebSockets shakes hands with a mounted handler: CVE-2019-13611 and
// its like with every spelling of the handshake.
func TestMountedWebSockets(t *testing.T) {
	app, _ := newApp(t)
	reached := 0
	app.Mount("/hub", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reached++
		fmt.Fprint(w, r.URL.Path)
	}))
	client := dewartest.New(t, app)
	rows := []struct {
		upgrade []string
		origin  string
		status  int
	}{
		{[]string{"websocket"}, "http://localhost", 200},
		{[]string{"WebSocket"}, "http://localhost", 200},
		{[]string{"websocket"}, "http://evil.example", 403},
		{[]string{"websocket, x"}, "http://evil.example", 403},
		{[]string{"x,websocket"}, "http://evil.example", 403},
		{[]string{"x", "websocket"}, "http://evil.example", 403},
		{[]string{"websocket/13"}, "http://evil.example", 403},
		{[]string{"\twebsocket "}, "null", 403},
		{[]string{"h2c"}, "http://evil.example", 200},
		{nil, "http://evil.example", 200},
	}
	for _, row := range rows {
		for _, path := range []string{"/hub/", "/hub/chat"} {
			reached = 0
			r := client.NewRequest("GET", path, nil)
			r.Header.Del("Sec-Fetch-Site")
			r.Header["Connection"], r.Header["Upgrade"], r.Header["Origin"] = []string{"Upgrade"}, row.upgrade, []string{row.origin}
			if resp := client.Do(r); resp.Status != row.status || (reached == 1) != (row.status == 200) {
				t.Errorf("%s: %q from %s: got %d, the handler was reached %d times", path, row.upgrade, row.origin, resp.Status, reached)
			}
		}
	}
	for _, info := range app.Routes() {
		if info.WebSocket {
			t.Errorf("%s is listed a second time", info.Rule)
		}
	}
}

func TestBehindAProxy(t *testing.T) {
	app, _ := newApp(t, func(c *dewar.Config) {
		c.Proxies.Trusted = []string{"127.0.0.1/32"}
		c.Proxies.For, c.Proxies.Proto, c.Proxies.Host, c.Proxies.Prefix = 1, 1, 1, 1
		c.TrustedHosts = []string{"shop.example.com"}
		c.SecretKey = dewar.NewSecret(sign.GenerateKey())
	})
	app.Get("/", func(c *dewar.Context) error {
		u, err := c.URL(dewar.To("page").External())
		if err != nil {
			return err
		}
		c.Session().Set("x", 1)
		return c.Text(u + " " + c.ClientIP().String() + " " + c.Request().Header.Get("X-Forwarded-For"))
	})
	app.Get("/page", text("page")).Name("page")
	app.Get("/api", text("api")).API()
	handler, err := app.Handler()
	if err != nil {
		t.Fatal(err)
	}
	ask := func(path, peer string, headers ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", path, nil)
		r.RemoteAddr, r.Host = peer+":999", "shop.example.com"
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w
	}
	good := []string{"X-Forwarded-For", "6.6.6.6, 203.0.113.9", "X-Forwarded-Proto", "https", "X-Forwarded-Host", "shop.example.com", "X-Forwarded-Prefix", "/shop"}
	w := ask("/", "127.0.0.1", good...)
	if got := w.Body.String(); !strings.HasPrefix(got, "https://shop.example.com/shop/page 203.0.113.9") {
		t.Errorf("got %d %q", w.Code, got)
	}
	// CVE-2026-53624: the header is really there behind a trusted proxy.
	if got := w.Header().Get("Strict-Transport-Security"); !strings.Contains(got, "max-age=63072000") {
		t.Errorf("HSTS: %q", got)
	}
	if got := w.Header().Get("Set-Cookie"); !strings.HasPrefix(got, "__Host-session=") || !strings.Contains(got, "; Secure") {
		t.Errorf("cookie: %q", got)
	}
	// CVE-2020-28483: a stranger's headers are not believed, and it came by plain HTTP.
	w = ask("/page?a=1", "198.51.100.7", good...)
	if w.Code != 308 || w.Header().Get("Location") != "https://shop.example.com/page?a=1" || w.Header().Get("Strict-Transport-Security") != "" {
		t.Errorf("spoofed: %d %v", w.Code, w.Header())
	}
	if w = ask("/api", "198.51.100.7"); w.Code != 403 {
		t.Errorf("API by plain HTTP: %d", w.Code)
	}
	if w = ask("/", "127.0.0.1", "X-Forwarded-Proto", "https", "X-Forwarded-For", "1.2.3.4", "X-Forwarded-Host", "evil.example"); w.Code != 400 {
		t.Errorf("foreign host through the proxy: %d", w.Code)
	}
}

func TestRoutes(t *testing.T) {
	app, _ := newApp(t, func(c *dewar.Config) { c.Static = nil })
	bp := dewar.NewBlueprint("api", dewar.BlueprintOptions{Prefix: "/api"})
	bp.Guard(dewar.GuardFunc(dewar.StagePermission, "members", func(*dewar.Context) error { return nil }))
	bp.Post("/items", text("x")).Name("create").API().MaxBody(10)
	app.Get("/", text("x")).Name("index")
	app.Register(bp)
	app.Mount("/debug", http.NotFoundHandler())
	var got []string
	for _, r := range app.Routes() {
		got = append(got, fmt.Sprintln(r.Endpoint, r.Rule, r.Methods, r.Guards, r.API, r.MaxBody))
		if !strings.HasPrefix(r.Source, "main/rules_test.go:") && !strings.Contains(r.Source, "rules_test.go:") {
			t.Errorf("source %q", r.Source)
		}
	}
	want := "index / [GET HEAD] [session csrf] false 1048576\n" +
		"api.create /api/items [POST] [session csrf members] true 10\n" +
		"mount /debug /debug/<path:mounted> [] [session csrf] false 1048576\n" +
		"mount /debug /debug/ [] [session csrf] false 1048576\n"
	if s := strings.Join(got, ""); s != want {
		t.Errorf("got\n%swant\n%s", s, want)
	}
}

// TestLaxSlashes: the setting is for all routes that do not say otherwise.
func TestLaxSlashes(t *testing.T) {
	app, _ := newApp(t, func(c *dewar.Config) { c.LaxSlashes = true })
	app.Get("/branch/", text("branch"))
	app.Get("/leaf", text("leaf"))
	app.Get("/strict/", text("strict")).StrictSlashes(true)
	client := dewartest.New(t, app)
	for target, want := range map[string]string{"/branch": "200 branch", "/branch/": "200 branch", "/leaf": "200 leaf", "/leaf/": "200 leaf", "/strict": "308"} {
		if resp := client.Get(target); !strings.HasPrefix(fmt.Sprint(resp.Status, " ", resp.Text), want) {
			t.Errorf("%s: got %d %q", target, resp.Status, resp.Text)
		}
	}
}
