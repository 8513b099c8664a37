package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dewar-go/dewar/jinja"
)

const extractUsage = `Usage: dewar extract [OPTIONS] FILE-OR-FOLDER...

Writes the messages of templates as a .pot file, in the form of pybabel extract:
trans tags and the calls of gettext, ngettext, pgettext, npgettext, _, N_ and
their like. Of folders it reads *.html, *.htm, *.xml, *.xhtml, *.svg, *.txt, *.j2, *.jinja
and *.jinja2; names that begin with . or _ are left out.

  -o, --output FILE            where to write it; standard output by default
  -k, --keyword SPEC           another function: name, name:1,2 or name:1c,2
      --no-default-keywords    only the functions of -k
  -c, --add-comments TAGS      comments that begin with one of these tags
  -e, --extension NAME         an extension of Jinja: do, loopcontrols, debug
      --trimmed                trans tags are trimmed
      --no-location            no lines with the places
      --omit-header            no header
      --width N                the width of lines, 76; --no-wrap for no end
      --sort-output            by text; --sort-by-file by place
      --project NAME, --version VERSION, --copyright-holder NAME,
      --msgid-bugs-address ADDRESS, --last-translator NAME

The date of the header is now, or SOURCE_DATE_EPOCH.
`

// templateNames are the endings of templates in a folder.
var templateNames = []string{".html", ".htm", ".xml", ".xhtml", ".svg", ".txt", ".j2", ".jinja", ".jinja2"}

// extract is the command extract.
func extract(args []string, stdout, stderr io.Writer) error {
	p := pot{width: 76, created: time.Now()}
	keywords := babelKeywords()
	var out string
	var tags []string
	var bad error
	options := jinja.Options{Extensions: []jinja.Extension{jinja.ExtensionI18n}, Policies: map[string]any{}}
	o := optionSet{
		"o output": text(&out),
		"k keyword": func(v string) error {
			for _, spec := range strings.Fields(v) {
				name, k, ok := parseKeyword(spec)
				if !ok {
					return fmt.Errorf("%q is no keyword", spec)
				}
				keywords[name] = k
			}
			return nil
		},
		"no-default-keywords!": func(string) error {
			for name := range babelKeywords() {
				delete(keywords, name)
			}
			return nil
		},
		"c add-comments": func(v string) error {
			tags = append(tags, strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ' ' })...)
			return nil
		},
		"e extension": func(v string) error {
			options.Extensions = append(options.Extensions, jinja.Extension(v))
			return nil
		},
		"trimmed!":     func(string) error { options.Policies["ext.i18n.trimmed"] = true; return nil },
		"no-location!": on(&p.noLocation), "omit-header!": on(&p.noHeader), "sort-output!": on(&p.sorted), "sort-by-file!": on(&p.byFile),
		"width": func(v string) (err error) { p.width, err = strconv.Atoi(v); return err }, "no-wrap!": func(string) error { p.width = 0; return nil },
		"project": text(&p.project), "version": text(&p.version), "copyright-holder": text(&p.holder),
		"msgid-bugs-address": text(&p.bugs), "last-translator": text(&p.translator),
	}
	names, err := o.parse(args)
	if err != nil || len(names) == 0 {
		return usageError(err, extractUsage)
	}
	if epoch, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64); err == nil {
		p.created = time.Unix(epoch, 0).UTC()
	}
	env, err := jinja.New(options)
	if err != nil {
		return fmt.Errorf("dewar: %w", err)
	}
	files, err := templateFiles(names)
	if err != nil {
		return err
	}
	var c catalog
	for _, file := range files {
		if err := c.read(env, file, keywords, tags, stderr); err != nil {
			fmt.Fprintln(stderr, err)
			bad = errors.New("dewar: not every template could be read")
		}
	}
	if err := writeTo(out, stdout, func(w io.Writer) error { return p.write(w, &c) }); err != nil {
		return err
	}
	return bad
}

// read adds the messages of a file to the catalogue.
func (c *catalog) read(env *jinja.Environment, file string, keywords map[string]keyword, tags []string, stderr io.Writer) error {
	source, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("dewar: %w", err)
	}
	name := filepath.ToSlash(file)
	messages, err := env.ExtractCommented(strings.TrimPrefix(string(source), "\ufeff"), tags, slices.Collect(maps.Keys(keywords))...)
	if err != nil {
		var e *jinja.Error
		if errors.As(err, &e) {
			e.Name = name
		}
		return fmt.Errorf("dewar: %w", err)
	}
	for _, m := range messages {
		e, empty := keywords[m.Function].entryOf(m, name)
		if empty {
			fmt.Fprintf(stderr, "dewar: %s:%d: an empty text is the header of a catalogue: it is left out\n", name, m.Line)
		}
		if e != nil {
			c.add(e)
		}
	}
	return nil
}

// templateFiles returns the named files and those in the named folders, in Babel's order: the files of a folder before
// those of its subfolders.
func templateFiles(names []string) ([]string, error) {
	var files []string
	var walk func(dir string) error
	walk = func(dir string) error {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return err
		}
		var folders []string
		for _, e := range entries {
			name := e.Name()
			switch {
			case name[0] == '.' || name[0] == '_':
			case e.IsDir():
				folders = append(folders, filepath.Join(dir, name))
			case slices.Contains(templateNames, filepath.Ext(name)):
				files = append(files, filepath.Join(dir, name))
			}
		}
		for _, f := range folders {
			if err := walk(f); err != nil {
				return err
			}
		}
		return nil
	}
	for _, name := range names {
		info, err := os.Stat(name)
		if err == nil && info.IsDir() {
			err = walk(name)
		} else if err == nil {
			files = append(files, name)
		}
		if err != nil {
			return nil, fmt.Errorf("dewar: %w", err)
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("dewar: %w: no templates in %s", fs.ErrNotExist, strings.Join(names, ", "))
	}
	return files, nil
}
