package assets

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
)

// ErrNotFound is a name that no file has, or none that may be served.
var ErrNotFound = errors.New("no such file")

// Open opens a regular file. The name may come from a request: what leaves fsys, a
// folder, and any name with a part that begins with a dot are not found, and
// neither is what cannot be opened, whatever the reason: a link that leads out of
// an os.Root says so in an error of its own.
func Open(fsys fs.FS, name string) (fs.File, fs.FileInfo, error) {
	if !fs.ValidPath(name) || name[0] == '.' || strings.Contains(name, "/.") || strings.ContainsAny(name, "\\\x00") {
		return nil, nil, ErrNotFound
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

// Dir returns the folder of an os.DirFS, "" for any other.
func Dir(fsys fs.FS) string {
	if fsys != nil && reflect.TypeOf(fsys) == reflect.TypeOf(os.DirFS("")) {
		return reflect.ValueOf(fsys).String()
	}
	return ""
}

// confine opens a folder given as os.DirFS anew as an os.Root, which symbolic
// links do not lead out of.
func confine(fsys fs.FS) fs.FS {
	if dir := Dir(fsys); dir != "" {
		if root, err := os.OpenRoot(dir); err == nil {
			return root.FS()
		}
	}
	return fsys
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
