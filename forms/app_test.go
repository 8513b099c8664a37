package forms_test

import (
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/forms"
)

type address struct {
	Street string `form:"street" check:"required"`
	Secret string
}

type register struct {
	Email    string     `form:"email" label:"E-mail" check:"required, email, length(max=80)" filter:"strip,lower" description:"We <never> pass it on."`
	Password string     `form:"password" type:"password" check:"required, length(8)"`
	Age      *int       `form:"age" check:"optional, number_range(1, 150)"`
	Host     netip.Addr `form:"host" check:"optional"`
	Remember bool       `form:"remember" default:"true"`
	Color    string     `form:"color" choices:"red=Red, green=Green" default:"red"`
	Home     address    `form:"home"`
	Tags     []string   `form:"tags" check:"length(2)" entries:"1..3"`
	Admin    bool
}

func (r *register) ValidateEmail() error {
	if r.Email == "taken@example.org" {
		return errors.New("This address is taken.")
	}
	return nil
}

const registerPage = `<form method="{{ method }}">{{ form.hidden_tag() }}
{% for field in form if field.type != 'CSRFTokenField' %}{{ field.label }} {{ field(class_='wide') }}{% for e in field.errors %}<p>{{ e }}</p>{% endfor %}
{% endfor %}{{ form.email.data }} {{ form.errors }} {{ form.email.flags.required }}</form>`

// app returns a client of an app with one view, and the last form that it made.
func app[T any](t *testing.T, page string, view func(c *dewar.Context, form *forms.FormOf[T]) error, o ...forms.Options) *dewartest.Client {
	t.Helper()
	a := dewar.New(dewar.Config{Templates: fstest.MapFS{"page.html": {Data: []byte(page)}}})
	a.Route("/", func(c *dewar.Context) error { return view(c, forms.New[T](c, o...)) }, "GET", "POST", "PUT", "PATCH", "DELETE")
	return dewartest.New(t, a)
}

func TestStruct(t *testing.T) {
	var last *forms.FormOf[register]
	client := app(t, registerPage, func(c *dewar.Context, form *forms.FormOf[register]) error {
		last = form
		if form.Valid() {
			return c.Redirect(dewar.Path("/done"))
		}
		return form.Render("page.html", nil)
	})
	shown := client.Get("/")
	if shown.Status != 200 || !strings.Contains(shown.Text, `<input aria-describedby="email-help" autocomplete="email" class="wide" id="email" maxlength="80" name="email" required type="email"`) {
		t.Errorf("%d\n%s", shown.Status, shown.Text)
	}
	wrong := client.PostForm("/", url.Values{"email": {" A@Example.org "}, "password": {"short"}, "age": {"x"}, "host": {""}, "home-street": {"s"}, "home-Secret": {"x"}, "Admin": {"1"}, "admin": {"1"}, "tags-4": {"ab"}})
	if wrong.Status != 422 || strings.Contains(wrong.Text, "short") || last.Data.Email != "a@example.org" || last.Data.Remember || last.Data.Admin || last.Data.Home.Secret != "" {
		t.Errorf("%d %+v\n%s", wrong.Status, last.Data, wrong.Text)
	}
}

// formRequest makes a POST of a body as it is.
func formRequest(client *dewartest.Client, body string) *http.Request {
	r := client.NewRequest("POST", "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}
