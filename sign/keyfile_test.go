package sign_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/dewar-go/dewar/sign"
)

func mode(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

// TestKeyFile_CVE_2019_16354_CVE_2019_16355 follows a file through its life:
// made, rotated, retired. It is readable by its owner only, always.
func TestKeyFile_CVE_2019_16354_CVE_2019_16355(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "instance")
	path := filepath.Join(dir, "keys")
	if _, err := sign.LoadKeyFile(path); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("got %v", err)
	}
	first, err := sign.LoadOrCreateKeyFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if mode(t, path) != 0o600 || mode(t, dir) != 0o700 {
		t.Errorf("modes %o and %o", mode(t, path), mode(t, dir))
	}
	if _, err := sign.CreateKeyFile(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second file: %v", err)
	}
	token := must(first.URLSafe("x").Dumps(1))
	again, err := sign.LoadOrCreateKeyFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := again.URLSafe("x").Loads(token); err != nil {
		t.Errorf("the file does not keep the key: %v", err)
	}

	os.Chmod(path, 0o640)
	second, err := sign.RotateKeyFile(path)
	if err != nil || second.Len() != 2 || mode(t, path) != 0o600 {
		t.Fatalf("rotated: %v, %v, %o", second, err, mode(t, path))
	}
	if second.IDs()[1] != first.IDs()[0] {
		t.Error("the old key is not the older one")
	}
	if _, err := second.URLSafe("x").Loads(token); err != nil {
		t.Errorf("rotation loses tokens: %v", err)
	}
	must(sign.RotateKeyFile(path))
	third, retired, err := sign.RetireKeyFile(path, 1)
	if err != nil || third.Len() != 2 || retired != 1 {
		t.Fatalf("retired %d: %v, %v", retired, third, err)
	}
	if _, err := third.URLSafe("x").Loads(token); err == nil {
		t.Error("a retired key verifies")
	}
	if ring, retired, err := sign.RetireKeyFile(path, -1); err != nil || ring.Len() != 1 || retired != 1 {
		t.Errorf("retired %d: %v, %v", retired, ring, err)
	}
	entries, _ := os.ReadDir(dir)
	if len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestKeyFileCreatedOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	ids := make([]string, 8)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			ring, err := sign.LoadOrCreateKeyFile(path)
			if err != nil {
				t.Error(err)
				return
			}
			ids[i] = ring.IDs()[0]
		})
	}
	wg.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Fatalf("several keys: %v", ids)
		}
	}
}

func TestRotateFollowsLinks(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "real"), filepath.Join(dir, "link")
	must(sign.CreateKeyFile(target))
	if err := os.Symlink(target, link); err != nil {
		t.Skip(err)
	}
	must(sign.RotateKeyFile(link))
	if info, _ := os.Lstat(link); info.Mode()&fs.ModeSymlink == 0 {
		t.Error("the link is replaced")
	}
	if must(sign.LoadKeyFile(target)).Len() != 2 {
		t.Error("the file is not rotated")
	}
}

func TestParseKeyFile(t *testing.T) {
	other := sign.GenerateKey()
	for name, row := range map[string]struct {
		text string
		n    int
		err  string
	}{
		"one key":          {strongKey, 1, ""},
		"an editor's mark": {"\ufeff" + strongKey + "\n", 1, ""},
		"newline":          {strongKey + "\r\n", 1, ""},
		"comments":         {"# keys\n\n" + strongKey + " 2026-01-02T03:04:05Z\n" + other + "\n", 2, ""},
		"empty":            {"", 0, "it has no key"},
		"only comments":    {"# nothing\n", 0, "it has no key"},
		"short":            {"dev\n", 0, "needs at least 32"},
		"older short":      {strongKey + "\no\n", 0, "older key 1"},
		"two words":        {strongKey + " secret\n", 0, "line 1 is not a key"},
		"three words":      {strongKey + " 2026-01-02T03:04:05Z x\n", 0, "line 1 is not a key"},
		"twice":            {strongKey + "\n" + strongKey + "\n", 0, "twice"},
		"long line":        {strings.Repeat("x", 1<<20), 0, "too long"},
	} {
		ring, err := sign.ParseKeyFile([]byte(row.text))
		switch {
		case row.err != "":
			if err == nil || !strings.Contains(err.Error(), row.err) || strings.Contains(err.Error(), strongKey) {
				t.Errorf("%s: got %v", name, err)
			}
		case err != nil || ring.Len() != row.n:
			t.Errorf("%s: got %v, %v", name, ring, err)
		}
	}
}

func TestKeyFileRefused(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "keys")
	write := func(text string, mode fs.FileMode) {
		t.Helper()
		os.Remove(path)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		os.Chmod(path, mode)
	}
	write(strongKey, 0o606)
	if _, err := sign.LoadKeyFile(path); err == nil || !strings.Contains(err.Error(), "written by anyone") {
		t.Error(err)
	}
	write("dev", 0o600)
	for name, f := range map[string]func() error{
		"load":   func() error { _, err := sign.LoadKeyFile(path); return err },
		"rotate": func() error { _, err := sign.RotateKeyFile(path); return err },
		"retire": func() error { _, _, err := sign.RetireKeyFile(path, 0); return err },
	} {
		if err := f(); err == nil || !strings.Contains(err.Error(), "32") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if data, _ := os.ReadFile(path); string(data) != "dev" {
		t.Error("a file that cannot be used is changed")
	}
	write(strings.Repeat("#\n", 64<<10), 0o600)
	if _, err := sign.LoadKeyFile(path); err == nil || !strings.Contains(err.Error(), "larger") {
		t.Error(err)
	}
	if _, err := sign.LoadKeyFile(dir); err == nil || !strings.Contains(err.Error(), "regular") {
		t.Error(err)
	}
	if _, err := sign.CreateKeyFile(filepath.Join(path, "below", "a file")); err == nil {
		t.Error("a file is made below a file")
	}
}

func TestCopyExclusive(t *testing.T) {
	dir := t.TempDir()
	from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
	must(sign.CreateKeyFile(from))
	if err := sign.CopyExclusive(from, to); err != nil || mode(t, to) != 0o600 {
		t.Fatalf("%v, %o", err, mode(t, to))
	}
	if must(sign.LoadKeyFile(to)).IDs()[0] != must(sign.LoadKeyFile(from)).IDs()[0] {
		t.Error("another key")
	}
	if err := sign.CopyExclusive(from, to); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second time: %v", err)
	}
	if err := sign.CopyExclusive(filepath.Join(dir, "absent"), to); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}
