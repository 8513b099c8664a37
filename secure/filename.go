package secure

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// maxFilename is the longest name that common file systems store, in bytes.
const maxFilename = 255

// Filename turns the name that a client gave a file into one that is safe to
// store under, as werkzeug.utils.secure_filename does: compatibility
// characters and accents are folded to ASCII (NFKD), slashes and white space
// become underscores, everything but letters, digits, ".", "_" and "-" goes,
// and so do dots and underscores at either end. The name of a Windows device,
// alone or with an extension (CON, aux.txt, LPT1, …), gets an underscore in
// front on every system, because files travel (CVE-2024-49766,
// CVE-2025-66221, CVE-2026-21860). A name of more than 255 bytes is cut
// before its extension.
//
// The result may be empty, and two files can get the same name: generate the
// names you store under, and keep this one for show.
func Filename(name string) string {
	b := make([]byte, 0, min(len(name), 4*maxFilename))
	for _, r := range name {
		if r < utf8.RuneSelf {
			b = append(b, byte(r))
		} else {
			b = append(b, fold(r)...)
		}
	}
	out := b[:0]
	space := true // behind white space, or at the start
	for _, c := range b {
		if isFilenameSpace(c) {
			if !space {
				space = true
				out = append(out, '_')
			}
			continue
		}
		if isAlnum(c) || c == '.' || c == '_' || c == '-' {
			out = append(out, c)
		}
		space = false
	}
	s := strings.Trim(string(out), "._")
	if isDevice(s) {
		s = "_" + s
	}
	return shorten(s)
}

// isFilenameSpace is Python's str.isspace within ASCII, and the slash.
func isFilenameSpace(c byte) bool {
	return c == ' ' || '\t' <= c && c <= '\r' || 0x1C <= c && c <= 0x1F || c == '/'
}

// isDevice reports whether Windows would open a device for s, which it does
// for any extension.
func isDevice(s string) bool {
	base, _, _ := strings.Cut(s, ".")
	switch len(base) {
	case 3:
		switch strings.ToUpper(base) {
		case "CON", "PRN", "AUX", "NUL":
			return true
		}
	case 4:
		prefix := strings.ToUpper(base[:3])
		return (prefix == "COM" || prefix == "LPT") && '0' <= base[3] && base[3] <= '9'
	}
	return false
}

func shorten(s string) string {
	if len(s) <= maxFilename {
		return s
	}
	ext := ""
	if dot := strings.LastIndexByte(s, '.'); dot > 0 && len(s)-dot <= 32 {
		ext = s[dot:]
	}
	return strings.TrimRight(s[:maxFilename-len(ext)], "._") + ext
}

// A folding is a run of neighbouring characters with what NFKD leaves of each
// in ASCII.
type folding struct {
	first rune
	count int
	width int
	text  string
}

// fold returns what is left of a character beyond ASCII.
func fold(r rune) string {
	i := sort.Search(len(foldings), func(i int) bool { return foldings[i].first > r }) - 1
	if i < 0 {
		return ""
	}
	f := &foldings[i]
	n := int(r - f.first)
	if n >= f.count {
		return ""
	}
	return f.text[n*f.width : (n+1)*f.width]
}
