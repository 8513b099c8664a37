package routing

import (
	"errors"
	"math"
	"testing"
)

// What Werkzeug 3 does otherwise than Werkzeug 2.2, from which the vectors are.

// outcomeOf is the endpoint, or the URL of a redirect, or the name of an error.
func outcomeOf(m *Map, req Request) string {
	var match Match
	err := m.Match(&match, req)
	var redirect *RequestRedirect
	var not *MethodNotAllowed
	switch {
	case err == nil:
		return match.Rule.Endpoint
	case errors.As(err, &redirect):
		return redirect.NewURL
	case errors.As(err, &not):
		return "405"
	case errors.Is(err, ErrNotFound):
		return "404"
	case errors.Is(err, ErrWebsocketMismatch):
		return "400"
	}
	return err.Error()
}

func TestWerkzeug3Match(t *testing.T) {
	slashes := []Rule{
		{Rule: "/wiki/<path:page>/", Endpoint: "wiki"},
		{Rule: "/files/<path:name>/raw/", Endpoint: "raw", StrictSlashes: new(false)},
		{Rule: "/post/<path:name>/", Endpoint: "post", Methods: []string{"POST"}},
		{Rule: "/a/b", Endpoint: "ab"},
		{Rule: "/keep//double", Endpoint: "double", MergeSlashes: new(false)},
		{Rule: "/keep/single", Endpoint: "single", MergeSlashes: new(false)},
	}
	for _, test := range []struct {
		name    string
		options Options
		rules   []Rule
		req     Request
		want    string
	}{
		{"path and slash", Options{}, slashes, Request{Path: "/wiki/a/b/"}, "wiki"},
		{"path without its slash", Options{}, slashes, Request{Path: "/wiki/a/b"}, "http://h/wiki/a/b/"},
		{"path without its slash, not strict", Options{}, slashes, Request{Path: "/files/a/raw"}, "raw"},
		{"path without its slash, wrong method", Options{}, slashes, Request{Path: "/post/a"}, "404"},
		{"path with its slash, wrong method", Options{}, slashes, Request{Path: "/post/a/"}, "405"},
		{"path and two slashes", Options{}, slashes, Request{Path: "/wiki/a//"}, "http://h/wiki/a/"},
		{"path and two slashes, no merging", Options{MergeSlashes: new(false)}, slashes, Request{Path: "/wiki/a//"}, "404"},
		{"three slashes", Options{}, slashes, Request{Path: "/a///b"}, "http://h/a/b"},
		{"nine slashes", Options{}, slashes, Request{Path: "/////a////b"}, "http://h/a/b"},
		{"a rule that keeps its slashes", Options{}, slashes, Request{Path: "/keep//double"}, "double"},
		{"a rule that does not merge", Options{}, slashes, Request{Path: "/keep//single"}, "404"},
		{"no subdomain matching", Options{SubdomainMatching: new(false)}, []Rule{{Rule: "/", Endpoint: "e", Subdomain: "x"}}, Request{Path: "/", Host: "y.h"}, "e"},
		{"an int that Go cannot hold", Options{}, []Rule{{Rule: "/<int:a>", Endpoint: "e"}}, Request{Path: "/92233720368547758070"}, "404"},
		{"a value out of range does not go back", Options{}, []Rule{{Rule: "/<int(max=5):a>", Endpoint: "e"}, {Rule: "/<a>", Endpoint: "f"}}, Request{Path: "/6"}, "404"},
		{"out of range after another method", Options{}, []Rule{{Rule: "/<int(max=5):a>", Endpoint: "e", Methods: []string{"POST"}}, {Rule: "/<int(max=4):a>", Endpoint: "f", Methods: []string{"GET"}}}, Request{Path: "/9"}, "405"},
		{"host too long", Options{HostMatching: true}, slashes, Request{Path: "/", Host: string(make([]byte, 64)) + ".org"}, ErrBadHost.Error()},
		{"host with an empty label", Options{HostMatching: true}, slashes, Request{Path: "/", Host: "a..b"}, ErrBadHost.Error()},
	} {
		m := newTestMap(t, test.options, test.rules...)
		if test.req.Host == "" {
			test.req.ServerName = "h"
		}
		if got := outcomeOf(m, test.req); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

func TestWerkzeug3Errors(t *testing.T) {
	for _, test := range []struct {
		name string
		rule Rule
		kind ErrorKind
		want string
	}{
		{"no slash", Rule{Rule: "x"}, KindValue, "URL rule 'x' must start with a slash."},
		{"empty", Rule{}, KindValue, "URL rule '' must start with a slash."},
		{"malformed", Rule{Rule: "/<it's"}, KindValue, `malformed url rule: "/<it's"`},
		{"malformed after merging", Rule{Rule: "/a///<"}, KindValue, "malformed url rule: '/a/<'"},
		{"converter", Rule{Rule: "/<nope:a>"}, KindLookup, "the converter 'nope' does not exist"},
		{"negative argument", Rule{Rule: "/<int(min=-3):a>"}, KindValue, "Cannot parse converter argument 'min=-'"},
		{"junk between arguments", Rule{Rule: "/<any(a, !b):a>"}, KindValue, "Cannot parse converter argument ' !'"},
		{"unknown argument", Rule{Rule: "/<int(size=3):a>"}, KindType, "int got an unexpected keyword argument 'size'"},
		{"too many arguments", Rule{Rule: "/<string(a, b, c, d):a>"}, KindType, "string takes at most 3 arguments, 4 were given"},
		{"variable twice", Rule{Rule: "/<a>/<a>"}, KindValue, "variable name 'a' used twice"},
		{"variable twice with the subdomain", Rule{Rule: "/<a>", Subdomain: "<a>"}, KindValue, "variable name 'a' used twice"},
		{"websocket method", Rule{Rule: "/", WebSocket: true, Methods: []string{"get", "POST"}}, KindValue, "WebSocket rules can only use 'GET', 'HEAD', and 'OPTIONS' methods."},
		{"redirect", Rule{Rule: "/", RedirectTo: 1}, KindType, "RedirectTo must be a string or a func(Bind, Values) (string, error), not int"},
		{"bounds", Rule{Rule: "/<string(3, 2):a>"}, KindValue, "min repeat greater than max repeat"},
		{"default", Rule{Rule: "/<int:a>", Defaults: map[string]any{"a": "x"}}, KindValue, "invalid literal for int() with base 10: 'x'"},
	} {
		m := NewMap(Options{})
		_, err := m.Add(test.rule)
		var e *RuleError
		if !errors.As(err, &e) || e.Kind != test.kind || e.Message != test.want {
			t.Errorf("%s: got %v", test.name, err)
		}
		if m.Len() != 0 {
			t.Errorf("%s: the rule was added", test.name)
		}
	}
}

func TestDuplicateRuleError(t *testing.T) {
	for _, test := range []struct {
		name string
		a, b Rule
		want bool
	}{
		{"same", Rule{Rule: "/a"}, Rule{Rule: "/a"}, true},
		{"other variable", Rule{Rule: "/<a>"}, Rule{Rule: "/<b>"}, true},
		{"other range", Rule{Rule: "/<int:a>"}, Rule{Rule: "/<int(max=5):a>"}, true},
		{"other pattern", Rule{Rule: "/<a>"}, Rule{Rule: "/<string(length=2):a>"}, false},
		{"default and string", Rule{Rule: "/<a>"}, Rule{Rule: "/<string:a>"}, true},
		{"slash", Rule{Rule: "/a"}, Rule{Rule: "/a/"}, false},
		{"merged slashes", Rule{Rule: "/a/b"}, Rule{Rule: "/a//b"}, true},
		{"strictness", Rule{Rule: "/a"}, Rule{Rule: "/a", StrictSlashes: new(false)}, true},
		{"methods apart", Rule{Rule: "/a", Methods: []string{"GET"}}, Rule{Rule: "/a", Methods: []string{"POST"}}, false},
		{"methods overlap", Rule{Rule: "/a", Methods: []string{"GET", "PUT"}}, Rule{Rule: "/a", Methods: []string{"put"}}, true},
		{"only OPTIONS in common", Rule{Rule: "/a", Methods: []string{"GET", "OPTIONS"}}, Rule{Rule: "/a", Methods: []string{"POST", "OPTIONS"}}, false},
		{"HEAD of its own", Rule{Rule: "/a", Methods: []string{"GET"}}, Rule{Rule: "/a", Methods: []string{"HEAD"}}, false},
		{"both HEAD", Rule{Rule: "/a", Methods: []string{"HEAD"}}, Rule{Rule: "/a", Methods: []string{"HEAD"}}, true},
		{"any method", Rule{Rule: "/a"}, Rule{Rule: "/a", Methods: []string{"POST"}}, true},
		{"websocket", Rule{Rule: "/a"}, Rule{Rule: "/a", WebSocket: true}, false},
		{"both websocket", Rule{Rule: "/a", WebSocket: true}, Rule{Rule: "/a", WebSocket: true}, true},
		{"build only", Rule{Rule: "/a"}, Rule{Rule: "/a", BuildOnly: true}, false},
		{"subdomain", Rule{Rule: "/a"}, Rule{Rule: "/a", Subdomain: "x"}, false},
		{"path with a slash", Rule{Rule: "/<path:a>/"}, Rule{Rule: "/<path:b>/"}, true},
		{"path without", Rule{Rule: "/<path:a>/"}, Rule{Rule: "/<path:b>"}, false},
	} {
		m := NewMap(Options{})
		test.a.Source, test.b.Source = "a.go:1", "b.go:2"
		if _, err := m.Add(test.a); err != nil {
			t.Fatal(err)
		}
		_, err := m.Add(test.b)
		var e *DuplicateRuleError
		if errors.As(err, &e) != test.want {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	m := newTestMap(t, Options{}, Rule{Rule: "/<a>", Source: "a.go:1", Endpoint: "e", Methods: []string{"GET"}})
	_, err := m.Add(Rule{Rule: "/<b>", Source: "b.go:2"})
	if e, ok := errors.AsType[*DuplicateRuleError](err); !ok || e.Message() != "<Rule '/<a>' (GET, HEAD) -> e>" {
		t.Errorf("got %v", e)
	}
	const want = `routing: rule "/<b>" (b.go:2) duplicates "/<a>" (a.go:1): remove one, or give them different methods`
	if err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

func TestFloatIsNeverScientific(t *testing.T) {
	m := newTestMap(t, Options{}, Rule{Rule: "/<float(signed=True):x>", Endpoint: "x"})
	for value, want := range map[any]string{
		1e-5: "/0.00001", 1e22: "/10000000000000000000000.0", 0.1234567: "/0.1234567", -0.5: "/-0.5", 3: "/3.0", 1e-300: "",
		math.MaxFloat64: "",
	} {
		u, err := m.Build("x", Values{{"x", value}}, BuildOptions{})
		if err != nil || want != "" && u != want {
			t.Errorf("%v: %q %v", value, u, err)
		}
		var match Match
		if err := m.Match(&match, Request{Path: u}); err != nil || !equalValues(match.Value(0), value) {
			t.Errorf("%v: %q came back as %v, %v", value, u, match.Value(0), err)
		}
	}
	for _, value := range []any{math.Inf(1), math.NaN(), "x", nil, []int{1}} {
		if u, err := m.Build("x", Values{{"x", value}}, BuildOptions{}); err == nil {
			t.Errorf("%v: %q", value, u)
		}
	}
}
