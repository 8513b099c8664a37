package uploads_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/uploads"
)

// TestFullDisk: that there is no room for a file is no fault of its sender, and
// nothing of it stays behind.
func TestFullDisk(t *testing.T) {
	tiny := func(t *testing.T, dir string) {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"); err != nil {
			t.Skipf("a small file system needs root: %v", err)
		}
		t.Cleanup(func() { _ = syscall.Unmount(dir, 0) })
	}
	gone := func(t *testing.T, dir string) {
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
	for _, row := range []struct {
		name   string
		size   int
		temp   func(*testing.T, string)
		folder func(*testing.T, string)
	}{
		{"of temporary files", 900 << 10, tiny, nil},
		{"of temporary files, which is gone", 900 << 10, gone, nil},
		{"of uploads", 100 << 10, nil, tiny},
		{"of uploads, which is gone", 100 << 10, nil, gone},
	} {
		t.Run(row.name, func(t *testing.T) {
			instance, temp := t.TempDir(), t.TempDir()
			dir := filepath.Join(instance, "uploads")
			t.Setenv("TMPDIR", temp)
			if row.temp != nil {
				row.temp(t, temp)
			}
			if row.folder != nil && row.name == "of uploads" {
				row.folder(t, dir)
			}
			app, log := uploading(t, instance, uploads.Options{Endings: []string{".png"}})
			client := dewartest.New(t, app)
			if got := sendFile(t, client, "/upload", "a.png", pngHead); got.Status != 200 {
				t.Fatalf("a small file: %d %s", got.Status, got.Text)
			}
			if row.folder != nil && row.name != "of uploads" {
				row.folder(t, dir)
			}
			log.Reset()
			got := sendFile(t, client, "/upload", "b.png", pngHead+strings.Repeat("x", row.size))
			if got.Status != 503 || !strings.Contains(log.String(), `"level":"ERROR","msg":"exception"`) || strings.Contains(log.String(), "input_validation") {
				t.Errorf("got %d %s, log %s", got.Status, got.Text, log)
			}
			for _, d := range []string{temp, dir} {
				files, _ := os.ReadDir(d)
				for _, f := range files {
					if info, err := f.Info(); err != nil || info.Size() > int64(len(pngHead)) {
						t.Errorf("%s was left in %s", f.Name(), d)
					}
				}
			}
		})
	}
}
