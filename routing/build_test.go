package routing

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestBuildOptions(t *testing.T) {
	m := newTestMap(t, Options{},
		Rule{Rule: "/a/<x>", Endpoint: "a"},
		Rule{Rule: "/ws", Endpoint: "ws", WebSocket: true},
		Rule{Rule: "/sub", Endpoint: "sub", Subdomain: "s"},
	)
	bind := Bind{ServerName: "example.org", ScriptName: "/app", URLScheme: "https"}
	for _, test := range []struct {
		name, endpoint string
		options        BuildOptions
		want           string
	}{
		{"path", "a", BuildOptions{}, "/a/v%C3%A9"},
		{"mounted", "a", BuildOptions{Bind: bind}, "/app/a/v%C3%A9"},
		{"anchor", "a", BuildOptions{Anchor: "x y%20/é"}, "/a/v%C3%A9#x%20y%20/%C3%A9"},
		{"absolute", "a", BuildOptions{Bind: bind, ForceExternal: true, Anchor: "t"}, "https://example.org/app/a/v%C3%A9#t"},
		{"scheme", "a", BuildOptions{Bind: bind, ForceExternal: true, URLScheme: "http"}, "http://example.org/app/a/v%C3%A9"},
		{"no scheme", "a", BuildOptions{Bind: bind, ForceExternal: true, ProtocolRelative: true}, "//example.org/app/a/v%C3%A9"},
		{"websocket", "ws", BuildOptions{Bind: bind, AppendUnknown: new(false)}, "wss://example.org/app/ws"},
		{"another subdomain", "sub", BuildOptions{Bind: bind, AppendUnknown: new(false)}, "https://s.example.org/app/sub"},
		{"the same subdomain", "sub", BuildOptions{Bind: Bind{ServerName: "example.org", Subdomain: "s"}, AppendUnknown: new(false)}, "/sub"},
		{"unknown values", "sub", BuildOptions{Bind: Bind{Subdomain: "s"}}, "/sub?x=v%C3%A9"},
	} {
		if got, err := m.Build(test.endpoint, Values{{"x", "vé"}}, test.options); got != test.want || err != nil {
			t.Errorf("%s: got %q, %v, want %q", test.name, got, err, test.want)
		}
	}
	if _, err := m.Build("a", nil, BuildOptions{Bind: Bind{ServerName: "a..b"}}); !errors.Is(err, ErrBadHost) {
		t.Errorf("bad host: %v", err)
	}
}

// The values of a call are not changed, and may be many.
func TestBuildManyValues(t *testing.T) {
	var rule strings.Builder
	values := Values{{"nothing", nil}}
	for i := range 10_000 {
		fmt.Fprintf(&rule, "/<int:v%d>", i)
		values = append(values, Value{fmt.Sprintf("v%d", i), i})
	}
	m := newTestMap(t, Options{}, Rule{Rule: rule.String(), Endpoint: "e", BuildOnly: true})
	u, err := m.Build("e", values, BuildOptions{})
	if err != nil || !strings.HasPrefix(u, "/0/1/2/") || !strings.HasSuffix(u, "/9998/9999") {
		t.Errorf("%.40q %v", u, err)
	}
	if len(values) != 10_001 || values[0].Name != "nothing" || values[1].Name != "v0" {
		t.Error("the values were changed")
	}
	if _, err := m.Build("e", values[:5000], BuildOptions{}); err == nil || !strings.Contains(err.Error(), "'v9999'") {
		t.Errorf("%.100v", err)
	}
}

func TestSortKey(t *testing.T) {
	m := newTestMap(t, Options{SortParameters: true, SortKey: func(v Value) string { return fmt.Sprint(v.Value) }}, Rule{Rule: "/", Endpoint: "e"})
	if u, err := m.Build("e", Values{{"a", 3}, {"b", 1}, {"c", 2}}, BuildOptions{}); u != "/?b=1&c=2&a=3" || err != nil {
		t.Errorf("%q %v", u, err)
	}
}

func TestEncode(t *testing.T) {
	v := ValuesOf(map[string]any{"b": []any{1, nil, "x&y"}, "a": true, "c": nil, "d": 1.0, "e": []int{}, "f": []byte("\xff")})
	if got := v.Encode(); got != "a=True&b=1&b=x%26y&d=1.0&f=%FF" {
		t.Error(got)
	}
}

func TestRedirectTo(t *testing.T) {
	failure := errors.New("no such page")
	m := newTestMap(t, Options{},
		Rule{Rule: "/old/<int:id>", RedirectTo: func(b Bind, v Values) (string, error) {
			id, _ := v.Get("id")
			if id == 0 {
				return "", failure
			}
			return fmt.Sprintf("new/%d", id), nil
		}},
		Rule{Rule: "/bad/<x>", RedirectTo: "<y>"},
	)
	bind := Bind{ServerName: "h", ScriptName: "/app"}
	if got := outcomeOf(m, Request{Path: "/old/7", Bind: bind, Query: "a=b"}); got != "http://h/app/new/7" {
		t.Error(got)
	}
	var match Match
	if err := m.Match(&match, Request{Path: "/old/0", Bind: bind}); !errors.Is(err, failure) {
		t.Error(err)
	}
	var value *ValueError
	if err := m.Match(&match, Request{Path: "/bad/0", Bind: bind}); !errors.As(err, &value) || value.Variable != "y" {
		t.Error(err)
	}
}

func TestMapIntrospection(t *testing.T) {
	m := newTestMap(t, Options{},
		Rule{Rule: "/all/", Endpoint: "all", Defaults: map[string]any{"page": 1}, Methods: []string{"get"}},
		Rule{Rule: "/all/<int:page>/<lang>", Endpoint: "all"},
		Rule{Rule: "/x", Endpoint: "x", Alias: true},
	)
	if !m.IsEndpointExpecting("all", "page", "lang") || m.IsEndpointExpecting("all", "id") || m.IsEndpointExpecting("none") || !m.Has("x") || m.Has("y") || m.Len() != 3 {
		t.Error("wrong")
	}
	var order []string
	for r := range m.RulesOf("all") {
		order = append(order, r.String())
	}
	if got := strings.Join(order, " "); got != "/all/<int:page>/<lang> /all/" {
		t.Error(got)
	}
	i := 0
	for r := range m.Rules() {
		if r.Index != i {
			t.Errorf("%v has index %d", r, r.Index)
		}
		if i == 0 && (strings.Join(r.Allowed(), " ") != "GET HEAD" || !r.Expects("page")) {
			t.Error(r.Allowed())
		}
		i++
	}
}

// Methods past those that a map can number are an error, not a wrong answer.
func TestManyMethods(t *testing.T) {
	m := NewMap(Options{})
	var err error
	for i := 0; err == nil && i < 100; i++ {
		_, err = m.Add(Rule{Rule: fmt.Sprintf("/%d", i), Methods: []string{fmt.Sprintf("M%d", i)}})
	}
	var e *RuleError
	if !errors.As(err, &e) || m.Len() != 63-len(commonMethods) {
		t.Errorf("%d rules, %v", m.Len(), err)
	}
}
