package werkzeug

import (
	"bytes"
	"io"
	"net/textproto"
	"strings"
)

// partReader finds the parts of a multipart body as Werkzeug's MultipartDecoder
// does: lines may end with CR LF, LF or CR, a delimiter may have white space
// behind it, and headers may go on in the next line.
type partReader struct {
	body      io.Reader
	delimiter []byte // "--" and the boundary
	buf       []byte
	at        int   // where the rest begins in buf
	err       error // of the body
	begun     bool  // the first delimiter was passed
	inPart    bool
	last      bool // the closing delimiter was passed
	ready     int  // bytes of the rest that are known to be content
}

const (
	partBuffer = 64 << 10
	// maxPartHeaders bounds the headers of one part, and maxPadding the white
	// space behind a delimiter, in bytes.
	maxPartHeaders = 16 << 10
	maxPadding     = 64
)

func (r *partReader) rest() []byte { return r.buf[r.at:] }

// fill reads more of the body.
func (r *partReader) fill() {
	if r.at > 0 && r.at*2 >= len(r.buf) {
		r.buf = r.buf[:copy(r.buf, r.buf[r.at:])]
		r.at = 0
	}
	if cap(r.buf)-len(r.buf) < partBuffer/2 {
		grown := make([]byte, len(r.buf), len(r.buf)+partBuffer)
		copy(grown, r.buf)
		r.buf = grown
	}
	for r.err == nil {
		var n int
		n, r.err = r.body.Read(r.buf[len(r.buf):cap(r.buf)])
		r.buf = r.buf[:len(r.buf)+n]
		if n > 0 {
			return
		}
	}
}

// find looks for the next delimiter in the rest. content is how much before it is
// content for sure, length that of line end, delimiter and line end once it is
// found; more says that only more of the body can tell.
func (r *partReader) find(from int) (content, length int, last, more bool) {
	w := r.rest()
	for {
		i := bytes.Index(w[from:], r.delimiter)
		if i < 0 {
			return max(0, len(w)-len(r.delimiter)-1), 0, false, true
		}
		at := from + i
		begin := at - lineEndBefore(w[:at])
		if begin == at && r.begun {
			from = at + 1
			continue
		}
		end, last, state := delimiterEnd(w[at+len(r.delimiter):], r.err != nil)
		switch state {
		case isDelimiter:
			return begin, at + len(r.delimiter) + end - begin, last, false
		case isOpen:
			return begin, 0, false, true
		}
		from = at + 1
	}
}

type delimiterState int

const (
	isContent delimiterState = iota
	isDelimiter
	isOpen // what was read does not tell
)

// delimiterEnd judges what stands behind a delimiter. whole says that nothing
// follows s.
func delimiterEnd(s []byte, whole bool) (end int, last bool, state delimiterState) {
	if len(s) < 2 && !whole {
		return 0, false, isOpen
	}
	if bytes.HasPrefix(s, []byte("--")) {
		return 2, true, isDelimiter
	}
	for end < len(s) && end < maxPadding && isPadding(s[end]) {
		end++
	}
	switch {
	case end == len(s) && !whole, end+1 == len(s) && s[end] == '\r' && !whole:
		return 0, false, isOpen
	case end == len(s):
		return 0, false, isContent
	}
	n := lineEndAfter(s[end:])
	if n == 0 {
		return 0, false, isContent
	}
	return end + n, false, isDelimiter
}

func isPadding(c byte) bool { return c == ' ' || c == '\t' || c == '\v' || c == '\f' }

func lineEndBefore(s []byte) int {
	switch {
	case bytes.HasSuffix(s, []byte("\r\n")):
		return 2
	case len(s) > 0 && (s[len(s)-1] == '\n' || s[len(s)-1] == '\r'):
		return 1
	}
	return 0
}

func lineEndAfter(s []byte) int {
	switch {
	case bytes.HasPrefix(s, []byte("\r\n")):
		return 2
	case len(s) > 0 && (s[0] == '\n' || s[0] == '\r'):
		return 1
	}
	return 0
}

// next goes to the next part and returns its headers; io.EOF behind the last one,
// and for a body without a byte.
func (r *partReader) next() (textproto.MIMEHeader, error) {
	for r.inPart || !r.begun && !r.last {
		// What is left of the part before, or stands before the first.
		var skip [4 << 10]byte
		if _, err := r.read(skip[:]); err == io.EOF {
			break
		} else if err != nil {
			return nil, err
		}
	}
	if r.last {
		return nil, io.EOF
	}
	h, err := r.headers()
	if err == nil {
		r.inPart = true
	}
	return h, err
}

// read reads the content of the part, or what stands before the first one.
func (r *partReader) read(p []byte) (int, error) {
	if r.begun && !r.inPart || r.last {
		return 0, io.EOF
	}
	from := 0
	for r.ready == 0 {
		content, length, last, more := r.find(from)
		if content > 0 {
			r.ready = content
			break
		}
		if !more {
			r.at += length
			r.begun, r.inPart, r.last = true, false, last
			return 0, io.EOF
		}
		if r.err != nil {
			if r.err != io.EOF {
				return 0, r.err
			}
			if !r.begun && len(r.buf) == 0 {
				r.last = true // a body without a byte
				return 0, io.EOF
			}
			return 0, ErrTruncated
		}
		r.fill()
	}
	n := copy(p, r.rest()[:r.ready])
	r.at += n
	r.ready -= n
	return n, nil
}

// headers reads the headers of a part.
func (r *partReader) headers() (textproto.MIMEHeader, error) {
	from := 0
	for {
		w := r.rest()
		if end, length := blankLine(w, from); end >= 0 {
			if end > maxPartHeaders {
				return nil, ErrTooLarge
			}
			h := parseHeaders(string(w[:end]))
			r.at += end + length
			return h, nil
		}
		if len(w) > maxPartHeaders {
			return nil, ErrTooLarge
		}
		if r.err == io.EOF {
			return nil, ErrTruncated
		}
		if r.err != nil {
			return nil, r.err
		}
		from = max(0, len(w)-3)
		r.fill()
	}
}

// blankLine finds the end of the headers: two line ends of one kind.
func blankLine(w []byte, from int) (at, length int) {
	for i := from; i+1 < len(w); i++ {
		switch c := w[i]; {
		case c != '\r' && c != '\n':
		case w[i+1] == c:
			return i, 2
		case c == '\r' && bytes.HasPrefix(w[i:], []byte("\r\n\r\n")):
			return i, 4
		}
	}
	return -1, 0
}

// parseHeaders reads the lines of a part's headers. A line without a colon is
// left out.
func parseHeaders(s string) textproto.MIMEHeader {
	h := textproto.MIMEHeader{}
	s = lineEnds.Replace(s)
	s = folds.Replace(s)
	for line := range strings.SplitSeq(s, "\n") {
		if name, value, ok := strings.Cut(line, ":"); ok {
			h.Add(Text(trim(name)), Text(trim(value)))
		}
	}
	return h
}

var (
	lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")
	folds    = strings.NewReplacer("\n ", " ", "\n\t", " ")
)

// baseName is the last part of a path: a directory is nothing that a client
// should choose (RFC 7578, section 4.2).
func baseName(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }
