package assets_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/dewar-go/dewar/internal/assets"
)

func TestOpen(t *testing.T) {
	fsys := fstest.MapFS{"a.css": {Data: []byte("a")}, "dir/b.css": {}, ".env": {}, "dir/.git/config": {}, ".hidden/c": {}}
	for name, found := range map[string]bool{
		"a.css": true, "dir/b.css": true,
		"": false, ".": false, "dir": false, ".env": false, "dir/.git/config": false, ".hidden/c": false, "none": false,
		"../a.css": false, "/a.css": false, "dir/../a.css": false, `dir\b.css`: false, "a.css\x00": false,
	} {
		f, _, err := assets.Open(fsys, name)
		if found && err != nil || !found && !errors.Is(err, assets.ErrNotFound) {
			t.Errorf("%q: %v", name, err)
		}
		if err == nil {
			f.Close()
		}
	}
}

// TestFolder: a file is hashed again when it has changed, and its compressed forms
// are those beside it.
func TestFolder(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string, modified time.Time) {
		t.Helper()
		name = filepath.Join(dir, name)
		if err := errors.Join(os.WriteFile(name, []byte(text), 0o600), os.Chtimes(name, modified, modified)); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now()
	write("a.js", "one", now)
	write("a.js.gz", "small", now)
	folder := assets.New(os.DirFS(dir))
	first := folder.Current("a.js", false)
	if first == nil || first.Type[0] != "text/javascript; charset=utf-8" || len(first.Forms) != 1 || first.Forms[0].Coding != "gzip" {
		t.Fatalf("%+v", first)
	}
	first.KeepURL(1, "/static/a.js")
	if _, ok := first.URL(2); ok {
		t.Error("the URL of another endpoint is given")
	}
	if u, ok := first.URL(1); !ok || u != "/static/a.js" {
		t.Error(u, ok)
	}
	write("a.js", "two", now.Add(time.Minute))
	if folder.Current("a.js", false) != first {
		t.Error("a file that was just looked at is looked at again")
	}
	if second := folder.Current("a.js", true); second == first || second.Hash == first.Hash {
		t.Error("a change is not seen")
	}
	f, info, err := assets.Open(folder.FS, "a.js")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := folder.Know("a.js", f, info); err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(f); err != nil || string(text) != "two" {
		t.Errorf("%q, %v after it was hashed", text, err)
	}
	if folder.Current("none", false) != nil {
		t.Error("a file that is not there is known")
	}
}

func TestOverlap(t *testing.T) {
	dir := t.TempDir()
	if err := errors.Join(os.MkdirAll(dir+"/a/b", 0o700), os.Symlink(dir+"/a", dir+"/link")); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		a, b string
		want bool
	}{
		{"a", "a", true}, {"a", "a/b", true}, {"a/b", "a", true}, {"link", "a/b", true}, {"a/none", "link", true},
		{"a", "b", false}, {"a", "ab", false}, {"a/b", "a/c", false},
	} {
		if got := assets.Overlap(filepath.Join(dir, row.a), filepath.Join(dir, row.b)); got != row.want {
			t.Errorf("%s, %s: %v", row.a, row.b, got)
		}
	}
}
