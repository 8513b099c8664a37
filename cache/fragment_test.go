package cache_test

import (
	"log/slog"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/cache"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/jinja"
)

type named int

func TestFragments(t *testing.T) {
	for _, row := range []struct {
		name, template string
		runs           int // of two renders
		want           string
	}{
		{"no key", `{% cache %}<b>{{ run() }}{{ text }}</b>{% endcache %}`, 1, "<b>1&lt;a&gt;</b>"},
		{"a time", `{% cache 60 %}{{ run() }}{% endcache %}`, 1, "1"},
		{"a key", `{% cache none, "a", text %}{{ run() }}{% endcache %}`, 1, "1"},
		{"two places", "{% cache %}{{ run() }}{% endcache %}\n{% cache %}{{ run() }}{% endcache %}", 2, "1\n2"},
		{"one key", `{% cache 60, "a" %}{{ run() }}{% endcache %},{% cache 60, "a" %}{{ run() }}{% endcache %}`, 1, "1,1"},
		{"keys that end alike", `{% cache 60, "a", "b" %}{{ run() }}{% endcache %},{% cache 60, 'a","b' %}{{ run() }}{% endcache %}`, 2, "1,2"},
		{"around it", `{{ run() }}{% cache 60 %}{{ text }}{% endcache %}`, 2, "2&lt;a&gt;"},
		{"a nonce", `{% cache %}<script>var a = {{ run() }}</script>{% endcache %}`, 2, "<script"},
		{"a token in a meta", `{% cache %}{{ run() }}<meta name="csrf-token" content="{{ csrf_token() }}">{% endcache %}`, 2, "2<meta"},
		{"a nonce in an attribute", `{% cache %}{{ run() }}<meta content='{{ csp_nonce() }}'>{% endcache %}`, 2, "2<meta"},
		{"flashes", `{% cache %}{{ run() }}{{ get_flashed_messages() }}{% endcache %}`, 2, "2[]"},
		{"behind a token", `{{ csrf_token() and "" }}{% cache %}{{ run() }}{% endcache %}`, 1, "1"},
		{"keys of each kind", `{% cache none, 1, 1.5, true, none, "a"|safe, id %}{{ run() }}{% endcache %}`, 1, "1"},
		{"a token", `{% cache %}{{ run() }}<form method="post"></form>{% endcache %}`, 2, "2<form"},
	} {
		t.Run(row.name, func(t *testing.T) {
			runs := 0
			store := cache.NewMemory(0)
			app := dewar.New(dewar.Config{
				Loopback: true, InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler),
				Templates:    fstest.MapFS{"page.html": {Data: []byte(row.template)}},
				TemplateTags: map[string]jinja.Tag{"cache": cache.Tag(store, time.Minute)},
			})
			app.Get("/", func(c *dewar.Context) error {
				return c.Render("page.html", dewar.Vars{"text": "<a>", "id": named(3), "run": func() int { runs++; return runs }})
			})
			client := dewartest.New(t, app)
			client.Get("/")
			got := client.Get("/")
			if got.Status != 200 || runs != row.runs || !strings.HasPrefix(got.Text, row.want) {
				t.Errorf("%d %q after %d runs, want %q after %d", got.Status, got.Text, runs, row.want, row.runs)
			}
			if strings.Contains(got.Text, "nonce=") && !strings.Contains(got.Header.Get("Content-Security-Policy"), "nonce-") {
				t.Error("the nonce is that of another answer")
			}
		})
	}
	t.Run("mistakes", func(t *testing.T) {
		env, err := jinja.New(jinja.Options{Tags: map[string]jinja.Tag{"cache": cache.Tag(cache.NewMemory(0), time.Minute)}})
		if err != nil {
			t.Fatal(err)
		}
		for source, want := range map[string]string{
			"{% cache 'a' %}{% endcache %}": "in seconds", "{% cache 0 %}{% endcache %}": "in seconds", "{% cache 1 2 %}{% endcache %}": "expected token ','", "{% cache %}": "endcache",
			"{% cache 60, missing %}{% endcache %}": "nor none", "{% cache 60, [1] %}{% endcache %}": "nor none", "{% cache 60, 'a', {'a': 1} %}{% endcache %}": "value 2 of its key",
		} {
			tmpl, err := env.FromString(source)
			if err == nil {
				_, err = tmpl.RenderString(nil)
			}
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v", source, err)
			}
		}
	})
}
