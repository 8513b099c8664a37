package secure

import (
	"errors"
	"strings"
	"testing"
)

func TestFileType(t *testing.T) {
	for _, row := range []struct{ name, head, want string }{
		{"a.png", "\x89PNG\r\n\x1a\n", "image/png"},
		{"a.JPG", "\xff\xd8\xff\xe0", "image/jpeg"},
		{"a.gif", "GIF89a", "image/gif"},
		{"a.webp", "RIFF0000WEBPVP8 ", "image/webp"},
		{"a.avif", "\x00\x00\x00\x1cftypavif", "image/avif"},
		{"a.mp4", "\x00\x00\x00\x1cftypisom", "video/mp4"},
		{"a.mp3", "ID3\x04", "audio/mpeg"},
		{"a.pdf", "%PDF-1.7", "application/pdf"},
		{"a.docx", "PK\x03\x04", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
		{"a.svg", `<?xml version="1.0"?><svg>`, "image/svg+xml"},
		{"a.txt", "héllo", "text/plain; charset=utf-8"},
		{"a.txt", strings.Repeat("x", FileHead-1) + "\xc3", "text/plain; charset=utf-8"},
		{"a.csv", "a,b\r\n1,2\r\n", "text/csv; charset=utf-8"},
		{"a.txt", "", "text/plain; charset=utf-8"},
		{"a.txt", "x\xc3", ""},
		{"a.txt", "x\xff", ""},
		{"a.txt", "<script>", ""},
		{"a.md", "  <!DOCTYPE html>", ""},
		{"a.csv", "%PDF-1.7", ""},
		{"a.png", "GIF89a", ""},
		{"a.png", "", ""},
		{"a.png", "\x89PN", ""},
		{"a.webp", "RIFF0000WAVE", ""},
		{"a.mp4", "\x00\x00\x00\x1cftypqt  ", ""},
		{"a.avif", "\x00\x00", ""},
		{"a.svg", "\x00<svg", ""},
		{"a.html", "<p>", ""},
		{"a.php.", "<?php", ""},
		{"png", "\x89PNG\r\n\x1a\n", ""},
		{"", "", ""},
	} {
		got, err := FileType(row.name, []byte(row.head))
		if got != row.want || (err == nil) != (row.want != "") || err != nil && !errors.Is(err, ErrFileType) {
			t.Errorf("%q %q: got %q %v, want %q", row.name, row.head, got, err, row.want)
		}
	}
}

// FuzzFileType: nothing is text that a browser would take for a page.
func FuzzFileType(f *testing.F) {
	f.Add("a.txt", []byte("x"))
	f.Add("a.mp4", []byte("\x00\x00\x00\x1cftypisom"))
	f.Fuzz(func(t *testing.T, name string, head []byte) {
		kind, err := FileType(name, head)
		if err != nil {
			return
		}
		if IsHTML(kind) {
			t.Errorf("%q is %s", name, kind)
		}
		lower := strings.ToLower(string(head))
		if strings.HasPrefix(kind, "text/") && (strings.HasPrefix(lower, "<script>") || strings.HasPrefix(lower, "<html>") || strings.Contains(lower, "\x00") && len(lower) < FileHead) {
			t.Errorf("%q %q is %s", name, head, kind)
		}
	})
}
