package main

import (
	"bufio"
	"context"
	"html"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/sign"
)

// python is the interpreter that has Flask.
const python = "/usr/bin/python3"

// needFlask skips a test where Flask is missing, and fails it with
// DEWAR_TEST_SERVICES=required.
func needFlask(t *testing.T) {
	t.Helper()
	out, err := exec.Command(python, "-c", "import flask, flask_login, flask_wtf").CombinedOutput()
	if err == nil {
		return
	}
	text := "python3-flask, python3-flask-login and python3-flaskext.wtf are needed: " + err.Error() + " " + string(out)
	if os.Getenv("DEWAR_TEST_SERVICES") == "required" {
		t.Fatal(text)
	}
	t.Skip(text)
}

// startFlask starts the Flask half on a socket and returns its URL.
func startFlask(t *testing.T) string {
	t.Helper()
	needFlask(t)
	socket := filepath.Join(t.TempDir(), "flask")
	cmd := exec.Command(python, "-u", "flask_app.py", "unix://"+socket)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	running, ended := make(chan bool, 1), make(chan bool)
	var log strings.Builder
	go func() {
		defer close(ended)
		lines := bufio.NewScanner(stderr)
		for lines.Scan() {
			log.WriteString(lines.Text() + "\n")
			if strings.Contains(lines.Text(), "Running on") {
				running <- true
			}
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	select {
	case <-running:
	case <-ended:
		t.Fatal("Flask does not start")
	}
	return "unix:" + socket
}

// A visitor is a browser that is too old for Sec-Fetch-Site and Origin, so
// that tokens decide.
type visitor struct {
	t      *testing.T
	client *http.Client
	base   *url.URL
	page   string
}

// start starts both halves.
func start(t *testing.T) func() *visitor {
	t.Helper()
	t.Setenv("SHOP_SECRET_KEY", sign.GenerateKey())
	t.Setenv("SHOP_FLASK_URL", startFlask(t))
	app, err := newApp(dewar.Config{InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler), OnListen: func(string, net.Addr) {}})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- app.Serve(ctx, listener) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return func() *visitor {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		return &visitor{t: t, client: &http.Client{Jar: jar}, base: &url.URL{Scheme: "http", Host: listener.Addr().String(), Path: "/"}}
	}
}

// see checks the answer: which side it came from, the user, and what else the
// page must show.
func (v *visitor) see(resp *http.Response, err error, wants ...string) {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	v.page = html.UnescapeString(string(body))
	for _, want := range wants {
		if !strings.Contains(v.page, want) {
			v.t.Errorf("%s %s: %d without %q:\n%s", resp.Request.Method, resp.Request.URL.Path, resp.StatusCode, want, v.page)
		}
	}
}

func (v *visitor) get(path string, wants ...string) {
	v.t.Helper()
	resp, err := v.client.Get(v.base.JoinPath(path).String())
	v.see(resp, err, wants...)
}

var tokenField = regexp.MustCompile(`name="csrf_token" value="([^"]+)"`)

// post sends a form with the token of the page that is shown.
func (v *visitor) post(path string, form url.Values, wants ...string) {
	v.t.Helper()
	if form == nil {
		form = url.Values{}
	}
	if field := tokenField.FindStringSubmatch(v.page); field != nil && form["csrf_token"] == nil {
		form.Set("csrf_token", field[1])
	}
	resp, err := v.client.PostForm(v.base.JoinPath(path).String(), form)
	v.see(resp, err, wants...)
}

// drop deletes a cookie: for the session, the browser was closed.
func (v *visitor) drop(name string) {
	v.client.Jar.SetCookies(v.base, []*http.Cookie{{Name: name, Path: "/", MaxAge: -1}})
}

func (v *visitor) has(name string) bool {
	for _, c := range v.client.Jar.Cookies(v.base) {
		if c.Name == name {
			return true
		}
	}
	return false
}

const (
	byDewar = "Served by Dewar"
	byFlask = "Served by Flask"
)

func ann(more ...string) url.Values {
	form := url.Values{"name": {"ann"}, "password": {"correct horse"}}
	for _, name := range more {
		form.Set(name, "on")
	}
	return form
}

func TestOneUserOnBothSides(t *testing.T) {
	newVisitor := start(t)

	t.Run("signed in by Flask", func(t *testing.T) {
		v := newVisitor()
		v.t = t
		v.get("/", byDewar, ">nobody<")
		v.get("/login", byFlask)
		v.post("/login", url.Values{"name": {"ann"}, "password": {"wrong"}}, byFlask, "Wrong name or password")
		v.post("/login", ann("remember"), byDewar, `<p class="flash hello">Welcome, ann</p>`, ">ann, fresh<")
		v.get("/password", byDewar, ">ann, fresh<") // a fresh login of Flask-Login's
		v.get("/", byDewar, ">ann, fresh<")
		if strings.Contains(v.page, "Welcome") {
			t.Error("the flashed message is shown twice")
		}
		// A form of Dewar's page goes to Flask, and what Flask flashes is on
		// Dewar's page.
		v.post("/feedback", url.Values{"text": {"<nice> & é"}}, byDewar, `<p class="flash message">Thank you for: <nice> & é</p>`)
		// And the other way.
		v.get("/account", byFlask, ">ann<")
		v.post("/notes", url.Values{"text": {"milk"}}, byFlask, `<p class="flash hello">Noted</p>`, "<li>milk</li>")
		v.post("/notes", url.Values{"text": {"Zoë's \"<b>\""}}, byFlask, "<li>milk</li><li>Zoë's \"<b>\"</li>")
		// Flask's remember cookie.
		v.drop("session")
		v.get("/", byDewar, ">ann<")
		v.get("/password", byDewar, `action="/signin"`, login.NeedsRefreshMessage)
		v.drop("session")
		v.get("/account", byFlask, ">ann<")
		v.post("/logout", nil, byDewar, ">nobody<")
		if v.has("remember_token") {
			t.Error("the remember cookie is still there")
		}
	})

	t.Run("signed in by Dewar", func(t *testing.T) {
		v := newVisitor()
		v.t = t
		v.get("/signin", byDewar)
		v.post("/signin", url.Values{"name": {"ann"}, "password": {"wrong"}}, byDewar, "Wrong name or password")
		v.post("/signin", ann("remember"), byFlask, `<p class="flash hello">Welcome, ann</p>`, ">ann<")
		v.get("/payment", byFlask, ">ann<") // Flask-Login takes it for a fresh login in this browser
		v.drop("session")
		v.get("/account", byFlask, ">ann<") // by the remember cookie that Dewar made
		v.get("/payment", "Served by Flask", `action="/login"`)
		v.get("/", byDewar, ">ann<")
		v.post("/signout", nil, byDewar, ">nobody<")
		v.get("/account", byFlask, `action="/login"`)
	})

	t.Run("wrong tokens", func(t *testing.T) {
		v := newVisitor()
		v.t = t
		v.get("/", byDewar)
		wrong := func() url.Values { return url.Values{"text": {"x"}, "csrf_token": {"IngiCg.x.x"}} }
		v.post("/feedback", wrong(), "CSRF token is invalid")
		v.post("/notes", wrong(), "CSRF token is invalid")
		other := newVisitor()
		other.t = t
		other.get("/", byDewar)
		v.page = other.page
		v.post("/feedback", url.Values{"text": {"x"}}, "CSRF tokens do not match")
		v.page = other.page
		v.post("/notes", url.Values{"text": {"x"}}, "CSRF tokens do not match")
	})

	t.Run("pages that neither has", func(t *testing.T) {
		v := newVisitor()
		v.t = t
		v.get("/no-such-page", "Not Found", "If you entered the URL manually") // Flask's own words
	})
}

// Without Flask the moved routes are there, and the others are a page that says
// so.
func TestWithoutFlask(t *testing.T) {
	t.Setenv("SHOP_SECRET_KEY", sign.GenerateKey())
	t.Setenv("SHOP_FLASK_URL", "unix:"+filepath.Join(t.TempDir(), "nobody"))
	app, err := newApp(dewar.Config{InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	cl := dewartest.New(t, app)
	if resp := cl.Get("/"); resp.Status != 200 {
		t.Errorf("/: %d", resp.Status)
	}
	if resp := cl.Get("/account"); resp.Status != 503 {
		t.Errorf("/account: %d", resp.Status)
	}
}
