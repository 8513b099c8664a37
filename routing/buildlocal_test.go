package routing

import "testing"

// What BuildLocal builds is what Build builds, and it leaves the rest to it.
func TestBuildLocal(t *testing.T) {
	no := false
	rules := []Rule{
		{Rule: "/", Endpoint: "root"},
		{Rule: "/users/<int:id>/posts/<slug>", Endpoint: "post"},
		{Rule: "/files/<path:name>", Endpoint: "file"},
		{Rule: "/two", Endpoint: "two"},
		{Rule: "/two/<x>", Endpoint: "two"},
		{Rule: "/page", Endpoint: "page", Defaults: map[string]any{"n": 1}},
		{Rule: "/ws", Endpoint: "ws", WebSocket: true},
		{Rule: "//odd", Endpoint: "odd"},
		{Rule: "/sub", Endpoint: "sub", Subdomain: "api"},
	}
	m := newTestMap(t, Options{SubdomainMatching: &no, MergeSlashes: &no}, rules...)
	for _, row := range []struct {
		endpoint string
		values   Values
		local    bool
	}{
		{"root", nil, true},
		{"root", Values{{"a", "x&y"}, {"b", []string{"1", "2"}}}, true},
		{"post", Values{{"id", 42}, {"slug", "hello wörld"}}, true},
		{"post", Values{{"id", 42}, {"q", "é"}, {"slug", "a/b"}}, true},
		{"file", Values{{"name", "a/b.css"}, {"v", "0123"}}, true},
		{"sub", nil, true},
		{"post", Values{{"id", 42}}, false},
		{"post", Values{{"id", "x"}, {"slug", "y"}}, false},
		{"post", Values{{"id", 42}, {"slug", nil}}, false},
		{"root", Values{{"a", nil}}, false},
		{"two", Values{{"x", "y"}}, false},
		{"page", nil, false},
		{"ws", nil, false},
		{"odd", nil, false},
		{"none", nil, false},
	} {
		got, ok := m.BuildLocal(row.endpoint, row.values)
		if ok != row.local {
			t.Errorf("%s %v: %q, %t, want %t", row.endpoint, row.values, got, ok, row.local)
			continue
		}
		want, err := m.Build(row.endpoint, row.values, BuildOptions{Bind: Bind{ServerName: "h", URLScheme: "http", ScriptName: "/"}})
		if ok && (err != nil || got != want) {
			t.Errorf("%s %v: %q, Build says %q, %v", row.endpoint, row.values, got, want, err)
		}
	}
	for name, options := range map[string]Options{"hosts": {HostMatching: true}, "subdomains": {}} {
		m := newTestMap(t, options, Rule{Rule: "/", Endpoint: "root"})
		if got, ok := m.BuildLocal("root", nil); ok {
			t.Errorf("with %s: %q", name, got)
		}
	}
}

func TestBuildLocalAllocates(t *testing.T) {
	no := false
	m := newTestMap(t, Options{SubdomainMatching: &no}, Rule{Rule: "/about", Endpoint: "about"})
	if n := testing.AllocsPerRun(100, func() { m.BuildLocal("about", nil) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
