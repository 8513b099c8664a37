package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/dewar-go/dewar/routing"
	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/labstack/echo/v5"
)

// A rule is written with {name} for a variable; each peer's build translates it.
type rule struct{ method, path string }

// apiRules makes n rules shaped like a large API's: resources with
// collections, items, nested collections and actions.
func apiRules(n int) []rule {
	var list []rule
	for i := 0; len(list) < n; i++ {
		base := fmt.Sprintf("/api/v%d/resource%d", i%3+1, i)
		list = append(list,
			rule{"GET", base},
			rule{"POST", base},
			rule{"GET", base + "/{id}"},
			rule{"DELETE", base + "/{id}"},
			rule{"GET", base + "/{id}/items"},
			rule{"GET", base + "/{id}/items/{item}"},
			rule{"PUT", base + "/{id}/items/{item}"},
			rule{"GET", base + "/search"},
			rule{"GET", base + "/{id}/items/{item}/tags/{tag}"},
			rule{"GET", base + "/stats/daily"})
	}
	return list[:n]
}

// requestsFor makes one request for each of a sample of the rules.
func requestsFor(rules []rule, want func(rule) bool) []*http.Request {
	var list []*http.Request
	for i, r := range rules {
		if want(r) && (len(rules) <= 1000 || i%(len(rules)/1000|1) == 0) {
			list = append(list, mustRequest(r.method, strings.NewReplacer("{id}", "42", "{item}", "lamp", "{tag}", "red").Replace(r.path)))
		}
	}
	return list
}

func mustRequest(method, path string) *http.Request { return httptest.NewRequest(method, path, nil) }

// hits counts the requests that reached a handler.
var hits int

type discard struct{ h http.Header }

func (d *discard) Header() http.Header         { return d.h }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(int)             {}

type peer struct {
	name  string
	slow  bool // left out of the largest set
	build func([]rule) http.Handler
}

var peers = []peer{
	{"dewar", false, dewarRouter},
	{"net/http", false, standardRouter},
	{"gin", false, ginRouter},
	{"echo", true, echoRouter},
	{"chi", false, chiRouter},
}

// table is the least that serves requests with a routing.Map: no framework
// around it, as there is none around the others' routers.
type table struct{ rules *routing.Map }

func (t table) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var match routing.Match
	if err := t.rules.MatchRequest(&match, &routing.Request{Path: r.URL.Path, Method: r.Method, PlainHTTP: true}); err != nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	match.Rule.Data.(http.HandlerFunc)(w, r)
}

func dewarRouter(rules []rule) http.Handler {
	m := routing.NewMap(routing.Options{})
	text := strings.NewReplacer("{", "<", "}", ">")
	handler := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits++ })
	for _, r := range rules {
		if _, err := m.Add(routing.Rule{Rule: text.Replace(r.path), Endpoint: r.method + r.path, Methods: []string{r.method}, Data: handler}); err != nil {
			panic(err)
		}
	}
	if err := m.Compile(); err != nil {
		panic(err)
	}
	return table{m}
}

func standardRouter(rules []rule) http.Handler {
	mux := http.NewServeMux()
	for _, r := range rules {
		mux.HandleFunc(r.method+" "+r.path, func(http.ResponseWriter, *http.Request) { hits++ })
	}
	return mux
}

func ginRouter(rules []rule) http.Handler {
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	text := strings.NewReplacer("{", ":", "}", "")
	for _, r := range rules {
		engine.Handle(r.method, text.Replace(r.path), func(*gin.Context) { hits++ })
	}
	return engine
}

func echoRouter(rules []rule) http.Handler {
	e := echo.New()
	text := strings.NewReplacer("{", ":", "}", "")
	for _, r := range rules {
		e.Add(r.method, text.Replace(r.path), func(*echo.Context) error { hits++; return nil })
	}
	return e
}

func chiRouter(rules []rule) http.Handler {
	mux := chi.NewRouter()
	for _, r := range rules {
		mux.MethodFunc(r.method, r.path, func(http.ResponseWriter, *http.Request) { hits++ })
	}
	return mux
}
