package routing

import (
	"fmt"
	"strings"
	"testing"
)

// apiRules are rules of the shape of a large REST API, about n of them.
func apiRules(n int) []Rule {
	forms := []string{
		"/%s", "/%s/<int:id>", "/%s/<int:id>/edit", "/%s/<int:id>/comments", "/%s/<int:id>/comments/<int:comment>",
		"/%s/search", "/%s/<slug>/files/<path:name>", "/repos/<owner>/<repo>/%s", "/repos/<owner>/<repo>/%s/<int:number>", "/users/<user>/%s",
	}
	var rules []Rule
	for i := 0; len(rules) < n; i++ {
		name := fmt.Sprintf("resource%d", i)
		for _, form := range forms {
			rule := fmt.Sprintf(form, name)
			rules = append(rules,
				Rule{Rule: rule, Endpoint: rule, Methods: []string{"GET"}},
				Rule{Rule: rule, Endpoint: rule + ":post", Methods: []string{"POST"}})
		}
	}
	return rules[:n]
}

var benchPaths = []struct{ name, path string }{
	{"Static", "/resource3/search"},
	{"Param1", "/resource3/42"},
	{"Param2", "/resource3/42/comments/7"},
	{"Param3", "/repos/gopher/tool/resource2/1234"},
	{"Path", "/resource1/x/files/a/b/c.txt"},
	{"NotFound", "/resource3/42/nothing"},
}

func BenchmarkMatch(b *testing.B) {
	for _, n := range []int{200, 10_000, 100_000} {
		m := newTestMap(b, Options{}, apiRules(n)...)
		m.Compile()
		for _, p := range benchPaths {
			b.Run(fmt.Sprintf("%s/%d", p.name, n), func(b *testing.B) {
				b.ReportAllocs()
				var match Match
				for b.Loop() {
					m.Match(&match, Request{Path: p.path, Method: "GET", Host: "example.org"})
				}
			})
		}
	}
}

// BenchmarkMatchAll goes round all the rules, so that the caches of the
// machine are as cold as with many clients.
func BenchmarkMatchAll(b *testing.B) {
	for _, n := range []int{200, 10_000, 100_000} {
		rules := apiRules(n)
		m := newTestMap(b, Options{}, rules...)
		m.Compile()
		paths := make([]string, len(rules))
		for i, r := range rules {
			paths[i] = strings.NewReplacer("<int:id>", "42", "<int:comment>", "7", "<int:number>", "12", "<slug>", "a-b", "<path:name>", "a/b.txt",
				"<owner>", "gopher", "<repo>", "tool", "<user>", "joe").Replace(r.Rule)
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			var match Match
			i := 0
			for b.Loop() {
				if err := m.Match(&match, Request{Path: paths[i], Method: "GET", Host: "example.org"}); err != nil {
					b.Fatal(paths[i], err)
				}
				if i += 2; i >= len(paths) {
					i = 0
				}
			}
		})
	}
}

func BenchmarkAdd(b *testing.B) {
	for _, n := range []int{200, 10_000, 100_000} {
		rules := apiRules(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				m := NewMap(Options{})
				if err := m.AddAll(rules...); err != nil {
					b.Fatal(err)
				}
				m.Compile()
			}
		})
	}
}

func BenchmarkBuild(b *testing.B) {
	m := newTestMap(b, Options{}, apiRules(200)...)
	values := Values{{"id", 42}, {"comment", 7}}
	b.Run("Endpoint", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := m.Build("/resource3/<int:id>/comments/<int:comment>", values, BuildOptions{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	var rule *Rule
	for r := range m.RulesOf("/resource3/<int:id>") {
		rule = r
	}
	b.Run("Path", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := rule.BuildPath(42); err != nil {
				b.Fatal(err)
			}
		}
	})
}
