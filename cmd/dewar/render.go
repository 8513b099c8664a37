package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/dewar-go/dewar/jinja"
)

const renderUsage = `Usage: dewar render [OPTIONS] TEMPLATE [DATA]

Renders a Jinja template, as jinja2-cli does. TEMPLATE and DATA are files, - is
standard input. Other templates, for extends and include, are looked for in the
folder of TEMPLATE.

  -d, --data FILE         the variables, as DATA
      --format FORMAT     of the data: json, ini, env, querystring; auto (by the name, else JSON)
  -D, --define KEY=VALUE  a variable; it goes before those of the data
  -s, --section NAME      only this part of the data
  -e, --extension NAME    an extension: i18n, debug; do and loopcontrols are there
  -o, --outfile FILE      where to write; standard output by default
      --strict            a name that is not there is an error
      --templates FOLDER  where TEMPLATE and the others are
      --autoescape WHEN   on, off, or auto: for names in .html, .htm, .xml, .xhtml, .svg
      --escaping HOW      jinja, or contextual as in an application
      --trim-blocks, --lstrip-blocks

The function environ('NAME') gives a variable of the environment.
`

// A rendering holds the options of the command render.
type rendering struct {
	template, data, format, section string
	folder, out                     string
	defined                         []string
	strict                          bool
	options                         jinja.Options
}

// render is the command render.
func render(args []string, stdin io.Reader, stdout io.Writer) error {
	r := &rendering{format: "auto"}
	r.options.Escaping = jinja.Compat
	r.options.KeepTrailingNewline = true
	r.options.Extensions = []jinja.Extension{jinja.ExtensionDo, jinja.ExtensionLoopControls}
	when := "auto"
	o := optionSet{
		"d data": text(&r.data), "format": text(&r.format), "s section": text(&r.section), "o outfile output": text(&r.out),
		"D define":  func(v string) error { r.defined = append(r.defined, v); return nil },
		"templates": text(&r.folder), "strict!": on(&r.strict), "autoescape": text(&when),
		"trim-blocks!": on(&r.options.TrimBlocks), "lstrip-blocks!": on(&r.options.LstripBlocks),
		"e extension": func(v string) error {
			r.options.Extensions = append(r.options.Extensions, jinja.Extension(v))
			return nil
		},
		"escaping": func(v string) error {
			switch v {
			case "jinja":
				r.options.Escaping = jinja.Compat
			case "contextual":
				r.options.Escaping = jinja.Contextual
			default:
				return fmt.Errorf("%q is neither jinja nor contextual", v)
			}
			return nil
		},
	}
	names, err := o.parse(args)
	if err != nil || len(names) == 0 {
		return usageError(err, renderUsage)
	}
	if r.template = names[0]; len(names) > 2 || len(names) == 2 && r.data != "" {
		return usageError(errors.New("dewar: too many arguments"), renderUsage)
	}
	if len(names) == 2 {
		r.data = names[1]
	}
	if r.template == "-" && r.data == "-" {
		return usageError(errors.New("dewar: standard input cannot be both the template and the data"), renderUsage)
	}
	switch when {
	case "auto":
		r.options.Autoescape = jinja.SelectAutoescape("html", "htm", "xml", "xhtml", "svg")
		if r.template == "-" {
			r.options.Autoescape = nil
		}
	case "on":
		r.options.Autoescape = jinja.Always
	case "off":
	default:
		return usageError(fmt.Errorf("dewar: the option --autoescape: %q is not on, off or auto", when), renderUsage)
	}
	if r.strict {
		r.options.Undefined = jinja.Strict
	}
	return r.run(stdin, stdout)
}

func (r *rendering) run(stdin io.Reader, stdout io.Writer) error {
	vars, err := r.variables(stdin)
	if err != nil {
		return err
	}
	template, err := r.load(stdin)
	if err != nil {
		return err
	}
	return writeTo(r.out, stdout, func(w io.Writer) error {
		if err := template.Render(w, vars); err != nil {
			return detail(err)
		}
		return nil
	})
}

// load loads the template.
func (r *rendering) load(stdin io.Reader) (*jinja.Template, error) {
	folder, name := r.folder, r.template
	if folder == "" {
		folder = "."
		if name != "-" {
			folder, name = filepath.Split(name)
		}
	}
	if folder == "" {
		folder = "."
	}
	r.options.Loader = jinja.FS(os.DirFS(folder))
	env, err := jinja.New(r.options)
	if err != nil {
		return nil, fmt.Errorf("dewar: %w", err)
	}
	if err := env.AddGlobal("environ", environ); err != nil {
		return nil, err
	}
	for _, x := range r.options.Extensions {
		if strings.HasSuffix(string(x), "i18n") {
			env.InstallNullTranslations()
		}
	}
	var t *jinja.Template
	if name == "-" {
		source, err := io.ReadAll(stdin)
		if err != nil {
			return nil, fmt.Errorf("dewar: %w", err)
		}
		t, err = env.FromString(string(source))
		if err != nil {
			return nil, detail(err)
		}
		return t, nil
	}
	if t, err = env.GetTemplate(filepath.ToSlash(name)); err != nil {
		return nil, detail(err)
	}
	return t, nil
}

// environ is the function through which templates read the environment.
func environ(name string) any {
	if v, ok := os.LookupEnv(name); ok {
		return v
	}
	return nil
}

// detail returns the error of a template with its source line.
func detail(err error) error {
	var e *jinja.Error
	if errors.As(err, &e) {
		return fmt.Errorf("dewar: %s", strings.TrimRight(e.Detail(), "\n"))
	}
	return fmt.Errorf("dewar: %w", err)
}
