package secure

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"mime"
	"os"
	"strings"
	"testing"
	"unicode/utf8"
)

// The names of Windows devices, alone, with extensions, in any case and in any
// part of a path; CVE-2025-66221, CVE-2026-21860 and CVE-2026-27199 are the
// same mistake again.
func TestCVE_2024_49766_DeviceNames(t *testing.T) {
	for name, want := range map[string]string{
		"CON": "_CON", "con.txt": "_con.txt", "Aux.tar.gz": "_Aux.tar.gz", "NUL.": "_NUL", "PRN": "_PRN", "COM1": "_COM1", "com0.x": "_com0.x",
		"LPT9": "_LPT9", "COM¹.txt": "_COM1.txt", "CON:": "_CON", "CON ": "_CON", "../nul": "_nul", "C O N": "C_O_N",
		"CONS": "CONS", "COMX": "COMX", "LPT": "LPT", "x.con": "x.con", "COM10": "COM10", "con/x": "con_x",
	} {
		if got := Filename(name); got != want {
			t.Errorf("Filename(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestFilenameLong(t *testing.T) {
	for _, name := range []string{strings.Repeat("a", 300) + ".tar.gz", strings.Repeat("a.", 1000), strings.Repeat("b", 1000), "x." + strings.Repeat("c", 500), strings.Repeat("㎏", 1<<16)} {
		got := Filename(name)
		if len(got) > maxFilename || got == "" || strings.Trim(got, "._") != got {
			t.Errorf("%d bytes: %q", len(got), got)
		}
	}
	if got := Filename(strings.Repeat("a", 300) + ".jpeg"); !strings.HasSuffix(got, "a.jpeg") || len(got) != maxFilename {
		t.Errorf("the extension is gone: %q", got)
	}
}

func FuzzFilename(f *testing.F) {
	for _, row := range loadGoldens(f).Filenames {
		f.Add(row[0])
	}
	f.Fuzz(func(t *testing.T, s string) {
		name := Filename(s)
		for i := range len(name) {
			if c := name[i]; !isAlnum(c) && c != '.' && c != '_' && c != '-' {
				t.Errorf("%q becomes %q", s, name)
			}
		}
		if len(name) > maxFilename || strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".") || isDevice(name) {
			t.Errorf("%q becomes %q", s, name)
		}
		if again := Filename(name); again != strings.TrimLeft(name, "_") && again != name {
			t.Errorf("%q becomes %q, then %q", s, name, again)
		}
	})
}

func TestContentDisposition(t *testing.T) {
	for _, row := range []struct{ name, filename, want string }{
		{"none", "", "attachment"},
		{"plain", "a.txt", "attachment; filename=a.txt"},
		{"CVE-2023-29401 quote", `a".bat;x=".txt`, `attachment; filename="a\".bat;x=\".txt"`},
		{"CVE-2022-36359 reflected download", `x.bat";dummy=.txt`, `attachment; filename="x.bat\";dummy=.txt"`},
		{"CVE-2020-15111 line break", "a\r\nSet-Cookie: x=y", `attachment; filename="a__Set-Cookie: x=y"`},
		{"NUL", "a\x00b", "attachment; filename=a_b"},
		{"backslash", `..\a`, "attachment; filename=.._a"},
		{"slash", "../a", "attachment; filename=.._a"},
		{"UTF-8", "€ rates.txt", `attachment; filename=" rates.txt"; filename*=UTF-8''%E2%82%AC%20rates.txt`},
		{"quote beyond ASCII", `é".txt`, `attachment; filename="e\".txt"; filename*=UTF-8''%C3%A9%22.txt`},
		{"character that folds to a backslash", "a\uff3cb", `attachment; filename=a_b; filename*=UTF-8''a%EF%BC%BCb`},
		{"character that folds to a quote", "a\uff02b", `attachment; filename="a\"b"; filename*=UTF-8''a%EF%BC%82b`},
		{"percent sign", "é%22.txt", `attachment; filename=e_22.txt; filename*=UTF-8''%C3%A9%2522.txt`},
		{"direction override", "photo\u202egpj.exe", "attachment; filename=photo_gpj.exe"},
		{"not UTF-8", "a\xffb", "attachment; filename=ab; filename*=UTF-8''a%EF%BF%BDb"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := ContentDisposition("attachment", row.filename); got != row.want {
				t.Errorf("%s, want %s", got, row.want)
			}
		})
	}
	defer func() {
		if recover() == nil {
			t.Error("a disposition that is no token is taken")
		}
	}()
	ContentDisposition("inline; x", "a")
}

func FuzzContentDisposition(f *testing.F) {
	for _, seed := range []string{"a.txt", `a"b\c`, "é.txt", "a\r\nb", "%41", "\xff", "'"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		value := ContentDisposition("attachment", s)
		if HeaderValue(value) != nil || !isASCII(value) || strings.Contains(value, "\t") {
			t.Fatalf("%q: %q", s, value)
		}
		kind, params, err := mime.ParseMediaType(value)
		if err != nil || kind != "attachment" || len(params) > 1 {
			t.Fatalf("%q: %q: %q %q %v", s, value, kind, params, err)
		}
		if strings.ContainsAny(params["filename"], "/\\") {
			t.Errorf("%q: a path %q", s, params["filename"])
		}
		if len(s) < maxDisposition && utf8.ValidString(s) && !strings.ContainsAny(s, "/\\") && HeaderValue(s) == nil && !strings.ContainsFunc(s, bidi) &&
			!strings.ContainsAny(s, "\t\u2028\u2029") && !strings.ContainsFunc(s, func(r rune) bool { return r >= 0x7F && r < 0xA0 }) && params["filename"] != s {
			t.Errorf("%q is read as %q from %q", s, params["filename"], value)
		}
	})
}

// TestFilenameCorpus compares every character and 50,000 random names with
// Werkzeug's secure_filename, by digests that testdata/filenames.py made.
func TestFilenameCorpus(t *testing.T) {
	data, err := os.ReadFile("testdata/filenames.json")
	if err != nil {
		t.Fatal(err)
	}
	var g struct{ Pieces, Unicode, Random []string }
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	check := func(kind string, block int, want []string, names iter.Seq[string]) {
		h, n := sha256.New(), 0
		var first string
		for name := range names {
			if n%block == 0 {
				first = name
			}
			fmt.Fprintln(h, Filename(name))
			if n++; n%block == 0 {
				if got := hex.EncodeToString(h.Sum(nil)); got != want[n/block-1] {
					t.Errorf("%s: the block of names from %q differs", kind, first)
				}
				h.Reset()
			}
		}
		if n/block != len(want) || n < 50_000 {
			t.Errorf("%s: %d names, %d digests", kind, n, len(want))
		}
	}
	check("characters", 4096, g.Unicode, func(yield func(string) bool) {
		for c := rune(0); c <= utf8.MaxRune; c++ {
			if utf8.ValidRune(c) && !yield("a"+string(c)+"b") {
				return
			}
		}
	})
	check("random", 1000, g.Random, func(yield func(string) bool) {
		state := uint64(20261127)
		next := func() uint64 { state = state*6364136223846793005 + 1442695040888963407; return state >> 33 }
		for range 50_000 {
			name := ""
			for range 1 + next()%6 {
				name += g.Pieces[next()%uint64(len(g.Pieces))]
			}
			if !yield(name) {
				return
			}
		}
	})
}
