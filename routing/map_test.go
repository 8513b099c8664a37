package routing

import (
	"errors"
	"sync"
	"testing"
)

func newTestMap(t testing.TB, options Options, rules ...Rule) *Map {
	t.Helper()
	m := NewMap(options)
	if err := m.AddAll(rules...); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMatch(t *testing.T) {
	m := newTestMap(t, Options{},
		Rule{Rule: "/", Endpoint: "index"},
		Rule{Rule: "/users/<int:id>", Endpoint: "user", Methods: []string{"GET"}},
		Rule{Rule: "/files/<path:name>", Endpoint: "file"},
		Rule{Rule: "/<name>/", Endpoint: "page"},
	)
	var match Match
	if err := m.Match(&match, Request{Path: "/users/42", Host: "localhost:5000"}); err != nil || match.Rule.Endpoint != "user" || match.Int(0) != 42 {
		t.Errorf("user: %v %v", err, match.Rule)
	}
	if err := m.Match(&match, Request{Path: "/files/a/b.txt"}); err != nil || match.Str(0) != "a/b.txt" {
		t.Errorf("file: %v %v", err, match.Rule)
	}
	var redirect *RequestRedirect
	if err := m.Match(&match, Request{Path: "/x", Host: "example.org", Query: "a=b"}); !errors.As(err, &redirect) || redirect.NewURL != "http://example.org/x/?a=b" {
		t.Errorf("redirect: %v", err)
	}
	var wrong *MethodNotAllowed
	if err := m.Match(&match, Request{Path: "/users/1", Method: "POST"}); !errors.As(err, &wrong) || len(wrong.ValidMethods) != 2 || match.Rule.Endpoint != "user" {
		t.Errorf("method: %v", err)
	}
	if err := m.Match(&match, Request{Path: "/users/a/b"}); err != ErrNotFound {
		t.Errorf("not found: %v", err)
	}
	u, err := m.Build("user", Values{{"id", 7}, {"q", []string{"a b", "c&"}}}, BuildOptions{})
	if err != nil || u != "/users/7?q=a+b&q=c%26" {
		t.Errorf("build: %q %v", u, err)
	}
}

// The first requests may come at the same time as the map is put in order.
func TestConcurrentMatch(t *testing.T) {
	m := newTestMap(t, Options{}, apiRules(400)...)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			var match Match
			for _, p := range benchPaths {
				err := m.Match(&match, Request{Path: p.path})
				if (err == nil) != (p.name != "NotFound") {
					t.Errorf("%s: %v", p.path, err)
				}
			}
			if _, err := m.Build("/resource1/<int:id>", Values{{"id", 1}}, BuildOptions{}); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
}
