package dewar_test

import (
	"bytes"
	"io/fs"
	"log/slog"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/jinja"
)

func folder(files ...string) fs.FS {
	m := fstest.MapFS{}
	for i := 0; i < len(files); i += 2 {
		m[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	return m
}

// TestTemplateExtensions: the extensions work where they are asked for, and
// where they are not the error names the setting.
func TestTemplateExtensions(t *testing.T) {
	shout := func(p *jinja.Parser) ([]jinja.Stmt, error) {
		pos := p.Pos()
		p.Next()
		return []jinja.Stmt{&jinja.NodeOutput{Pos: pos, Nodes: []jinja.Expr{p.ParseExpression()}}}, nil
	}
	rows := []struct {
		name, source, want, hint string
		set                      func(*dewar.Config)
	}{
		{"break", "{% for x in [1, 2] %}{{ x }}{% break %}{% endfor %}", "1", "jinja.ExtensionLoopControls", func(c *dewar.Config) { c.TemplateExtensions = []jinja.Extension{"jinja2.ext.loopcontrols"} }},
		{"continue", "{% for x in [1, 2] %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}{% endfor %}", "2", "jinja.ExtensionLoopControls", func(c *dewar.Config) { c.TemplateExtensions = []jinja.Extension{jinja.ExtensionLoopControls} }},
		{"trans", "{% trans name='<Ada>' %}Hello {{ name }}{% endtrans %} {{ _('you %(n)s', n=1) }}", "Hello &lt;Ada&gt; you 1", "jinja.ExtensionI18n", func(c *dewar.Config) { c.TemplateExtensions = []jinja.Extension{jinja.ExtensionI18n} }},
		{"a catalogue", "{% trans %}Hello{% endtrans %}", "Hello (GET)", "jinja.ExtensionI18n", func(c *dewar.Config) {
			c.TemplateExtensions = []jinja.Extension{"jinja2.ext.i18n"}
			c.TemplateTranslations.Gettext = func(st jinja.State, message string) (string, error) {
				return message + " (" + st.Data().(*dewar.Context).Method() + ")", nil
			}
		}},
		{"debug", "{% debug %}", "", "jinja.ExtensionDebug", func(c *dewar.Config) { c.TemplateExtensions = []jinja.Extension{jinja.ExtensionDebug} }},
		{"a scheme", "<a href='{{ request.args.u or 'myapp:a' }}'>{% for x in [1] %}{% break %}{% endfor %}", "<a href='myapp:a'>", "jinja.ExtensionLoopControls", func(c *dewar.Config) {
			c.TemplateExtensions, c.TemplateLinkSchemes = []jinja.Extension{jinja.ExtensionLoopControls}, []string{"myapp"}
		}},
		{"a tag of the program", "{% shout 'a' %}", "a", "Config.TemplateTags", func(c *dewar.Config) { c.TemplateTags = map[string]jinja.Tag{"shout": shout} }},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			cfg := dewar.Config{Templates: folder("page.html", row.source), Logger: slog.New(slog.DiscardHandler)}
			page := func(c *dewar.Context) error { return c.Render("page.html", nil) }

			without := dewar.New(cfg)
			without.Get("/", page)
			if _, err := without.Handler(); err == nil || !strings.Contains(err.Error(), row.hint) {
				t.Errorf("without the setting: %v", err)
			}
			// Where the start lets it pass, the page says so.
			var log bytes.Buffer
			moving := cfg
			moving.Logger = slog.New(slog.NewTextHandler(&log, nil))
			beside := dewar.New(moving)
			beside.Fallback("http://127.0.0.1:1")
			beside.Get("/", page)
			if resp := dewartest.New(t, beside).Get("/"); resp.Status != 500 || strings.Count(log.String(), row.hint) < 2 {
				t.Errorf("at the page: %d\n%s", resp.Status, log.String())
			}

			row.set(&cfg)
			with := dewar.New(cfg)
			with.Get("/", page)
			if resp := dewartest.New(t, with).Get("/"); resp.Status != 200 || row.want != "" && resp.Text != row.want || resp.Text == "" {
				t.Errorf("%d %q, want %q", resp.Status, resp.Text, row.want)
			}
		})
	}
	// do needs no setting, and asking for it does no harm.
	for _, set := range [][]jinja.Extension{nil, {jinja.ExtensionDo}} {
		app := checked(t, func(c *dewar.Config) {
			c.TemplateExtensions, c.Templates = set, folder("page.html", "{% set l = [] %}{% do l.append(1) %}{{ l }}")
		})
		app.Get("/", func(c *dewar.Context) error { return c.Render("page.html", nil) })
		if resp := dewartest.New(t, app).Get("/"); resp.Text != "[1]" {
			t.Errorf("do with the setting %q: %d %q", set, resp.Status, resp.Text)
		}
	}
	wrong := dewar.New(dewar.Config{TemplateExtensions: []jinja.Extension{"jinja2.ext.nope"}, Logger: slog.New(slog.DiscardHandler)})
	if _, err := wrong.Handler(); err == nil || !strings.Contains(err.Error(), "TemplateExtensions: unknown extension") {
		t.Error(err)
	}
	scheme := dewar.New(dewar.Config{TemplateLinkSchemes: []string{"javascript"}, Logger: slog.New(slog.DiscardHandler)})
	if _, err := scheme.Handler(); err == nil || !strings.Contains(err.Error(), `TemplateLinkSchemes: "javascript" is no scheme of links`) {
		t.Error(err)
	}
	misplaced := dewar.New(dewar.Config{Templates: folder("page.html", "{% endif %}"), Logger: slog.New(slog.DiscardHandler)})
	if _, err := misplaced.Handler(); err == nil || strings.Contains(err.Error(), "Config.Template") {
		t.Errorf("a tag of the language: %v", err)
	}
}

