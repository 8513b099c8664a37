package secure

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// ErrFileType is what the errors of [FileType] wrap.
var ErrFileType = errors.New("secure: file type")

// FileHead is how much of a file's beginning [FileType] wants, in bytes.
const FileHead = 1024

// A fileKind is what is known of a name's ending: the media type to serve it
// with and how its content begins.
type fileKind struct {
	mediaType string
	matches   func(head []byte) bool
}

// begins makes a test for magic bytes at an offset.
func begins(at int, magics ...string) func([]byte) bool {
	return func(head []byte) bool {
		return slices.ContainsFunc(magics, func(m string) bool { return len(head) >= at && bytes.HasPrefix(head[at:], []byte(m)) })
	}
}

// riff is a RIFF container of a form.
func riff(form string) func([]byte) bool {
	return func(head []byte) bool { return begins(0, "RIFF")(head) && begins(8, form)(head) }
}

// brand is an ISO base media file of one of the brands.
func brand(brands ...string) func([]byte) bool {
	return func(head []byte) bool {
		if !begins(4, "ftyp")(head) {
			return false
		}
		end := min(len(head), 64)
		return slices.ContainsFunc(brands, func(b string) bool { return bytes.Contains(head[8:end], []byte(b)) })
	}
}

// mp3 is an ID3 tag or a frame's eleven set bits.
func mp3(head []byte) bool {
	return begins(0, "ID3")(head) || len(head) > 1 && head[0] == 0xFF && head[1]&0xE0 == 0xE0
}

// plain is text that no browser would take for a page: UTF-8 without control
// characters, and nothing that looks like HTML, XML or a known binary form.
func plain(head []byte) bool {
	return isText(head) && strings.HasPrefix(http.DetectContentType(head), "text/plain")
}

// isText reports whether a file's beginning is UTF-8 without control
// characters; its last character may be cut.
func isText(head []byte) bool {
	for i := 0; i < len(head); {
		r, size := utf8.DecodeRune(head[i:])
		switch {
		case r == utf8.RuneError && size <= 1:
			return len(head) >= FileHead && !utf8.FullRune(head[i:])
		case r < ' ' && r != '\t' && r != '\n' && r != '\r' && r != '\f':
			return false
		}
		i += size
	}
	return true
}

var (
	zip = begins(0, "PK\x03\x04", "PK\x05\x06")
	ole = begins(0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")
)

// fileKinds are the endings that FileType knows. An ending that is not here has
// no content that could be checked.
var fileKinds = map[string]fileKind{
	".png":  {"image/png", begins(0, "\x89PNG\r\n\x1a\n")},
	".jpg":  {"image/jpeg", begins(0, "\xFF\xD8\xFF")},
	".jpeg": {"image/jpeg", begins(0, "\xFF\xD8\xFF")},
	".gif":  {"image/gif", begins(0, "GIF87a", "GIF89a")},
	".webp": {"image/webp", riff("WEBP")},
	".avif": {"image/avif", brand("avif", "avis")},
	".heic": {"image/heic", brand("heic", "heix", "mif1")},
	".bmp":  {"image/bmp", begins(0, "BM")},
	".tif":  {"image/tiff", begins(0, "II*\x00", "MM\x00*")},
	".tiff": {"image/tiff", begins(0, "II*\x00", "MM\x00*")},
	".ico":  {"image/vnd.microsoft.icon", begins(0, "\x00\x00\x01\x00")},
	".svg":  {"image/svg+xml", func(head []byte) bool { return isText(head) && bytes.Contains(head, []byte("<svg")) }},
	".pdf":  {"application/pdf", begins(0, "%PDF-")},
	".zip":  {"application/zip", zip},
	".docx": {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", zip},
	".xlsx": {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", zip},
	".pptx": {"application/vnd.openxmlformats-officedocument.presentationml.presentation", zip},
	".odt":  {"application/vnd.oasis.opendocument.text", zip},
	".ods":  {"application/vnd.oasis.opendocument.spreadsheet", zip},
	".epub": {"application/epub+zip", zip},
	".doc":  {"application/msword", ole},
	".xls":  {"application/vnd.ms-excel", ole},
	".gz":   {"application/gzip", begins(0, "\x1F\x8B\x08")},
	".7z":   {"application/x-7z-compressed", begins(0, "7z\xBC\xAF\x27\x1C")},
	".mp3":  {"audio/mpeg", mp3},
	".wav":  {"audio/wav", riff("WAVE")},
	".flac": {"audio/flac", begins(0, "fLaC")},
	".ogg":  {"audio/ogg", begins(0, "OggS")},
	".mp4":  {"video/mp4", brand("isom", "iso2", "mp41", "mp42", "avc1", "M4V ")},
	".m4a":  {"audio/mp4", brand("M4A ", "mp42", "isom")},
	".mov":  {"video/quicktime", brand("qt  ")},
	".webm": {"video/webm", begins(0, "\x1A\x45\xDF\xA3")},
	".txt":  {"text/plain; charset=utf-8", plain},
	".md":   {"text/markdown; charset=utf-8", plain},
	".csv":  {"text/csv; charset=utf-8", plain},
	".json": {"application/json", plain},
}

// FileEnding returns the ending that a file's name is known by: what follows its
// last dot, in lower case and with the dot.
func FileEnding(name string) string { return strings.ToLower(path.Ext(name)) }

// KnownFileEnding reports whether [FileType] can check files with this ending,
// such as ".png".
func KnownFileEnding(ending string) bool { _, ok := fileKinds[ending]; return ok }

// FileType returns the media type of a file by its name, once its first bytes, of
// which it wants [FileHead] or all there are, have been found to be of that kind:
// name and content must agree (ASVS 5.2.2). Text must be UTF-8, and must not look
// like a page. The error, an [ErrFileType], says what does not fit.
//
// A file may be of two kinds at once, and the beginning says nothing of the rest:
// serve what users send with nosniff and in a sandbox all the same.
func FileType(name string, head []byte) (string, error) {
	ending := FileEnding(name)
	kind, ok := fileKinds[ending]
	if !ok {
		return "", fmt.Errorf("%w: files that end in %q cannot be checked", ErrFileType, clipName(ending))
	}
	if len(head) > FileHead {
		head = head[:FileHead]
	}
	if !kind.matches(head) {
		return "", fmt.Errorf("%w: the content is not what a name with %s says; it looks like %s", ErrFileType, ending, http.DetectContentType(head))
	}
	return kind.mediaType, nil
}

// clipName bounds what is repeated of a name.
func clipName(s string) string {
	if len(s) > 32 {
		return s[:32] + "…"
	}
	return s
}
