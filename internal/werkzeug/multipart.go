package werkzeug

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"strconv"
)

// The errors of [ReadMultipart]. Those of the body itself are returned as they are.
var (
	ErrBoundary  = errors.New("werkzeug: a multipart form without a boundary, or with one of more than 200 bytes")
	ErrPart      = errors.New("werkzeug: a part of a multipart form without a name")
	ErrTruncated = errors.New("werkzeug: a multipart form ends too early")
	ErrTooMany   = errors.New("werkzeug: a multipart form has too many parts")
	ErrTooLarge  = errors.New("werkzeug: a multipart form has too large headers")
	// ErrStorage says that the server cannot store the files: the disk is full, for instance.
	ErrStorage = errors.New("werkzeug: a file of a multipart form cannot be kept")
)

// A Form is what a multipart form holds.
type Form struct {
	Fields []Pair // in order
	Files  []File // in order
	// Whole holds the files for net/http. Its RemoveAll deletes those on disk.
	Whole *multipart.Form
}

// A File is a file of a form. Header.Filename is the last part of the path that the client gave, "" when the input was
// left empty.
type File struct {
	Name   string
	Header *multipart.FileHeader
}

// Limits bound a multipart form. A form with more is [ErrTooMany].
type Limits struct {
	// Fields and Files are the greatest numbers of fields and of files.
	Fields, Files int
	// Memory is how many bytes of files stay in memory. The rest goes to temporary files.
	Memory int64
}

// ReadMultipart reads a multipart form. The caller bounds the length of body. An empty body is an empty form, whatever
// the boundary is.
func ReadMultipart(body io.Reader, boundary string, l Limits) (*Form, error) {
	r := &formReader{parts: partReader{body: body, delimiter: []byte("--" + boundary)}, limits: l, boundary: rand.Text()}
	if boundary == "" || len(boundary) > 200 {
		if r.parts.fill(); r.parts.err == io.EOF && len(r.parts.rest()) == 0 {
			return &Form{Whole: &multipart.Form{}}, nil
		}
		if r.parts.err != nil && r.parts.err != io.EOF {
			return nil, r.parts.err
		}
		return nil, ErrBoundary
	}
	whole, err := multipart.NewReader(r, r.boundary).ReadForm(l.Memory)
	if r.err != nil {
		if whole != nil {
			_ = whole.RemoveAll()
		}
		return nil, r.err
	}
	if err != nil && !errors.Is(err, multipart.ErrMessageTooLarge) {
		return nil, fmt.Errorf("%w: %w", ErrStorage, err) // the form is well formed: formReader wrote it
	}
	if err != nil {
		return nil, err
	}
	f := &Form{Fields: r.fields, Files: r.files, Whole: whole}
	byName := make(map[string][]*multipart.FileHeader, len(f.Files))
	for i := range f.Files {
		file := &f.Files[i]
		h := whole.File[strconv.Itoa(i)][0]
		h.Filename, h.Header = file.Header.Filename, file.Header.Header
		file.Header = h
		byName[file.Name] = append(byName[file.Name], h)
	}
	whole.File = byName
	return f, nil
}

// formReader reads the parts as Werkzeug does and keeps the fields itself. It gives the files to mime/multipart, which
// stores them in memory or on disk. For that it writes a new multipart body in which the name of each file is its
// number, because mime/multipart reads names and line ends in another way than Werkzeug.
type formReader struct {
	parts  partReader
	limits Limits
	fields []Pair
	files  []File
	out    []byte // what Read returns before the content of the file
	inFile bool
	ended  bool
	err    error

	boundary string // of the new body; random, so that no file contains it
}

func (r *formReader) Read(p []byte) (int, error) {
	for {
		switch {
		case len(r.out) > 0:
			n := copy(p, r.out)
			r.out = r.out[n:]
			return n, nil
		case r.err != nil:
			return 0, r.err
		case r.ended:
			return 0, io.EOF
		case r.inFile:
			n, err := r.parts.read(p)
			if err == io.EOF {
				r.inFile, err = false, nil
				r.out = []byte("\r\n")
			}
			if r.err = err; n > 0 {
				return n, nil
			}
		default:
			r.err = r.next()
		}
	}
}

// next reads the headers of the next part. A field is read whole, a file is left to Read.
func (r *formReader) next() error {
	h, err := r.parts.next()
	if err == io.EOF {
		r.ended = true
		r.out = []byte("--" + r.boundary + "--\r\n")
		return nil
	}
	if err != nil {
		return err
	}
	_, options := Options(h.Get("Content-Disposition"))
	name, named := options["name"]
	if !named {
		return ErrPart
	}
	filename, isFile := options["filename"]
	if isFile {
		if len(r.files) == r.limits.Files {
			return ErrTooMany
		}
		if filename != "" {
			filename = baseName(filename)
		}
		r.out = []byte("--" + r.boundary + "\r\nContent-Disposition: form-data; name=\"" + strconv.Itoa(len(r.files)) + "\"; filename=\"f\"\r\n\r\n")
		r.files = append(r.files, File{Name: name, Header: &multipart.FileHeader{Filename: filename, Header: h}})
		r.inFile = true
		return nil
	}
	if len(r.fields) == r.limits.Fields {
		return ErrTooMany
	}
	value, err := io.ReadAll(readerFunc(r.parts.read))
	if err != nil {
		return err
	}
	_, kind := Options(h.Get("Content-Type"))
	r.fields = append(r.fields, Pair{name, decode(string(value), kind["charset"])})
	return nil
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
