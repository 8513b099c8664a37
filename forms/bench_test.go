package forms_test

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/forms"
	"github.com/dewar-go/dewar/jinja"
)

type ten struct {
	Email   string  `form:"email" check:"required, email" filter:"strip"`
	First   string  `form:"first" check:"required, length(1, 80)"`
	Last    string  `form:"last" check:"required, length(1, 80)"`
	Age     int     `form:"age" check:"number_range(1, 150)"`
	Weight  float64 `form:"weight"`
	News    bool    `form:"news"`
	Street  string  `form:"street" check:"length(max=200)"`
	City    string  `form:"city" check:"length(max=200)"`
	Zip     string  `form:"zip" check:"length(max=10)"`
	Country string  `form:"country" choices:"de,fr,us"`
}

const tenBody = "email=ada%40example.org&first=Ada&last=Lovelace&age=36&weight=60.5&news=y&street=St+James+Square+12&city=London&zip=SW1Y&country=de"

func handTen(c *dewar.Context) (in ten, err error) {
	in.Email = strings.TrimSpace(c.Form("email"))
	in.First, in.Last = c.Form("first"), c.Form("last")
	if in.Age, err = strconv.Atoi(c.Form("age")); err != nil {
		return in, err
	}
	if in.Weight, err = strconv.ParseFloat(c.Form("weight"), 64); err != nil {
		return in, err
	}
	in.News = c.Form("news") != ""
	in.Street, in.City, in.Zip, in.Country = c.Form("street"), c.Form("city"), c.Form("zip"), c.Form("country")
	if in.Email == "" || !strings.Contains(in.Email, "@") || in.First == "" || in.Last == "" || in.Age < 1 || in.Age > 150 || len(in.Street) > 200 {
		return in, errors.New("invalid")
	}
	return in, nil
}

