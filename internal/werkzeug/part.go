package werkzeug

import (
	"bytes"
	"io"
	"net/textproto"
	"strings"
)

// partReader finds the parts of a multipart body as Werkzeug's MultipartDecoder does. Lines may end with CR LF, LF or
// CR. White space may follow a delimiter. A header may go on in the next line.
type partReader struct {
	body      io.Reader
	delimiter []byte // "--" and the boundary
	buf       []byte
	at        int   // index in buf of the first byte that was not taken yet
	err       error // the error of reading body, io.EOF at its end
	begun     bool  // the first delimiter was passed
	inPart    bool
	last      bool // the closing delimiter was passed
	ready     int  // number of bytes from at on that are known to be content
}

const (
	partBuffer = 64 << 10
	// maxPartHeaders bounds the headers of one part in bytes, maxPadding the white space after a delimiter.
	maxPartHeaders = 16 << 10
	maxPadding     = 64
)

func (r *partReader) rest() []byte { return r.buf[r.at:] }

// fill reads more of body into buf.
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

// find looks for the next delimiter in rest, from index from on. content is the number of bytes before it that are
// surely content. length is the number of bytes of the line end before the delimiter, the delimiter and the line end
// after it; it is 0 when no delimiter was found. more says that the decision needs more of the body.
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
		case isUndecided:
			return begin, 0, false, true
		}
		from = at + 1
	}
}

type delimiterState int

const (
	isContent delimiterState = iota
	isDelimiter
	isUndecided // more of the body decides
)

// delimiterEnd judges the bytes s that follow a delimiter. whole says that the body ends with s.
func delimiterEnd(s []byte, whole bool) (end int, last bool, state delimiterState) {
	if len(s) < 2 && !whole {
		return 0, false, isUndecided
	}
	if bytes.HasPrefix(s, []byte("--")) {
		return 2, true, isDelimiter
	}
	for end < len(s) && end < maxPadding && isPadding(s[end]) {
		end++
	}
	switch {
	case end == len(s) && !whole, end+1 == len(s) && s[end] == '\r' && !whole:
		return 0, false, isUndecided
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

// next goes to the next part and returns its headers. It returns io.EOF after the last part and for an empty body.
func (r *partReader) next() (textproto.MIMEHeader, error) {
	for r.inPart || !r.begun && !r.last {
		// Skip the rest of the part before, or what stands before the first part.
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

// read reads the content of the current part, or what stands before the first part.
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
				r.last = true // an empty body
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

// blankLine finds the end of the headers: two line ends of the same kind. at is -1 when there is none.
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

// parseHeaders parses the headers of a part. Lines without a colon are skipped.
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

// baseName returns the last part of a path. A client must not choose a folder (RFC 7578, section 4.2).
func baseName(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }
