package forms_test

import (
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/forms"
)

// A form without fields is a button, as the EmptyForm of many Flask applications: it holds the token and no more.
func TestFormWithoutFields(t *testing.T) {
	app := dewar.New(dewar.Config{InstanceDir: t.TempDir(), Loopback: true, Templates: fstest.MapFS{
		"follow.html": {Data: []byte(`<form method="post">{{ form.hidden_tag() }}<button>Follow</button></form>{{ form.errors|length }}`)},
	}})
	app.Route("/follow", func(c *dewar.Context) error {
		form := forms.New[struct{}](c)
		if form.Valid() {
			return c.Text("followed")
		}
		return form.Render("follow.html", nil)
	}, "GET", "POST")
	client := dewartest.New(t, app)
	if w := client.Get("/follow"); w.Status != 200 || !strings.Contains(w.Text, `name="csrf_token"`) || !strings.HasSuffix(w.Text, "</form>0") {
		t.Errorf("%d %s", w.Status, w.Text)
	}
	if w := client.PostForm("/follow", url.Values{}); w.Text != "followed" {
		t.Errorf("%d %s", w.Status, w.Text)
	}
	if w := client.PostForm("/follow", url.Values{"submit": {"Follow"}}); w.Text != "followed" {
		t.Errorf("%d %s", w.Status, w.Text)
	}
}