// TestTemplateFolders: folders are searched in their order, and each has its own
// way to escape.
func TestTemplateFolders(t *testing.T) {
	const script = "<script>var a = '{{ x }}';</script>"
	app := checked(t, func(c *dewar.Config) {
		c.Templates = folder("first.html", "first", "both.html", "first", "own.html", script)
		c.TemplateFolders = []dewar.TemplateFolder{
			{FS: folder("both.html", "second", "second.html", "second", "old.html", "{% extends 'own.html' %}", "flask.html", script), InsecureCompatEscaping: true},
			{FS: folder("second.html", "third", "third.html", "third", "new.html", script)},
		}
	})
	bp := dewar.NewBlueprint("bp", dewar.BlueprintOptions{Templates: folder("third.html", "blueprint", "bp.html", "blueprint")})
	app.Register(bp)
	dewar.Get1(app, "/<name>", func(c *dewar.Context, name string) error { return c.Render(name, dewar.Vars{"x": "'<"}) }).Name("page")
	client := dewartest.New(t, app)
	for name, want := range map[string]string{
		"first.html": "first", "both.html": "first", "second.html": "second", "third.html": "third", "bp.html": "blueprint",
		"flask.html": "<script>var a = '&#39;&lt;';</script>", "new.html": `var a = '\u0027\u003c';</script>`, "old.html": `var a = '\u0027\u003c';</script>`,
	} {
		if resp := client.Get("/" + name); resp.Status != 200 || !strings.HasSuffix(resp.Text, want) {
			t.Errorf("%s: %d %s, want %s", name, resp.Status, resp.Text, want)
		}
	}
	if got := found(app.Check()); len(got) != 1 || got[0] != "compat-escaping warning Config.TemplateFolders[0].InsecureCompatEscaping" {
		t.Errorf("check: %q", got)
	}
	for name, list := range map[string][]dewar.TemplateFolder{"no FS": {{}}, "no folder": {{FS: folder("a.html", "x")}, {FS: missing{}}}} {
		app := checked(t, func(c *dewar.Config) { c.TemplateFolders = list })
		if _, err := app.Handler(); err == nil || !strings.Contains(err.Error(), "TemplateFolders[") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// missing is a folder that cannot be read.
type missing struct{}

func (missing) Open(string) (fs.File, error) { return nil, fs.ErrNotExist }

// TestTemplateSyntax: what Flask applications set with jinja_options. The wanted texts are
// Jinja2's.
func TestTemplateSyntax(t *testing.T) {
	const block = "<ul>\n  {% for x in [1, 2] %}\n  <li>{{ x }}</li>\n  {% endfor %}\n</ul>\n"
	for name, row := range map[string]struct {
		syntax       dewar.TemplateSyntax
		source, want string
	}{
		"none":             {dewar.TemplateSyntax{}, block, "<ul>\n  \n  <li>1</li>\n  \n  <li>2</li>\n  \n</ul>"},
		"trim_blocks":      {dewar.TemplateSyntax{TrimBlocks: true}, block, "<ul>\n    <li>1</li>\n    <li>2</li>\n  </ul>"},
		"lstrip_blocks":    {dewar.TemplateSyntax{LstripBlocks: true}, block, "<ul>\n\n  <li>1</li>\n\n  <li>2</li>\n\n</ul>"},
		"both":             {dewar.TemplateSyntax{TrimBlocks: true, LstripBlocks: true}, block, "<ul>\n  <li>1</li>\n  <li>2</li>\n</ul>"},
		"trailing newline": {dewar.TemplateSyntax{KeepTrailingNewline: true}, "a\n", "a\n"},
		"line statements":  {dewar.TemplateSyntax{LineStatementPrefix: "%", LineCommentPrefix: "##"}, "% for x in [1, 2]\n{{ x }} ## a number\n% endfor", "1\n2\n"},
		"delimiters":       {dewar.TemplateSyntax{BlockStart: "<%", BlockEnd: "%>", VariableStart: "[[", VariableEnd: "]]", CommentStart: "<#", CommentEnd: "#>"}, "<% if true %>[[ 1 ]]<# no #>{{ x }}<% endif %>", "1{{ x }}"},
		"strict":           {dewar.TemplateSyntax{Undefined: jinja.Strict}, "{{ nothing }}", ""},
		"the same twice":   {dewar.TemplateSyntax{VariableStart: "{%"}, "x", "TemplateSyntax: block, variable and comment start strings must be different"},
	} {
		t.Run(name, func(t *testing.T) {
			app := dewar.New(dewar.Config{
				Loopback: true, InstanceDir: t.TempDir(), Templates: folder("page.html", row.source), TemplateSyntax: row.syntax, Logger: slog.New(slog.DiscardHandler),
			})
			app.Get("/", func(c *dewar.Context) error { return c.Render("page.html", nil) })
			if strings.HasPrefix(row.want, "TemplateSyntax: ") {
				if _, err := app.Handler(); err == nil || !strings.Contains(err.Error(), row.want) {
					t.Errorf("got %v", err)
				}
				return
			}
			resp := dewartest.New(t, app).Get("/")
			if resp.Text != row.want && row.want != "" || (resp.Status == 500) != (row.want == "") {
				t.Errorf("got %d %q, want %q", resp.Status, resp.Text, row.want)
			}
		})
	}
}
