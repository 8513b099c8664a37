package routing

import (
	"reflect"
	"testing"
)

func TestFactories(t *testing.T) {
	blog := Submount("/blog/", EndpointPrefix("blog.",
		Rule{Rule: "/", Endpoint: "index"},
		Rule{Rule: "/entry/<slug>", Endpoint: "show"})...)
	m := newTestMap(t, Options{}, blog...)
	if err := m.AddAll(Subdomain("<lang>", blog...)...); err != nil {
		t.Fatal(err)
	}
	if u, err := m.Build("blog.show", Values{{"slug", "x"}}, BuildOptions{}); u != "/blog/entry/x" || err != nil {
		t.Errorf("%q %v", u, err)
	}
	if u, err := m.Build("blog.show", Values{{"slug", "x"}, {"lang", "de"}}, BuildOptions{Bind: Bind{ServerName: "h", URLScheme: "https"}}); u != "https://de.h/blog/entry/x" || err != nil {
		t.Errorf("%q %v", u, err)
	}
	if blog[0].Rule != "/blog/" || blog[0].Subdomain != "" {
		t.Errorf("the rules were changed: %+v", blog[0])
	}
}

func TestRuleTemplate(t *testing.T) {
	resource := RuleTemplate{
		{Rule: "/$name/", Endpoint: "$name.list", Subdomain: "${name}s"},
		{Rule: "/$name/<int:id>/$$", Endpoint: "$name.show", Defaults: map[string]any{"kind": "a $name", "n": 1}},
	}
	rules, err := resource.Expand(map[string]string{"name": "user"})
	want := []Rule{
		{Rule: "/user/", Endpoint: "user.list", Subdomain: "users"},
		{Rule: "/user/<int:id>/$", Endpoint: "user.show", Defaults: map[string]any{"kind": "a user", "n": 1}},
	}
	if err != nil || !reflect.DeepEqual(rules, want) {
		t.Errorf("got %+v, %v", rules, err)
	}
	if resource[1].Defaults["kind"] != "a $name" {
		t.Error("the template was changed")
	}
	for _, bad := range []string{"/$other", "/$", "/${name", "/$1"} {
		if rules, err := (RuleTemplate{{Rule: bad}}).Expand(map[string]string{"name": "x"}); err == nil {
			t.Errorf("%q: %v", bad, rules)
		}
	}
}
