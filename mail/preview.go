package mail

import (
	"fmt"
	"html/template"
	"maps"
	"slices"

	"github.com/dewar-go/dewar"
)

// Previews is an extension that shows mails with sample data, in debug mode alone, at
// /_dewar/mail:
//
//	app.Extend(mail.Previews{
//		"welcome": func(c *dewar.Context) (*mail.Message, error) {
//			return mail.Render(c.App(), "mail/welcome", mail.Message{To: []string{"ada@example.com"}}, vars)
//		},
//	})
//
// Nothing is sent. A page is shown in a frame without scripts and without its site's rights, and
// pictures from elsewhere are not loaded.
type Previews map[string]func(*dewar.Context) (*Message, error)

// Init adds the pages.
func (p Previews) Init(app *dewar.App) error {
	if !app.Config().Debug {
		return nil
	}
	app.Get("/_dewar/mail", p.list).Name("mail_previews")
	app.Get("/_dewar/mail/<name>", p.show).Name("mail_preview")
	app.Get("/_dewar/mail/<name>/page", p.page).Name("mail_preview_page")
	return nil
}

func (p Previews) list(c *dewar.Context) error {
	return execute(c, listPage, slices.Sorted(maps.Keys(p)))
}

func (p Previews) message(c *dewar.Context) (*Message, error) {
	make, ok := p[c.Str("name")]
	if !ok {
		return nil, dewar.StatusError(404)
	}
	m, err := make(c)
	if err != nil {
		return nil, fmt.Errorf("mail: the preview %q: %w", c.Str("name"), err)
	}
	return m, nil
}

func (p Previews) show(c *dewar.Context) error {
	m, err := p.message(c)
	if err != nil {
		return err
	}
	wrong := ""
	if err := m.Check(); err != nil {
		wrong = err.Error()
	}
	return execute(c, messagePage, struct {
		*Message
		Name, Wrong string
	}{m, c.Str("name"), wrong})
}

// page is the mail's own page, for the frame.
func (p Previews) page(c *dewar.Context) error {
	m, err := p.message(c)
	if err != nil {
		return err
	}
	c.SetHeader("Content-Security-Policy", "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox")
	c.SetHeader("X-Frame-Options", "SAMEORIGIN")
	return c.HTML(m.HTML)
}

func execute(c *dewar.Context, t *template.Template, data any) error {
	c.SetHeader("Content-Type", "text/html; charset=utf-8")
	return t.Execute(c.Writer(), data)
}

var (
	listPage = template.Must(template.New("list").Parse(`<!doctype html>
<html lang="en"><meta name="viewport" content="width=device-width"><title>Mails</title>
<h1>Mails</h1>
<ul>{{ range . }}<li><a href="/_dewar/mail/{{ . }}">{{ . }}</a></li>{{ else }}<li>No preview is registered.</li>{{ end }}</ul>
`))
	messagePage = template.Must(template.New("message").Parse(`<!doctype html>
<html lang="en"><meta name="viewport" content="width=device-width"><title>{{ .Subject }}</title>
<p><a href="/_dewar/mail">Mails</a></p>
<h1>{{ .Subject }}</h1>
{{ with .Wrong }}<pre>{{ . }}</pre>{{ end }}
<dl><dt>From</dt><dd>{{ .From }}</dd><dt>To</dt>{{ range .To }}<dd>{{ . }}</dd>{{ end }}{{ range .Cc }}<dd>{{ . }} (copy)</dd>{{ end }}
{{ with .ReplyTo }}<dt>Reply to</dt><dd>{{ . }}</dd>{{ end }}{{ range .Attachments }}<dt>File</dt><dd>{{ .Name }}, {{ len .Data }} bytes</dd>{{ end }}</dl>
{{ if .HTML }}<iframe title="The page of the mail" src="/_dewar/mail/{{ .Name }}/page" sandbox width="100%" height="500"></iframe>{{ end }}
<h2>Text</h2>
<pre>{{ .Text }}</pre>
`))
)
