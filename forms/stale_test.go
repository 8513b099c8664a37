package forms_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/forms"
)

var tokenValue = regexp.MustCompile(`name="csrf_token" type="hidden" value="([^"]+)"`)

// TestStaleTokenShowsTheFormAgain: filled, with a new token and 422, where the route says so; a view that does not look
// at the form is refused all the same.
func TestStaleTokenShowsTheFormAgain(t *testing.T) {
	saved := 0
	a := dewar.New(dewar.Config{Templates: fstest.MapFS{"page.html": {Data: []byte(
		`<form method="{{ method }}">{{ form.hidden_tag() }}{{ form.form_errors|join }}{{ form.name }}{{ form.secret }}</form>`)}}})
	type note struct {
		Name   string `form:"name" check:"required"`
		Secret string `form:"secret" type:"password"`
	}
	view := func(c *dewar.Context) error {
		form := forms.New[note](c)
		if form.Valid() {
			saved++
			return c.NoContent()
		}
		if form.Submitted() && len(form.Errors()) == 0 {
			t.Error("not valid, without an error")
		}
		return form.Render("page.html", nil)
	}
	a.Route("/stale", view, "GET", "POST").InsecureStaleToken()
	a.Route("/plain", view, "GET", "POST")
	a.Post("/careless", func(c *dewar.Context) error { return c.Text("done") }).InsecureStaleToken()
	owner := dewartest.New(t, a)
	owner.SecFetchSite = ""
	other := owner.Another()
	token := func(c *dewartest.Client) string { return tokenValue.FindStringSubmatch(c.Get("/stale").Text)[1] }
	foreign, own := token(other), token(owner)
	sent := url.Values{"name": {"typed"}, "secret": {"hunter2"}, "csrf_token": {foreign}}
	r := owner.PostForm("/stale", sent)
	if r.Status != 422 || saved > 0 || !strings.Contains(r.Text, `value="typed"`) || strings.Contains(r.Text, "hunter2") || !strings.Contains(r.Text, "The form was open for too long.") {
		t.Fatalf("%d, saved %d: %s", r.Status, saved, r.Text)
	}
	sent.Set("csrf_token", tokenValue.FindStringSubmatch(r.Text)[1])
	if r := owner.PostForm("/stale", sent); r.Status != 204 || saved != 1 {
		t.Errorf("the new token: %d %s", r.Status, r.Text)
	}
	sent.Set("csrf_token", foreign)
	if r := owner.PostForm("/careless", sent); r.Status != 400 || strings.Contains(r.Text, "done") {
		t.Errorf("a view without a form: %d %s", r.Status, r.Text)
	}
	if r := owner.PostForm("/plain", sent); r.Status != 400 || saved != 1 {
		t.Errorf("a route that does not say so: %d %s", r.Status, r.Text)
	}
	sent.Del("csrf_token")
	if r := owner.PostForm("/stale", sent); r.Status != 400 {
		t.Errorf("without a token: %d %s", r.Status, r.Text)
	}
	sent.Set("csrf_token", own)
	owner.SecFetchSite = "cross-site"
	if r := owner.PostForm("/stale", sent); r.Status != 403 || saved != 1 {
		t.Errorf("from another site: %d %s", r.Status, r.Text)
	}
}
