package secure_test

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"github.com/dewar-go/dewar/secure"
	"github.com/dewar-go/dewar/sign"
)

// A plain net/http program with everything this package has.
func Example() {
	hosts, err := secure.NewHosts([]string{"app.example"})
	if err != nil {
		log.Fatal(err)
	}
	proxies, err := secure.NewProxies(secure.ProxyConfig{Trusted: []string{"10.0.0.0/8"}, For: 1, Proto: 1})
	if err != nil {
		log.Fatal(err)
	}
	headers, err := secure.Headers{}.Compile()
	if err != nil {
		log.Fatal(err)
	}
	room, err := secure.NewConcurrency(1000, time.Second)
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		origin, _ := secure.RequestOrigin(r)
		w.Header().Set("Content-Type", "text/plain")
		fmt.Fprintf(w, "%s://%s for %s", origin.Scheme, origin.Host, origin.Addr)
	})
	handler := proxies.Wrap(hosts.Wrap(room.Wrap(secure.Pace{}.Wrap(headers.Wrap(mux)))))

	r := httptest.NewRequest("GET", "http://app.example/", nil)
	r.RemoteAddr = "10.0.0.7:4711"
	r.Header.Set("X-Forwarded-For", "127.0.0.1, 198.51.100.7")
	r.Header.Set("X-Forwarded-Proto", "https")
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	fmt.Println(w.Body)
	fmt.Println(w.Header().Get("Strict-Transport-Security"))
	// Output:
	// https://app.example for 198.51.100.7
	// max-age=63072000; includeSubDomains
}

func ExampleNewHosts() {
	hosts, err := secure.NewHosts([]string{"example.com", ".example.org", "[::1]"})
	if err != nil {
		log.Fatal(err)
	}
	for _, host := range []string{"example.com:8080", "www.example.com", "a.example.org", "[::1]:5000", "example.com.evil.test"} {
		fmt.Println(host, hosts.Allowed(host))
	}
	// Output:
	// example.com:8080 true
	// www.example.com false
	// a.example.org true
	// [::1]:5000 true
	// example.com.evil.test false
}

func ExampleCanonicalPath() {
	for _, path := range []string{"/caf%C3%A9", "/static/..%2fsecret", "/a/..;/b", "/%252e%252e/"} {
		decoded, err := secure.CanonicalPath(path)
		fmt.Printf("%q %v\n", decoded, err)
	}
	// Output:
	// "/café" <nil>
	// "" secure: bad path: encoded slash
	// "" secure: bad path: path parameter on an empty or dot segment
	// "/%2e%2e/" <nil>
}

func ExampleCSP() {
	policy := secure.DefaultCSP().
		With("img-src", "'self'", "data:").
		Add("script-src", secure.CSPHash("startApp()")).
		Without("upgrade-insecure-requests")
	fmt.Println(policy)
	fmt.Println(policy.Add("script-src", "self").Check())
	// Output:
	// default-src 'self'; script-src 'self' 'nonce-NONCE' 'sha256-tbHiLfFxk+3UKR1aZbQCNmx+rx8ndFa/zkXGLnfe+Ic='; style-src 'self' 'nonce-NONCE'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'
	// secure: CSP: script-src: value "self": a keyword is written with quotes: "'self'"
}

func ExampleHeaderSet_Apply() {
	set, err := secure.Headers{FrameOptions: "SAMEORIGIN", CrossOriginOpenerPolicy: secure.InsecureOff}.Compile()
	if err != nil {
		log.Fatal(err)
	}
	h := http.Header{}
	set.Apply(h, secure.Answer{HTML: true, SessionRead: true, Nonce: secure.NewNonce()})
	for _, name := range []string{"X-Frame-Options", "Cross-Origin-Opener-Policy", "Cache-Control", "X-Content-Type-Options"} {
		fmt.Printf("%s: %q\n", name, h.Get(name))
	}
	// Output:
	// X-Frame-Options: "SAMEORIGIN"
	// Cross-Origin-Opener-Policy: ""
	// Cache-Control: "no-store"
	// X-Content-Type-Options: "nosniff"
}

// session is where a program keeps the CSRF secret of one visitor.
type session struct{ secret string }

func (s *session) CSRFSecret() (string, bool)  { return s.secret, s.secret != "" }
func (s *session) SetCSRFSecret(secret string) { s.secret = secret }

