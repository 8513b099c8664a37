package dewartest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/internal/testhook"
	"github.com/dewar-go/dewar/session"
)

// A Client sends requests to an app. Make it with [New]. One goroutine may use it; several clients may share an app.
type Client struct {
	// SecFetchSite is the header Sec-Fetch-Site of every request. "" sends none. Default: "same-origin", as a browser
	// sends on the app's own pages.
	SecFetchSite string
	// Host is the Host header. Default: "localhost".
	Host string
	// FollowRedirects follows redirects within the app, at most ten, and returns the last answer. Default: false.
	FollowRedirects bool
	// Header is added to every request.
	Header http.Header

	t       testing.TB
	app     *dewar.App
	handler http.Handler
	cookies jar
}

// New makes a client. It freezes the app and runs its start functions. When the test ends, the app is stopped. A
// mistake in the app's configuration fails the test.
func New(t testing.TB, app *dewar.App) *Client {
	t.Helper()
	handler, err := testhook.Handler(app)
	if err != nil {
		t.Fatal(err)
	}
	if err := app.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := app.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return &Client{
		SecFetchSite: "same-origin", Host: "localhost", Header: http.Header{},
		t: t, app: app, handler: handler,
	}
}

// Another makes a client of the same app without cookies, as another visitor.
func (c *Client) Another() *Client {
	other := *c
	other.cookies, other.Header = jar{}, c.Header.Clone()
	return &other
}

// A Response is an answer, read to its end.
type Response struct {
	Status int
	Header http.Header
	Text   string
	// Aborted says that the app cut the connection, so that the answer is not complete.
	Aborted bool
	// Request is the request that was answered: the last one after redirects.
	Request *http.Request
}

// Location returns the Location header.
func (r *Response) Location() string { return r.Header.Get("Location") }

// JSON decodes the body into v.
func (r *Response) JSON(v any) error { return json.Unmarshal([]byte(r.Text), v) }

// Get sends a GET.
func (c *Client) Get(target string) *Response { return c.Do(c.NewRequest("GET", target, nil)) }

// PostForm sends an urlencoded form.
func (c *Client) PostForm(target string, form url.Values) *Response {
	r := c.NewRequest("POST", target, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return c.Do(r)
}

// PostJSON sends v as JSON.
func (c *Client) PostJSON(target string, v any) *Response {
	c.t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		c.t.Fatal(err)
	}
	r := c.NewRequest("POST", target, bytes.NewReader(b))
	r.Header.Set("Content-Type", "application/json")
	return c.Do(r)
}

// NewRequest makes a request that can be changed and sent with [Client.Do].
func (c *Client) NewRequest(method, target string, body io.Reader) *http.Request {
	c.t.Helper()
	r := httptest.NewRequestWithContext(c.t.Context(), method, target, body)
	r.RemoteAddr = "127.0.0.1:50000"
	r.Host = c.Host
	maps.Copy(r.Header, c.Header)
	if c.SecFetchSite != "" {
		r.Header.Set("Sec-Fetch-Site", c.SecFetchSite)
	}
	return r
}

// Do sends a request with the client's cookies for its host and path. Secure cookies are sent to targets with https://
// and to localhost.
func (c *Client) Do(r *http.Request) *Response {
	c.t.Helper()
	for range 10 {
		resp := c.send(r)
		next := c.redirected(resp)
		if next == nil {
			return resp
		}
		r = next
	}
	c.t.Fatalf("dewartest: more than ten redirects, the last one to %s", r.URL)
	return nil
}

func (c *Client) send(r *http.Request) *Response {
	path, https := cmp.Or(r.URL.EscapedPath(), "/"), r.TLS != nil
	for _, cookie := range c.cookies.sent(r.Host, path, https) {
		r.AddCookie(&http.Cookie{Name: cookie.Name, Value: cookie.Value})
	}
	recorder := httptest.NewRecorder()
	resp := &Response{Request: r}
	func() {
		defer func() {
			if p := recover(); p != nil {
				if p != http.ErrAbortHandler {
					panic(p)
				}
				resp.Aborted = true
			}
		}()
		c.handler.ServeHTTP(recorder, r)
	}()
	result := recorder.Result()
	resp.Status, resp.Header = result.StatusCode, result.Header
	if r.Method != http.MethodHead {
		resp.Text = recorder.Body.String()
	}
	for _, cookie := range result.Cookies() {
		c.cookies.set(cookie, r.Host, path, https)
	}
	return resp
}

// redirected returns the request that follows a redirect, or nil. 307 and 308 would send the body again, which is gone.
// So they are followed only for GET and HEAD.
func (c *Client) redirected(resp *Response) *http.Request {
	location := resp.Location()
	if !c.FollowRedirects || resp.Status < 300 || resp.Status > 399 || location == "" {
		return nil
	}
	u, err := resp.Request.URL.Parse(location)
	if err != nil || u.Host != "" && u.Host != resp.Request.Host && u.Host != c.Host {
		return nil
	}
	method := resp.Request.Method
	if method != http.MethodGet && method != http.MethodHead {
		if resp.Status >= 307 {
			return nil
		}
		method = http.MethodGet
	}
	target := u.RequestURI()
	if u.Scheme == "https" || u.Scheme == "" && resp.Request.TLS != nil {
		target = "https://" + c.Host + target
	}
	return c.NewRequest(method, target, nil)
}

// Cookie returns the cookie with the name, or nil. Of several for different paths or domains it is the one set last.
func (c *Client) Cookie(name string) *http.Cookie { return c.cookies.named(name) }

// SetCookie sets a cookie that is sent to every host and path. It replaces all cookies with this name.
func (c *Client) SetCookie(name, value string) { c.cookies.give(name, value) }

// ClearCookies removes all cookies, as for a new visitor.
func (c *Client) ClearCookies() { c.cookies = jar{} }

// Session reads and changes the client's session, as Flask's session_transaction does. The next request sees the
// changes.
func (c *Client) Session(f func(*session.Session)) {
	c.t.Helper()
	store, name := testhook.Sessions(c.app)
	var value string
	if cookie := c.cookies.named(name); cookie != nil {
		value = cookie.Value
	}
	s, err := store.Load(c.t.Context(), value)
	if err != nil {
		c.t.Fatal(err)
	}
	f(s)
	if !s.Modified() {
		return
	}
	if value, err = store.Save(c.t.Context(), s); err != nil {
		c.t.Fatal(err)
	}
	if value == "" {
		c.cookies.remove(name)
		return
	}
	c.SetCookie(name, value)
}
