package routing_test

import (
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"

	"github.com/dewar-go/dewar/routing"
)

// A router for net/http in thirty lines.
func Example() {
	type view func(w http.ResponseWriter, r *http.Request, match *routing.Match)
	urls := routing.NewMap(routing.Options{})
	add := func(rule, endpoint string, f view, methods ...string) {
		if _, err := urls.Add(routing.Rule{Rule: rule, Endpoint: endpoint, Methods: methods, Data: f}); err != nil {
			log.Fatal(err)
		}
	}
	add("/", "index", func(w http.ResponseWriter, r *http.Request, match *routing.Match) {
		u, err := urls.Build("user", routing.Values{{Name: "id", Value: 42}, {Name: "tab", Value: "posts"}}, routing.BuildOptions{})
		fmt.Fprintln(w, "see", u, err)
	}, "GET")
	add("/users/<int:id>/", "user", func(w http.ResponseWriter, r *http.Request, match *routing.Match) {
		fmt.Fprintln(w, "user", match.Int(0))
	}, "GET")

	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var match routing.Match
		err := urls.Match(&match, routing.Request{Host: r.Host, Path: r.URL.Path, Method: r.Method, Query: r.URL.RawQuery})
		var redirect *routing.RequestRedirect
		var methods *routing.MethodNotAllowed
		switch {
		case err == nil:
			match.Rule.Data.(view)(w, r, &match)
		case errors.As(err, &redirect):
			http.Redirect(w, r, redirect.NewURL, redirect.Code)
		case errors.As(err, &methods):
			w.Header().Set("Allow", strings.Join(methods.ValidMethods, ", "))
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		default:
			http.NotFound(w, r)
		}
	})

	for _, target := range []string{"GET /", "GET /users/7/", "GET /users/7?a=b", "POST /users/7/", "GET /users/x/"} {
		method, path, _ := strings.Cut(target, " ")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(method, path, nil))
		body, _, _ := strings.Cut(w.Body.String(), "\n")
		fmt.Println(target, w.Code, w.Header().Get("Location")+w.Header().Get("Allow"), body)
	}
	// Output:
	// GET / 200  see /users/42/?tab=posts <nil>
	// GET /users/7/ 200  user 7
	// GET /users/7?a=b 308 http://example.com/users/7/?a=b <a href="http://example.com/users/7/?a=b">Permanent Redirect</a>.
	// POST /users/7/ 405 GET, HEAD method not allowed
	// GET /users/x/ 404  404 page not found
}

// A subdomain with a variable, as for a site per customer.
func ExampleMap_Match_subdomain() {
	urls := routing.NewMap(routing.Options{})
	if err := urls.AddAll(
		routing.Rule{Rule: "/", Endpoint: "home"},
		routing.Rule{Rule: "/", Endpoint: "shop", Subdomain: "<customer>"},
	); err != nil {
		log.Fatal(err)
	}
	bind := routing.Bind{ServerName: "example.org", URLScheme: "https"}
	for _, host := range []string{"example.org", "acme.example.org"} {
		var match routing.Match
		if err := urls.Match(&match, routing.Request{Bind: bind, Host: host, Path: "/"}); err != nil {
			log.Fatal(err)
		}
		fmt.Println(match.Rule.Endpoint, match.Values())
	}
	u, err := urls.Build("shop", routing.Values{{Name: "customer", Value: "acme"}}, routing.BuildOptions{Bind: bind})
	fmt.Println(u, err)
	// Output:
	// home []
	// shop [{customer acme}]
	// https://acme.example.org/ <nil>
}

// A converter for a type of the application.
func ExampleNewConverter() {
	hex := routing.NewConverter("[0-9a-f]+",
		func(text string) (uint32, error) {
			n, err := strconv.ParseUint(text, 16, 32)
			return uint32(n), err
		},
		func(n uint32) (string, error) { return strconv.FormatUint(uint64(n), 16), nil })
	urls := routing.NewMap(routing.Options{Converters: map[string]routing.ConverterFunc{"hex": hex}})
	color, err := urls.Add(routing.Rule{Rule: "/colors/<hex:rgb>", Endpoint: "color"})
	if err != nil {
		log.Fatal(err)
	}
	var match routing.Match
	if err := urls.Match(&match, routing.Request{Path: "/colors/ff8000"}); err != nil {
		log.Fatal(err)
	}
	fmt.Println(match.Value(0).(uint32) == 0xff8000)
	fmt.Println(color.BuildPath(uint32(0x80ff)))
	// Output:
	// true
	// /colors/80ff <nil>
}

// An endpoint that does not exist: the error names the nearest one.
func ExampleBuildError() {
	urls := routing.NewMap(routing.Options{})
	if err := urls.AddAll(
		routing.Rule{Rule: "/login", Endpoint: "auth.login"},
		routing.Rule{Rule: "/posts/<int:id>", Endpoint: "blog.post"},
	); err != nil {
		log.Fatal(err)
	}
	_, err := urls.Build("auth.lgin", nil, routing.BuildOptions{})
	fmt.Println(err)
	_, err = urls.Build("blog.post", nil, routing.BuildOptions{})
	fmt.Println(err)
	// Output:
	// routing: Could not build url for endpoint 'auth.lgin'. Did you mean 'auth.login' instead?
	// routing: Could not build url for endpoint 'blog.post'. Did you forget to specify values ['id']?
}

// Rules that are mounted several times.
func ExampleSubmount() {
	comments := routing.EndpointPrefix("comments.",
		routing.Rule{Rule: "/", Endpoint: "list"},
		routing.Rule{Rule: "/<int:id>", Endpoint: "show"})
	urls := routing.NewMap(routing.Options{})
	if err := urls.AddAll(routing.Submount("/posts/<int:post>/comments", comments...)...); err != nil {
		log.Fatal(err)
	}
	for r := range urls.Rules() {
		fmt.Println(r.Endpoint, r)
	}
	// Output:
	// comments.list /posts/<int:post>/comments/
	// comments.show /posts/<int:post>/comments/<int:id>
}
