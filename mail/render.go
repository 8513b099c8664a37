package mail

import (
	"errors"
	"fmt"
	"strings"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/jinja"
)

// Render makes the texts of a mail from templates of the app: name.txt, whose first line is
// "Subject: …", and name.html, if there is one. The other fields are m's. Templates see vars and url_for,
// which gives whole URLs; they see no request, whether there is one or not, since a mail may be
// made later. The app must be built, as it is in a view or a task.
//
// An empty link in the page, <a href="">, is an error: the variable was not there.
func Render(app *dewar.App, name string, m Message, vars any) (*Message, error) {
	env := app.Templates()
	if env == nil {
		return nil, fmt.Errorf("mail: Render(%q): the app is not built yet", name)
	}
	run := jinja.Run{Vars: vars, Data: app}
	t, err := env.GetTemplate(name + ".txt")
	if err != nil {
		return nil, fmt.Errorf("mail: Render: %w", err)
	}
	text, err := t.Append(nil, run)
	if err != nil {
		return nil, fmt.Errorf("mail: Render: %w", err)
	}
	first, rest, _ := strings.Cut(string(text), "\n")
	subject, ok := strings.CutPrefix(strings.TrimSpace(first), "Subject:")
	if !ok {
		return nil, fmt.Errorf("mail: Render: the first line of %s.txt must be \"Subject: …\", and is %q", name, clip(first))
	}
	m.Subject, m.Text = strings.TrimSpace(subject), strings.TrimLeft(rest, "\r\n")
	switch t, err := env.GetTemplate(name + ".html"); {
	case err == nil:
		page, err := t.Append(nil, run)
		if err != nil {
			return nil, fmt.Errorf("mail: Render: %w", err)
		}
		m.HTML = string(page)
		if strings.Contains(m.HTML, `href=""`) {
			return nil, fmt.Errorf("mail: Render: %s.html has an empty link", name)
		}
	case !absent(err, name+".html"):
		return nil, fmt.Errorf("mail: Render: %w", err)
	}
	return &m, nil
}

// absent reports whether an error says that the template itself is not there.
func absent(err error, name string) bool {
	var e *jinja.Error
	return errors.As(err, &e) && e.Class == "TemplateNotFound" && e.Message == name
}
