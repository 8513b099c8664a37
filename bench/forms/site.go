package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/mail"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing/fstest"
	"time"
	"unicode/utf8"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/forms"
)

// signup is the form.
type signup struct {
	Email      string    `form:"email" type:"email" label:"E-mail" check:"required,email"`
	Password   string    `form:"password" type:"password" check:"required,length(8, 200)"`
	Name       string    `form:"name" check:"required,length(max=80)"`
	Age        int       `form:"age" check:"required,number_range(18, 120)"`
	Birthday   time.Time `form:"birthday" type:"date" check:"required"`
	Country    string    `form:"country" choices:"at=Austria,ch=Switzerland,de=Germany"`
	Website    string    `form:"website" type:"url" check:"optional,url"`
	Bio        string    `form:"bio" type:"textarea" check:"length(max=500)"`
	Newsletter bool      `form:"newsletter"`
	Terms      bool      `form:"terms" check:"required"`
}

// read is what a program without forms does.
func (s *signup) read(get func(string) string) (problem string) {
	s.Email, s.Password, s.Name, s.Bio = get("email"), get("password"), get("name"), get("bio")
	if _, err := mail.ParseAddress(s.Email); err != nil {
		return "Invalid email address."
	}
	if n := utf8.RuneCountInString(s.Password); n < 8 || n > 200 {
		return "Field must be between 8 and 200 characters long."
	}
	if s.Name == "" || utf8.RuneCountInString(s.Name) > 80 {
		return "Field cannot be longer than 80 characters."
	}
	var err error
	if s.Age, err = strconv.Atoi(strings.TrimSpace(get("age"))); err != nil || s.Age < 18 || s.Age > 120 {
		return "Number must be between 18 and 120."
	}
	if s.Birthday, err = time.Parse(time.DateOnly, get("birthday")); err != nil {
		return "Not a valid date value."
	}
	switch s.Country = get("country"); s.Country {
	case "at", "ch", "de":
	default:
		return "Not a valid choice."
	}
	if s.Website = get("website"); s.Website != "" {
		if u, err := url.Parse(s.Website); err != nil || u.Host == "" {
			return "Invalid URL."
		}
	}
	if utf8.RuneCountInString(s.Bio) > 500 {
		return "Field cannot be longer than 500 characters."
	}
	s.Newsletter = get("newsletter") != ""
	if s.Terms = get("terms") != ""; !s.Terms {
		return "This field is required."
	}
	return ""
}

// site is an application whose views read the form in each way.
type site struct{ handler http.Handler }

func newSite() (*site, error) {
	dir, err := os.MkdirTemp("", "bench-forms")
	if err != nil {
		return nil, err
	}
	app := dewar.New(dewar.Config{
		Loopback: true, InstanceDir: dir, Logger: slog.New(slog.DiscardHandler),
		Templates: fstest.MapFS{"fields.html": {Data: []byte(fieldsTemplate)},
			"plain.html": {Data: []byte(strings.ReplaceAll(fieldsTemplate, "(class='wide')", ""))}, "hand.html": {Data: []byte(handTemplate)}},
	})
	app.Post("/nothing", func(c *dewar.Context) error { return c.Text("ok") })
	app.Post("/hand", func(c *dewar.Context) error {
		var s signup
		if problem := s.read(c.Form); problem != "" {
			return errors.New(problem)
		}
		return c.Text("ok")
	})
	app.Post("/forms", func(c *dewar.Context) error {
		form := forms.New[signup](c)
		if !form.Valid() || form.Data.Age != 36 {
			return fmt.Errorf("%v", form.Errors())
		}
		return c.Text("ok")
	})
	app.Post("/rendered", func(c *dewar.Context) error {
		form := forms.New[signup](c)
		form.Valid()
		return form.Render("fields.html", nil)
	})
	app.Post("/plain", func(c *dewar.Context) error {
		form := forms.New[signup](c)
		form.Valid()
		return form.Render("plain.html", nil)
	})
	app.Post("/written", func(c *dewar.Context) error {
		form := forms.New[signup](c)
		form.Valid()
		return c.Render("hand.html", dewar.Vars{"v": &form.Data})
	})
	handler, err := app.Handler()
	return &site{handler}, err
}

