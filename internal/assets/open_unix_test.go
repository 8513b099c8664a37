//go:build unix

package assets_test

import (
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/dewar-go/dewar/internal/assets"
)

// TestOpenStaysInside: no symbolic link leads out of a folder on disk, in whatever way it
// was given, and what is no file is not opened: a FIFO waits for its writer.
func TestOpenStaysInside(t *testing.T) {
	dir := t.TempDir()
	inside := filepath.Join(dir, "site", "public", "static")
	if err := errors.Join(
		os.MkdirAll(filepath.Join(inside, "folder"), 0o700),
		os.WriteFile(filepath.Join(dir, "secret"), []byte("secret"), 0o600),
		os.WriteFile(filepath.Join(dir, "site", "secret"), []byte("secret"), 0o600),
		os.WriteFile(filepath.Join(inside, "a.txt"), []byte("public"), 0o600),
		os.Symlink("a.txt", filepath.Join(inside, "link.txt")),
		os.Symlink("../../../secret", filepath.Join(inside, "out.txt")),
		os.Symlink("../../secret", filepath.Join(inside, "up.txt")),
		os.Symlink(filepath.Join(dir, "secret"), filepath.Join(inside, "absolute.txt")),
		os.Symlink(dir, filepath.Join(inside, "dir")),
		os.Symlink("/dev/zero", filepath.Join(inside, "zero.txt")),
		os.Symlink("pipe.txt", filepath.Join(inside, "topipe.txt")),
		syscall.Mkfifo(filepath.Join(inside, "pipe.txt"), 0o600),
		syscall.Mkfifo(filepath.Join(inside, "a.txt.gz"), 0o600),
	); err != nil {
		t.Fatal(err)
	}
	t.Chdir(inside) // the name of a socket is short
	if socket, err := net.Listen("unix", "socket.txt"); err == nil {
		defer socket.Close()
	}
	root, err := os.OpenRoot(inside)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	site, err := os.OpenRoot(filepath.Join(dir, "site"))
	if err != nil {
		t.Fatal(err)
	}
	defer site.Close()
	sub := func(fsys fs.FS, name string) fs.FS {
		fsys, err := fs.Sub(fsys, name)
		if err != nil {
			t.Fatal(err)
		}
		return fsys
	}
	for name, fsys := range map[string]fs.FS{
		"os.DirFS":              os.DirFS(inside),
		"fs.Sub of os.DirFS":    sub(os.DirFS(dir), "site/public/static"),
		"fs.Sub of it":          sub(sub(os.DirFS(dir), "site/public"), "static"),
		"os.Root":               root.FS(),
		"fs.Sub of os.Root":     sub(site.FS(), "public/static"),
		"a folder made of each": assets.New(sub(os.DirFS(dir), "site/public/static")).FS,
	} {
		if got := assets.Dir(fsys); got != inside {
			t.Errorf("%s: the folder is %q", name, got)
		}
		for file, found := range map[string]bool{
			"a.txt": true, "link.txt": true,
			"out.txt": false, "up.txt": false, "absolute.txt": false, "dir/secret": false, "dir": false, "folder": false,
			"zero.txt": false, "pipe.txt": false, "topipe.txt": false, "socket.txt": false,
		} {
			f, _, err := assets.Open(fsys, file)
			if err != nil {
				if found || !errors.Is(err, assets.ErrNotFound) {
					t.Errorf("%s: %s: %v", name, file, err)
				}
				continue
			}
			if text, err := io.ReadAll(f); !found || string(text) != "public" {
				t.Errorf("%s: %s: %q, %v", name, file, text, err)
			}
			f.Close()
		}
		if known := assets.New(fsys).Current("a.txt", false); known == nil || len(known.Forms) != 0 {
			t.Errorf("%s: a.txt has compressed forms: %+v", name, known)
		}
	}
}