func ExampleCSRF_Check() {
	keys, err := sign.NewKeyRing(sign.GenerateKey())
	if err != nil {
		log.Fatal(err)
	}
	csrf, err := secure.NewCSRF(secure.CSRFOptions{Keys: keys, TrustedOrigins: []string{"https://admin.app.example"}})
	if err != nil {
		log.Fatal(err)
	}
	visitor := &session{}
	token, err := csrf.Token(visitor) // goes into the form, as csrf_token
	if err != nil {
		log.Fatal(err)
	}
	here := secure.Origin{Scheme: "https", Host: "app.example"}
	check := func(headers map[string]string, form url.Values) {
		r := httptest.NewRequest("POST", "https://app.example/delete", nil)
		r.Header.Set("Cookie", "session=…")
		for name, value := range headers {
			r.Header.Set(name, value)
		}
		err := csrf.Check(r, here, secure.AmbientCredential(r),
			func() secure.TokenState { return visitor },
			func() (url.Values, error) { return form, nil })
		var refused *secure.CSRFError
		if errors.As(err, &refused) {
			fmt.Println(refused.StatusCode(), refused.Reason)
			return
		}
		fmt.Println("passes")
	}
	check(map[string]string{"Sec-Fetch-Site": "same-origin"}, nil)
	check(map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://admin.app.example"}, nil)
	check(map[string]string{"Sec-Fetch-Site": "same-site"}, nil)
	check(map[string]string{"Origin": "http://app.example"}, nil)
	check(nil, nil)
	check(nil, url.Values{"csrf_token": {token}})
	// Output:
	// passes
	// passes
	// 403 The request comes from another site.
	// 403 The origin of the request does not match the host.
	// 400 The CSRF token is missing.
	// passes
}

func ExampleCORS() {
	cors, err := secure.NewCORS(secure.CORSOptions{
		Origins: []string{"https://spa.example"}, Methods: []string{"PUT"}, AllowHeaders: []string{"Content-Type"}, Credentials: true,
	})
	if err != nil {
		log.Fatal(err)
	}
	r := httptest.NewRequest("OPTIONS", "/api/items/1", nil)
	r.Header.Set("Origin", "https://spa.example")
	r.Header.Set("Access-Control-Request-Method", "PUT")
	h := http.Header{}
	result := cors.Apply(h, r)
	fmt.Println(result.Preflight, result.Allowed, h.Get("Access-Control-Allow-Methods"))

	_, err = secure.NewCORS(secure.CORSOptions{Origins: []string{"*"}, Credentials: true})
	fmt.Println(err)
	// Output:
	// true true PUT
	// secure: CORS: origin "*" with credentials lets every site read the answers as the visitor; list the origins
}

func ExampleLocalRedirect() {
	for _, next := range []string{"/account?tab=2", "//evil.example", `/\evil.example`, "https://evil.example"} {
		target, err := secure.LocalRedirect(next)
		if err != nil {
			target = "/"
		}
		fmt.Println(target)
	}
	// Output:
	// /account?tab=2
	// /
	// /
	// /
}

func ExampleFilename() {
	fmt.Println(secure.Filename("../../etc/passwd"))
	fmt.Println(secure.Filename("Über uns.pdf"))
	fmt.Println(secure.Filename("CON.txt"))
	// Output:
	// etc_passwd
	// Uber_uns.pdf
	// _CON.txt
}

func ExampleContentDisposition() {
	fmt.Println(secure.ContentDisposition("attachment", "Über uns.pdf"))
	// Output: attachment; filename="Uber uns.pdf"; filename*=UTF-8''%C3%9Cber%20uns.pdf
}

func ExampleNewProxyListener() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	listener, err := secure.NewProxyListener(l, []string{"127.0.0.1"}, 0)
	if err != nil {
		log.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.RemoteAddr)
	})}
	go server.Serve(listener)
	defer server.Close()

	// What a load balancer sends before the client's bytes.
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, "\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c"+"\xc6\x33\x64\x07\xcb\x00\x71\x01\x12\x67\x01\xbb")
	io.WriteString(c, "GET / HTTP/1.0\r\n\r\n")
	answer, err := io.ReadAll(c)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(answer[strings.LastIndex(string(answer), "\n")+1:]))
	// Output: 198.51.100.7:4711
}