// answers keeps the status of an answer.
type answers struct {
	header http.Header
	status int
	size   int
}

func (a *answers) Header() http.Header         { return a.header }
func (a *answers) WriteHeader(status int)      { a.status = status }
func (a *answers) Write(b []byte) (int, error) { a.size += len(b); return len(b), nil }

func (s *site) post(path string, least int) func() error {
	target := &url.URL{Path: path}
	return func() error {
		r := newRequest()
		r.URL, r.RequestURI, r.RemoteAddr = target, path, "127.0.0.1:1"
		w := answers{header: http.Header{}, status: http.StatusOK}
		s.handler.ServeHTTP(&w, r)
		if w.status != http.StatusOK || w.size < least {
			return fmt.Errorf("%s: status %d, %d bytes", path, w.status, w.size)
		}
		return nil
	}
}

func (s *site) decoders() []contestant {
	nothing := s.post("/nothing", 2)
	return []contestant{{byHand, s.post("/hand", 2), nothing}, {withForms, s.post("/forms", 2), nothing}}
}

func (s *site) renderers() []contestant {
	read := s.post("/forms", 2)
	return []contestant{{byHand, s.post("/written", 1500), read}, {withForms, s.post("/rendered", 1500), read},
		{withoutClass, s.post("/plain", 1300), read}}
}

const fieldsTemplate = `<p>{{ form.email.label }} {{ form.email(class='wide') }}</p>
<p>{{ form.password.label }} {{ form.password(class='wide') }}</p>
<p>{{ form.name.label }} {{ form.name(class='wide') }}</p>
<p>{{ form.age.label }} {{ form.age(class='wide') }}</p>
<p>{{ form.birthday.label }} {{ form.birthday(class='wide') }}</p>
<p>{{ form.country.label }} {{ form.country(class='wide') }}</p>
<p>{{ form.website.label }} {{ form.website(class='wide') }}</p>
<p>{{ form.bio.label }} {{ form.bio(class='wide') }}</p>
<p>{{ form.newsletter.label }} {{ form.newsletter(class='wide') }}</p>
<p>{{ form.terms.label }} {{ form.terms(class='wide') }}</p>
`

// handTemplate is what the other one shows, written by hand.
const handTemplate = `<p><label for="email">E-mail</label> <input class="wide" id="email" name="email" required type="email" value="{{ v.email }}" autocomplete="email"></p>
<p><label for="password">Password</label> <input class="wide" id="password" maxlength="200" minlength="8" name="password" required type="password" value="" autocomplete="new-password"></p>
<p><label for="name">Name</label> <input class="wide" id="name" maxlength="80" name="name" required type="text" value="{{ v.name }}" autocomplete="name"></p>
<p><label for="age">Age</label> <input class="wide" id="age" max="120" min="18" name="age" required type="number" value="{{ v.age }}"></p>
<p><label for="birthday">Birthday</label> <input class="wide" id="birthday" name="birthday" required type="date" value="{{ v.birthday.strftime('%Y-%m-%d') }}"></p>
<p><label for="country">Country</label> <select class="wide" id="country" name="country"><option{% if v.country == 'at' %} selected{% endif %} value="at">Austria</option><option{% if v.country == 'ch' %} selected{% endif %} value="ch">Switzerland</option><option{% if v.country == 'de' %} selected{% endif %} value="de">Germany</option></select></p>
<p><label for="website">Website</label> <input class="wide" id="website" name="website" type="url" value="{{ v.website }}"></p>
<p><label for="bio">Bio</label> <textarea class="wide" id="bio" maxlength="500" name="bio">
{{ v.bio }}</textarea></p>
<p><label for="newsletter">Newsletter</label> <input{% if v.newsletter %} checked{% endif %} class="wide" id="newsletter" name="newsletter" type="checkbox" value="y"></p>
<p><label for="terms">Terms</label> <input{% if v.terms %} checked{% endif %} class="wide" id="terms" name="terms" required type="checkbox" value="y"></p>
`
