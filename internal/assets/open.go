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

// ErrNotFound says that no file has the name, or that the file must not be served.
var ErrNotFound = errors.New("no such file")

// Open opens a regular file of fsys. The name may come from a request. The error is [ErrNotFound] for:
//
//   - a name that is no valid path, or that holds a backslash or NUL;
//   - a name with a part that begins with a dot;
//   - a folder or any other file that is not regular;
//   - a file that cannot be opened; the cause is in the error's chain.
//
// A folder on disk is confined first, so that no symbolic link leads out of it. Where fsys is an fs.StatFS, the kind of
// file is known before it is opened: opening a FIFO would wait for its writer.
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

// Tag returns a validator (ETag) made of the file's time and size. Files of an embed.FS have no time and change only
// with the program, so the start of the program stands for it.
func Tag(info fs.FileInfo) string {
	t := info.ModTime()
	if t.IsZero() {
		t = start
	}
	return fmt.Sprintf("\"%x-%x\"", t.UnixNano(), info.Size())
}

// The types that os.DirFS, os.Root.FS and fs.Sub return.
var (
	dirType  = reflect.TypeOf(os.DirFS(""))
	rootType = reflect.TypeOf(new(os.Root).FS())
	subType  = func() reflect.Type { sub, _ := fs.Sub(os.DirFS("."), "x"); return reflect.TypeOf(sub) }()
)

// unwrap undoes fs.Sub: it returns the file system that fs.Sub was called with, and the folder within it.
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

// Dir returns the path on disk of an os.DirFS, of the FS of an os.Root, or of an fs.Sub of one of them. It is "" for
// any other file system.
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

// confine opens a folder on disk as an os.Root, so that no symbolic link leads out of it. ok is false for a file system
// that is not on disk, for one that is an os.Root already, and for a folder that does not exist.
func confine(fsys fs.FS) (root *os.Root, ok bool) {
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

// Overlap reports whether two folders are the same or one contains the other. Symbolic links are followed.
func Overlap(a, b string) bool { return holds(a, b) || holds(b, a) }

func holds(outer, inner string) bool {
	rel, err := filepath.Rel(realPath(outer), realPath(inner))
	return err == nil && (rel == "." || filepath.IsLocal(rel))
}

// realPath returns the absolute path without symbolic links. Parts that do not exist stay as they are.
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
