package jinja

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/dewar-go/dewar/jinja/internal/compile"
)

// Loader finds the source of templates by name. For a template that does not exist the error is of class
// TemplateNotFound, or errors.Is(err, fs.ErrNotExist) holds.
type Loader interface {
	Load(name string) (Source, error)
}

// Lister is implemented by loaders that can list the names of their templates.
type Lister interface {
	Templates() ([]string, error)
}

// Source is the source of a template.
type Source struct {
	Text string
	// Path is where the source comes from, for messages. It may be empty.
	Path string
	// UpToDate reports whether the template has not changed since it was loaded. Nil: it never changes.
	UpToDate func() bool
}

func notFound(name string) error { return compile.NotFound(name) }

// IsNotFound reports whether err says that a template does not exist.
func IsNotFound(err error) bool {
	var e *Error
	if errors.As(err, &e) {
		return e.Class == "TemplateNotFound" || e.Class == "TemplatesNotFound"
	}
	return errors.Is(err, fs.ErrNotExist)
}

// FS returns a loader of templates in a file system. Names are separated by slashes. A name with ".." or a backslash
// does not exist. A byte order mark at the start of a file is removed; Jinja prints it.
func FS(fsys fs.FS) Loader { return &fsLoader{fsys} }

type fsLoader struct{ fsys fs.FS }

func (l *fsLoader) Load(name string) (Source, error) {
	clean, ok := cleanName(name)
	if !ok {
		return Source{}, notFound(name)
	}
	info, err := fs.Stat(l.fsys, clean)
	if err == nil && info.IsDir() {
		return Source{}, notFound(name)
	}
	var b []byte
	if err == nil {
		b, err = fs.ReadFile(l.fsys, clean)
	}
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
			return Source{}, notFound(name)
		}
		return Source{}, err
	}
	mod, size := info.ModTime(), info.Size()
	text := strings.TrimPrefix(string(b), "\ufeff") // an editor's mark is no text of the page
	return Source{Text: text, Path: clean, UpToDate: func() bool { return l.unchanged(clean, mod, size) }}, nil
}

func (l *fsLoader) unchanged(name string, mod time.Time, size int64) bool {
	info, err := fs.Stat(l.fsys, name)
	return err == nil && info.ModTime().Equal(mod) && info.Size() == size
}

func (l *fsLoader) Templates() ([]string, error) {
	var names []string
	err := fs.WalkDir(l.fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, p)
		}
		return err
	})
	slices.Sort(names)
	return names, err
}

// cleanName is Jinja's split_template_path.
func cleanName(name string) (string, bool) {
	if strings.ContainsAny(name, "\\\x00") {
		return "", false
	}
	var parts []string
	for _, p := range strings.Split(name, "/") {
		switch p {
		case "..":
			return "", false
		case "", ".":
		default:
			parts = append(parts, p)
		}
	}
	clean := path.Join(parts...)
	return clean, clean != "" && fs.ValidPath(clean)
}

// Map is a loader of sources by name.
type Map map[string]string

// Load returns the source of a template. It is up to date while the map holds the same text.
func (m Map) Load(name string) (Source, error) {
	text, ok := m[name]
	if !ok {
		return Source{}, notFound(name)
	}
	return Source{Text: text, UpToDate: func() bool { now, ok := m[name]; return ok && now == text }}, nil
}

// Templates returns the names, sorted.
func (m Map) Templates() ([]string, error) {
	names := make([]string, 0, len(m))
	for n := range m {
		names = append(names, n)
	}
	return sorted(names), nil
}

// LoaderFunc is a function that acts as a Loader.
type LoaderFunc func(name string) (Source, error)

// Load calls f.
func (f LoaderFunc) Load(name string) (Source, error) { return f(name) }

// Choice is a loader that asks its loaders in order.
type Choice []Loader

// Load returns the first template with the name.
func (c Choice) Load(name string) (Source, error) {
	for _, l := range c {
		s, err := l.Load(name)
		if err == nil || !IsNotFound(err) {
			return s, err
		}
	}
	return Source{}, notFound(name)
}

// Templates returns the names of all loaders that can list theirs.
func (c Choice) Templates() ([]string, error) {
	var names []string
	for _, l := range c {
		n, err := listOf(l)
		if err != nil {
			return nil, err
		}
		names = append(names, n...)
	}
	return slices.Compact(sorted(names)), nil
}

// Prefix is a loader that finds the names below a prefix in the prefix's loader: with {"app": l}, "app/x.html" is
// "x.html" of l.
type Prefix map[string]Loader

// Load returns the template of the prefix's loader.
func (p Prefix) Load(name string) (Source, error) {
	prefix, rest, ok := strings.Cut(name, "/")
	l := p[prefix]
	if !ok || l == nil {
		return Source{}, notFound(name)
	}
	s, err := l.Load(rest)
	if err != nil && IsNotFound(err) {
		return Source{}, notFound(name)
	}
	return s, err
}

// Templates returns the names of all loaders that can list theirs.
func (p Prefix) Templates() ([]string, error) {
	var names []string
	for prefix, l := range p {
		n, err := listOf(l)
		if err != nil {
			return nil, err
		}
		for _, name := range n {
			names = append(names, prefix+"/"+name)
		}
	}
	return sorted(names), nil
}

func listOf(l Loader) ([]string, error) {
	if x, ok := l.(Lister); ok {
		return x.Templates()
	}
	return nil, nil
}

// Templates returns the names of all templates. It fails when the loader cannot list them.
func (e *Environment) Templates() ([]string, error) {
	if e.opt.Loader == nil {
		return nil, errors.New("jinja: the environment has no loader")
	}
	x, ok := e.opt.Loader.(Lister)
	if !ok {
		return nil, fmt.Errorf("jinja: a %T cannot list its templates", e.opt.Loader)
	}
	return x.Templates()
}
