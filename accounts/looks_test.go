package accounts_test

import (
	"log/slog"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/accounts"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/mail"
)

// looks is an app whose templates and texts are its own.
func looks(t *testing.T, templates fstest.MapFS, gettext func(jinja.State, string) (string, error)) (*dewartest.Client, *mail.Outbox) {
	app := dewar.New(dewar.Config{
		InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler), Templates: templates,
		TemplateTranslations: jinja.Translations{Gettext: gettext},
	})
	outbox, store := new(mail.Outbox), accounts.NewMemory()
	now := time.Now()
	if err := store.Add(t.Context(), &accounts.Account{ID: "1", Email: "ann@example.com", Confirmed: now, Created: now}, ""); err != nil {
		t.Fatal(err)
	}
	members := accounts.New(accounts.Config{Store: store, Mail: outbox, From: "a@example.com", Prefix: "/me"})
	accounts.SetHasher(members, newCounter(t))
	app.Extend(members)
	return dewartest.New(t, app), outbox
}

// A template of the application with the name of a page or mail stands in its place.
func TestReplaceTemplates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, outbox := looks(t, fstest.MapFS{
			"accounts/base.html":      {Data: []byte(`<b>OURS {% block title %}{% endblock %}</b>{% block content %}{% endblock %}`)},
			"accounts/forgot.html":    {Data: []byte(`{% extends 'accounts/base.html' %}{% block content %}LOST <form method="post">{{ form.email }}</form>{% endblock %}`)},
			"accounts/mail/reset.txt": {Data: []byte("Subject: OURS\n\n{{ link }}\n")},
		}, nil)
		want(t, c.Get("/me/login"), 200, "<b>OURS Log in</b>", `name="password"`)
		want(t, c.Get("/me/forgot"), 200, "OURS", "LOST", `name="email"`)
		wantTo(t, c.PostForm("/me/forgot", url.Values{"email": {"ann@example.com"}}), "/me/sent")
		synctest.Wait()
		if m := outbox.Last(); m == nil || m.Subject != "OURS" || !strings.HasPrefix(m.Links()[0], "http://localhost/me/reset/") {
			t.Errorf("%+v", m)
		}
	})
}

var text = regexp.MustCompile(`>([^<>]*[A-Za-z][^<>]*)<`)

// Every text of the pages goes through the translations.
func TestTranslations(t *testing.T) {
	c, _ := looks(t, nil, func(_ jinja.State, message string) (string, error) { return "«" + message + "»", nil })
	for _, page := range []*dewartest.Response{
		c.Get("/me/login"), c.Get("/me/register"), c.Get("/me/forgot"), c.Get("/me/sent"), c.Get("/me/reset"),
		c.PostForm("/me/login", url.Values{"email": {"x"}, "password": {"x"}}),
		c.PostForm("/me/register", url.Values{"email": {"x"}, "password": {"x"}}),
		c.PostForm("/me/register", url.Values{"email": {"ann@example.com"}, "password": {"x"}}),
	} {
		_, body, _ := strings.Cut(page.Text, "<body>")
		found := text.FindAllStringSubmatch(body, -1)
		if len(found) < 2 {
			t.Errorf("%s: %d texts", page.Request.URL, len(found))
		}
		for _, m := range found {
			if text := strings.TrimSpace(m[1]); !strings.Contains(text, "«") {
				t.Errorf("%s %s: %q is not translated", page.Request.Method, page.Request.URL, text)
			}
		}
	}
	if r := c.Get("/me/"); r.Status != 302 {
		t.Errorf("%d", r.Status)
	}
	want(t, c.Get("/me/login"), 200, "«Please log in to access this page.»")
}
