package secure

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/dewar-go/dewar/sign"
)

// The pieces of a request's way, beside the 12 µs that net/http takes itself.
func BenchmarkRequest(b *testing.B) {
	hosts := mustHosts(b, "app.test", ".example.org")
	proxies := newProxies(b, ProxyConfig{Trusted: []string{"10.0.0.1"}})
	set := compile(b, Headers{})
	keys, err := sign.NewKeyRing(sign.GenerateKey())
	if err != nil {
		b.Fatal(err)
	}
	csrf := newCSRF(b, CSRFOptions{Keys: keys})
	flask := newCSRF(b, CSRFOptions{Keys: keys, Flask: true})
	var state memoryState
	token, _ := csrf.Token(&state)
	u := &url.URL{Path: "/users/42/posts/hello-world"}
	get := &http.Request{Method: "GET", Host: "app.test", RemoteAddr: "203.0.113.9:4711", URL: u, Header: header(
		"Accept: x", "Accept-Encoding: x", "Accept-Language: x", "Cache-Control: x", "Connection: x", "Cookie: x", "Pragma: x",
		"Sec-Ch-Ua: x", "Sec-Fetch-Dest: x", "Sec-Fetch-Mode: x", "Sec-Fetch-Site: same-origin", "User-Agent: x", "Upgrade-Insecure-Requests: 1")}
	unsafe := &http.Request{Method: "POST", Header: get.Header}
	post := &http.Request{Method: "POST", Header: header("X-Csrftoken: " + token)}
	h := make(http.Header, 16)
	for _, row := range []struct {
		name string
		f    func()
	}{
		{"Hosts.Allowed", func() { hosts.Allowed("app.test") }},
		{"Proxies.Resolve", func() { proxies.Resolve(get) }},
		{"RequestPath", func() { RequestPath(u) }},
		{"Apply/plain", func() { clear(h); set.Apply(h, Answer{HTTPS: true}) }},
		{"Apply/page", func() {
			clear(h)
			set.Apply(h, Answer{HTML: true, HTTPS: true, SessionRead: true, Nonce: "AAAAAAAAAAAAAAAAAAAAAA"})
		}},
		{"NewNonce", func() { NewNonce() }},
		{"CSRF.Check/header", func() { csrf.Check(unsafe, httpsOrigin, true, nil, nil) }},
		{"CSRF.Check/token", func() { csrf.Check(post, httpsOrigin, true, state.state(), nil) }},
		{"CSRF.Token", func() { csrf.Token(&state) }},
		{"CSRF.Token/Flask", func() { flask.Token(&state) }},
	} {
		b.Run(row.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				row.f()
			}
		})
	}
}