func serve(b *testing.B, view func(c *dewar.Context) error) {
	b.Helper()
	a := dewar.New(dewar.Config{Logger: slog.New(slog.DiscardHandler), TrustedHosts: []string{"example.com"},
		SecretKey: dewar.NewSecret("q7Zt1mVx9Lr3Yw8KpD5nHs2JfB6cGa4EuR0iToXy")})
	a.Route("/", view, "GET", "POST")
	h, err := a.Handler()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest(http.MethodPost, "https://example.com/", strings.NewReader(tenBody))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code >= 400 {
			b.Fatal(w.Code, w.Body.String())
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	b.Run("hand", func(b *testing.B) {
		serve(b, func(c *dewar.Context) error {
			if _, err := handTen(c); err != nil {
				return err
			}
			return c.NoContent()
		})
	})
	b.Run("forms", func(b *testing.B) {
		serve(b, func(c *dewar.Context) error {
			if form := forms.New[ten](c); !form.Valid() {
				return form.Err()
			}
			return c.NoContent()
		})
	})
	b.Run("neither", func(b *testing.B) {
		serve(b, func(c *dewar.Context) error {
			c.Form("")
			return c.NoContent()
		})
	})
}

const tenFields = `<form method="post">{% for f in form if f.name != 'csrf_token' %}<p>{{ f.label }} {{ f() }}{% for e in f.errors %}<b>{{ e }}</b>{% endfor %}</p>{% endfor %}</form>`

const tenNamed = `<form method="post">
<p>{{ form.email.label }} {{ form.email }}{% for e in form.email.errors %}<b>{{ e }}</b>{% endfor %}</p>
<p>{{ form.first.label }} {{ form.first }}{% for e in form.first.errors %}<b>{{ e }}</b>{% endfor %}</p>
<p>{{ form.last.label }} {{ form.last }}{% for e in form.last.errors %}<b>{{ e }}</b>{% endfor %}</p>
<p>{{ form.age.label }} {{ form.age }}{% for e in form.age.errors %}<b>{{ e }}</b>{% endfor %}</p>
<p>{{ form.weight.label }} {{ form.weight }}{% for e in form.weight.errors %}<b>{{ e }}</b>{% endfor %}</p>
<p>{{ form.news.label }} {{ form.news }}{% for e in form.news.errors %}<b>{{ e }}</b>{% endfor %}</p>
<p>{{ form.street.label }} {{ form.street }}{% for e in form.street.errors %}<b>{{ e }}</b>{% endfor %}</p>
<p>{{ form.city.label }} {{ form.city }}{% for e in form.city.errors %}<b>{{ e }}</b>{% endfor %}</p>
<p>{{ form.zip.label }} {{ form.zip }}{% for e in form.zip.errors %}<b>{{ e }}</b>{% endfor %}</p>
<p>{{ form.country.label }} {{ form.country }}{% for e in form.country.errors %}<b>{{ e }}</b>{% endfor %}</p>
</form>`

const tenHand = `<form method="post">
<p><label for="email">Email</label> <input id="email" name="email" required type="text" value="{{ form.Email }}">{% for e in errors.email %}<b>{{ e }}</b>{% endfor %}</p>
<p><label for="first">First</label> <input id="first" maxlength="80" minlength="1" name="first" required type="text" value="{{ form.First }}">{% for e in errors.first %}<b>{{ e }}</b>{% endfor %}</p>
<p><label for="last">Last</label> <input id="last" maxlength="80" minlength="1" name="last" required type="text" value="{{ form.Last }}">{% for e in errors.last %}<b>{{ e }}</b>{% endfor %}</p>
<p><label for="age">Age</label> <input id="age" inputmode="numeric" max="150" min="1" name="age" type="number" value="{{ form.Age }}">{% for e in errors.age %}<b>{{ e }}</b>{% endfor %}</p>
<p><label for="weight">Weight</label> <input id="weight" name="weight" type="text" value="{{ form.Weight }}">{% for e in errors.weight %}<b>{{ e }}</b>{% endfor %}</p>
<p><label for="news">News</label> <input {% if form.News %}checked {% endif %}id="news" name="news" type="checkbox" value="y"><input name="_offered" type="hidden" value="news">{% for e in errors.news %}<b>{{ e }}</b>{% endfor %}</p>
<p><label for="street">Street</label> <input id="street" maxlength="200" name="street" type="text" value="{{ form.Street }}">{% for e in errors.street %}<b>{{ e }}</b>{% endfor %}</p>
<p><label for="city">City</label> <input id="city" maxlength="200" name="city" type="text" value="{{ form.City }}">{% for e in errors.city %}<b>{{ e }}</b>{% endfor %}</p>
<p><label for="zip">Zip</label> <input id="zip" maxlength="10" name="zip" type="text" value="{{ form.Zip }}">{% for e in errors.zip %}<b>{{ e }}</b>{% endfor %}</p>
<p><label for="country">Country</label> <select id="country" name="country">{% for c in ['de', 'fr', 'us'] %}<option{% if c == form.Country %} selected{% endif %} value="{{ c }}">{{ c }}</option>{% endfor %}</select>{% for e in errors.country %}<b>{{ e }}</b>{% endfor %}</p>
</form>`

// BenchmarkRender is a page with ten fields, their labels and errors, beside the same page written by hand.
func BenchmarkRender(b *testing.B) {
	env, err := jinja.New(jinja.Options{Autoescape: jinja.Always})
	if err != nil {
		b.Fatal(err)
	}
	s, err := forms.SchemaOf[ten]()
	if err != nil {
		b.Fatal(err)
	}
	values, err := url.ParseQuery(tenBody)
	if err != nil {
		b.Fatal(err)
	}
	from := ten{"ada@example.org", "Ada", "Lovelace", 36, 60.5, true, "St James Square 12", "London", "SW1Y", "de"}
	for _, row := range []struct {
		name, page string
		vars       map[string]any
	}{
		{"hand", tenHand, map[string]any{"form": &from, "errors": map[string]any{}}},
		{"loop", tenFields, map[string]any{"form": s.Read(values)}},
		{"named", tenNamed, map[string]any{"form": s.Read(values)}},
	} {
		b.Run(row.name, func(b *testing.B) {
			page, err := env.FromString(row.page)
			if err != nil {
				b.Fatal(err)
			}
			var buf []byte
			b.ReportAllocs()
			for b.Loop() {
				if buf, err = page.Append(buf[:0], jinja.Run{Vars: row.vars}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
