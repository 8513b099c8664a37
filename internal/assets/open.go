package assets

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"strings"
)

// ErrNotFound is a name that no file has, or none that may be served.
var ErrNotFound = errors.New("no such file")

// Open opens a regular file. The name may come from a request: what leaves fsys, a
// folder, and any name with a part that begins with a dot are not found, and
// neither is what cannot be opened, whatever the reason: a link that leads out of
// a folder on disk says so in an error of its own. What is no regular file is not opened
// at all where fsys can tell (fs.StatFS): to open a FIFO waits for its writer.
func Open(fsys fs.FS, name string) (fs.File, fs.FileInfo, error) {
	if !fs.ValidPath(name) || name[0] == '.' || strings.Contains(name, "/.") || strings.ContainsAny(name, "\\\x00") {
		return nil, nil, ErrNotFound
	}
	if confined, ok := confine(fsys); ok {
		defer confined.Close()
		fsys = confined.FS()
	}
	whole, sub := unwrap(fsys)
	if s, ok := whole.(fs.StatFS); ok {
		if info, err := s.Stat(path.Join(sub, name)); err != nil || !info.Mode().IsRegular() {
			return nil, nil, ErrNotFound
		}
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrNotFound, err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = ErrNotFound
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, info, nil
}

// Tag is a validator made of a file's time and size. Files of an embed.FS have no
// time: the program's own start stands for it, since they change with it alone.
func Tag(info fs.FileInfo) string {
	t := info.ModTime()
	if t.IsZero() {
		t = start
	}
	return fmt.Sprintf("\"%x-%x\"", t.UnixNano(), info.Size())
}

// The types behind os.DirFS, the FS of an os.Root and fs.Sub.
var (
	dirType  = reflect.TypeOf(os.DirFS(""))
	rootType = reflect.TypeOf(new(os.Root).FS())
	subType  = func() reflect.Type { sub, _ := fs.Sub(os.DirFS("."), "x"); return reflect.TypeOf(sub) }()
)

// unwrap returns the file system that fs.Sub was called with, and the folder of it.
func unwrap(fsys fs.FS) (whole fs.FS, sub string) {
	for reflect.TypeOf(fsys) == subType {
		v := reflect.ValueOf(fsys).Elem()
		inner, dir := v.FieldByName("fsys"), v.FieldByName("dir")
		if !inner.IsValid() || !dir.IsValid() || inner.Type() != reflect.TypeFor[fs.FS]() {
			break
		}
		sub = path.Join(dir.String(), sub)
		fsys = *(*fs.FS)(inner.Addr().UnsafePointer())
	}
	return fsys, sub
}

// Dir returns the folder on disk of an os.DirFS, of an os.Root, and of what fs.Sub
// makes of them; "" for any other.
func Dir(fsys fs.FS) string {
	whole, sub := unwrap(fsys)
	switch reflect.TypeOf(whole) {
	case dirType:
		if dir := reflect.ValueOf(whole).String(); dir != "" {
			return filepath.Join(dir, filepath.FromSlash(sub))
		}
	case rootType:
		f, err := whole.Open(".")
		if err != nil {
			return ""
		}
		defer f.Close()
		if f, ok := f.(*os.File); ok {
			return filepath.Join(f.Name(), filepath.FromSlash(sub))
		}
	}
	return ""
}

// confine opens a folder on disk anew as an os.Root, which symbolic links do not lead
// out of. It says false for one that is confined already, for a file system of
// another kind, and for a folder that is not there.
func confine(fsys fs.FS) (*os.Root, bool) {
	if fsys == nil || reflect.TypeOf(fsys) != dirType && reflect.TypeOf(fsys) != subType {
		return nil, false
	}
	dir := Dir(fsys)
	if dir == "" {
		return nil, false
	}
	root, err := os.OpenRoot(dir)
	return root, err == nil
}

// Overlap reports whether two folders are one, or one holds the other, links
// followed.
func Overlap(a, b string) bool { return holds(a, b) || holds(b, a) }

func holds(outer, inner string) bool {
	rel, err := filepath.Rel(realPath(outer), realPath(inner))
	return err == nil && (rel == "." || filepath.IsLocal(rel))
}

// realPath is a path without links, as far as it exists.
func realPath(p string) string {
	p, err := filepath.Abs(p)
	if err != nil {
		return p
	}
	rest := ""
	for dir := p; ; dir = filepath.Dir(dir) {
		if real, err := filepath.EvalSymlinks(dir); err == nil {
			return filepath.Join(real, rest)
		}
		if dir == filepath.Dir(dir) {
			return p
		}
		rest = filepath.Join(filepath.Base(dir), rest)
	}
}
