package dewar_test

import (
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
)

// TestTemplateConfig: config in templates has the application's own settings, and no
// secret whatever its type.
func TestTemplateConfig(t *testing.T) {
	type settings struct {
		dewar.Config
		PageSize    int          `default:"20"`
		MailKey     dewar.Secret `default:"hush-mail"`
		AdminToken  string       `default:"hush-token"`
		DatabaseURL string       `default:"postgres://u:hush-db@localhost/x"`
		Broker      string       `default:"amqp://u:hush-broker@localhost/"`
		Home        string       `default:"https://example.com/"`
		Mail        struct {
			Server   string `default:"mail.example.com"`
			Password string `default:"hush-mailpassword"`
		}
	}
	t.Chdir(t.TempDir())
	cfg, err := dewar.LoadConfig[settings]("SHOPTEST_")
	if err != nil {
		t.Fatal(err)
	}
	cfg.Settings = map[string]any{"BOOTSTRAP_BTN_STYLE": "primary", "SECRET_KEY": "hush-key", "MAIL_PASSWORD": "hush-password", "OAUTH": map[string]any{"id": 1, "client_secret": "hush-client"}}
	cfg.Templates = fstest.MapFS{"t.txt": {Data: []byte(
		"{{ config.BOOTSTRAP_BTN_STYLE }} {{ config.BOOTSTRAP_BTN_SIZE }} {{ config.PAGE_SIZE + 1 }} {{ config.HOME }} {{ config.MAIL_SERVER }} {{ config.SECRET_KEY is defined }} {{ config.MAIL_KEY is defined }} {{ config }}")}}
	app := dewar.New(cfg.Config)
	dewar.DefaultSetting(app, "BOOTSTRAP_BTN_STYLE", "danger")
	dewar.DefaultSetting(app, "PAGE_SIZE", 1)
	dewar.DefaultSetting(app, "BOOTSTRAP_BTN_SIZE", "md")
	dewar.DefaultSetting(app, "BOOTSTRAP_BTN_SIZE", "lg") // the first stands
	app.Get("/", func(c *dewar.Context) error { return c.Render("t.txt", nil) })
	got := dewartest.New(t, app).Get("/").Text
	if want := "primary md 21 https://example.com/ mail.example.com False False <Config {"; !strings.HasPrefix(got, want) || strings.Contains(got, "hush") {
		t.Errorf("got %s", got)
	}
	if found := app.Check(); !hasMessage(found, "config.SECRET_KEY is not there: a secret is not for templates") {
		t.Errorf("%+v", found)
	}
}

func hasMessage(found []dewar.Finding, text string) bool {
	for _, f := range found {
		if strings.Contains(f.Message, text) {
			return true
		}
	}
	return false
}

// TestToOptions: To knows url_for's options and keeps the order of the query.
func TestToOptions(t *testing.T) {
	app, _ := newApp(t)
	var got string
	var err error
	var target dewar.Target
	app.Get("/x", func(c *dewar.Context) error {
		got, err = c.URL(target)
		return c.Text("")
	}).Name("x")
	client := dewartest.New(t, app)
	for _, row := range []struct {
		name   string
		target dewar.Target
		want   string
	}{
		{"order", dewar.To("x", "b", 1, "a", 2, "c", []int{3, 4}, "d", nil), "/x?b=1&a=2&c=3&c=4"},
		{"anchor", dewar.To("x", "_anchor", "a/b"), "/x#a/b"},
		{"external", dewar.To("x", "_external", true, "a", 1), "http://localhost/x?a=1"},
		{"not external", dewar.To("x", "_external", false), "/x"},
		{"scheme", dewar.To("x", "_scheme", "https"), "https://localhost/x"},
		{"method", dewar.To("x", "_method", "GET"), "/x"},
		{"nil options", dewar.To("x", "_anchor", nil, "_external", nil, "_scheme", nil, "_method", nil), "/x"},
		{"another name", dewar.To("x", "_t", 5), "/x?_t=5"},
		{"with and anchor", dewar.To("x", "b", 1, "_anchor", "top").With("a", "2"), "/x?b=1&a=2#top"},
		{"scheme without a host", dewar.To("x", "_scheme", "https", "_external", false), "error: when specifying '_scheme', '_external' must be True"},
		{"external of another type", dewar.To("x", "_external", "yes"), "error: _external must be true or false"},
		{"another method", dewar.To("x", "_method", "DELETE"), "error: could not build"},
	} {
		target = row.target
		client.Get("/x")
		if text, fails := strings.CutPrefix(row.want, "error: "); fails {
			if err == nil || !strings.Contains(strings.ToLower(err.Error()), strings.ToLower(text)) {
				t.Errorf("%s: got %q, %v", row.name, got, err)
			}
		} else if err != nil || got != row.want {
			t.Errorf("%s: got %q, %v, want %q", row.name, got, err, row.want)
		}
	}
}

// TestTemplatesRefuseNUL: what a template reads of a request has the rule of the
// context's methods, and the page of an error can show it.
func TestTemplatesRefuseNUL(t *testing.T) {
	app, _ := newApp(t, func(c *dewar.Config) {
		c.Templates = fstest.MapFS{
			"t.txt": {Data: []byte("{{ request.args.a }}{{ request.form.a }}")},
			"e.txt": {Data: []byte("error {{ request.args|length }} {{ request.form|length }}")},
		}
	})
	app.Route("/", func(c *dewar.Context) error { return c.Render("t.txt", nil) }, "GET", "POST")
	app.OnError(400, func(c *dewar.Context, _ *dewar.HTTPError) error { return c.Render("e.txt", nil) })
	client := dewartest.New(t, app)
	if r := client.Get("/?a=%00"); r.Status != 400 || !strings.HasPrefix(r.Text, "error") {
		t.Errorf("query: %d %q", r.Status, r.Text)
	}
	if r := client.PostForm("/", url.Values{"a": {"x\x00"}}); r.Status != 400 || !strings.HasPrefix(r.Text, "error") {
		t.Errorf("form: %d %q", r.Status, r.Text)
	}
}
