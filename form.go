package dewar

import (
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/dewar-go/dewar/internal/scan"
	"github.com/dewar-go/dewar/internal/werkzeug"
	"github.com/dewar-go/dewar/secure"
)

// formState is a request's parsed body. It is parsed once, when somebody asks.
type formState struct {
	parsed bool
	pairs  []werkzeug.Pair // in order
	values url.Values
	files  []werkzeug.File
	whole  *multipart.Form // holds temporary files
	err    error

	queried    bool
	queryPairs []werkzeug.Pair
	query      url.Values
}

// close removes temporary files.
func (f *formState) close() {
	if f.whole != nil {
		_ = f.whole.RemoveAll()
	}
}

// limitedBody counts a request's body and ends it with an error past the limit.
// net/http is told to close the connection then, since the rest is not read.
type limitedBody struct {
	body io.ReadCloser
	left int64
	// over and ended are looked at by other goroutines than the one that reads:
	// a proxy's transport reads while the answer is already written.
	over, ended atomic.Bool
}

// A bodyFault is the failure of a read of the body: the client's, whoever read it.
type bodyFault struct{ error }

// Unwrap returns the failure.
func (f *bodyFault) Unwrap() error { return f.error }

// As lets errors.As find the status, also for a view that reads the body itself and
// returns what happened.
func (f *bodyFault) As(target any) bool {
	he, ok := target.(**HTTPError)
	if ok {
		*he = &HTTPError{Code: http.StatusBadRequest, Err: f.error}
		if errors.Is(f.error, secure.ErrTooSlow) {
			(*he).Code = http.StatusRequestTimeout
		}
	}
	return ok
}

// errTooLarge is a body past its limit.
var errTooLarge = &HTTPError{Code: http.StatusRequestEntityTooLarge}

// Read reads the body up to its limit.
func (b *limitedBody) Read(p []byte) (int, error) {
	if b.over.Load() {
		return 0, errTooLarge
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.body.Read(p)
	if err != nil {
		b.ended.Store(true)
		if err != io.EOF { //nolint:errorlint // a reader returns it as it is
			err = &bodyFault{err}
		}
	}
	if int64(n) <= b.left {
		b.left -= int64(n)
		return n, err
	}
	n = int(b.left)
	b.left = 0
	b.over.Store(true)
	return n, errTooLarge
}

// Close closes the body.
func (b *limitedBody) Close() error { return b.body.Close() }

// limitBody puts the route's limit around the body, before anything reads it.
func (c *Context) limitBody() {
	if c.r.Body == nil || c.r.Body == http.NoBody {
		return
	}
	c.body.body, c.body.left = c.app.cfg.Pace.Telling(&c.admission).Body(c.res.w, c.r.Body), c.at.maxBody
	if c.r.ContentLength > c.at.maxBody {
		c.body.over.Store(true)
	}
	c.r.Body = &c.body
}

// Query returns the first value of a query parameter, "" when there is none.
func (c *Context) Query(name string) string { return c.QueryValues().Get(name) }

// QueryValues returns the query's parameters, as Werkzeug reads them: a semicolon
// and a % that begins no escape are characters like others. What is not UTF-8
// becomes U+FFFD. A query that holds NUL ends the view with 400: no database and
// no program in C takes such a text for what it is.
func (c *Context) QueryValues() url.Values {
	if !c.form.queried {
		c.form.queryPairs = werkzeug.Query(c.r.URL.RawQuery)
		c.form.query, c.form.queried = valuesOf(c.form.queryPairs), true
	}
	if err := pairsWithNUL("query", c.form.queryPairs); err != nil {
		panic(abort{err})
	}
	return c.form.query
}

// valuesOf keeps pairs by name.
func valuesOf(pairs []werkzeug.Pair) url.Values {
	v := make(url.Values, len(pairs))
	for _, p := range pairs {
		v[p.Name] = append(v[p.Name], p.Value)
	}
	return v
}

// errNUL is about a text that holds U+0000.
var errNUL = &scan.Error{Message: "the text holds a NUL", Reason: "the text holds a NUL"}

// pairsWithNUL refuses pairs that hold NUL.
func pairsWithNUL(source string, pairs []werkzeug.Pair) error {
	for _, p := range pairs {
		if werkzeug.HasNUL(p.Name) || werkzeug.HasNUL(p.Value) {
			return badBind(source, p.Name, errNUL)
		}
	}
	return nil
}

// Form returns the first value of a form field from the body, "" when there is
// none. It never reads the query. A body that is malformed or past a limit ends
// the view with 400 or 413, as reading request.form does in Flask, so that a
// form that could not be read is never taken for an empty one; where that must
// be handled, [Context.FormValues] returns it as an error.
func (c *Context) Form(name string) string {
	v, err := c.FormValues()
	if err != nil {
		panic(abort{err})
	}
	return v.Get(name)
}

// FormValues returns the fields of an urlencoded or multipart body as Werkzeug
// reads them; none for a body of another type. What is not UTF-8 becomes U+FFFD.
// The error is an [HTTPError]: 413 past a limit, 400 when the body is malformed or
// holds NUL, 503 when the server has no room for a file.
func (c *Context) FormValues() (url.Values, error) {
	if !c.form.parsed {
		c.form.parsed = true
		c.form.err = c.parseForm()
		if c.form.values == nil {
			c.form.values = url.Values{}
		}
		if c.form.err == nil {
			// net/http's own methods find the form parsed: the body is gone.
			c.r.PostForm, c.r.MultipartForm = c.form.values, c.form.whole
		}
	}
	return c.form.values, c.form.err
}

// FormNames returns the names of the fields and files of the request's form, once for each value, in the order in which
// they were sent; none before the form was read. It is for packages that read forms.
func FormNames(c *Context) []string {
	names := make([]string, 0, len(c.form.pairs)+len(c.form.files))
	for _, p := range c.form.pairs {
		names = append(names, p.Name)
	}
	for _, f := range c.form.files {
		names = append(names, f.Name)
	}
	return names
}

// An Upload is a file that a form sent. Open it to read it; it is in memory or
// in a temporary file that is gone when the request ends.
type Upload struct {
	*multipart.FileHeader
}

// Name returns the file's name as the client gave it, made safe to use as a
// name in a folder ([secure.Filename], Werkzeug's secure_filename). It may be
// empty. Two clients may send the same name: a name of your own is better.
func (u *Upload) Name() string { return secure.Filename(u.Filename) }

// FormFile returns the first file sent under a field's name. The error is
// http.ErrMissingFile when there is none, or the form's own.
func (c *Context) FormFile(name string) (*Upload, error) {
	list, err := c.FormFiles(name)
	if err == nil && len(list) == 0 {
		err = http.ErrMissingFile
	}
	if err != nil {
		return nil, err
	}
	return list[0], nil
}

// FormFiles returns the files sent under a field's name. An input without a file
// sends an empty one without a name, which is left out.
func (c *Context) FormFiles(name string) ([]*Upload, error) {
	if _, err := c.FormValues(); err != nil {
		return nil, err
	}
	var list []*Upload
	for _, f := range c.form.files {
		if f.Name == name && (f.Header.Filename != "" || f.Header.Size > 0) {
			list = append(list, &Upload{f.Header})
		}
	}
	return list, nil
}

// parseForm parses the body by its content type.
func (c *Context) parseForm() error {
	if c.r.Body == nil || c.r.Body == http.NoBody {
		return nil
	}
	kind, params := c.contentType()
	var err error
	switch kind {
	case "application/x-www-form-urlencoded", "application/x-url-encoded":
		if err = c.plainBody(); err == nil {
			err = c.parseURLEncoded()
		}
	case "multipart/form-data":
		if err = c.plainBody(); err == nil {
			err = c.parseMultipart(params["boundary"])
		}
	}
	if err == nil {
		err = pairsWithNUL("form", c.form.pairs)
	}
	if err != nil {
		return err
	}
	c.form.values = valuesOf(c.form.pairs)
	return nil
}

// contentType is the body's type in lower case, and its parameters.
func (c *Context) contentType() (string, map[string]string) {
	kind, params := werkzeug.Options(c.r.Header.Get("Content-Type"))
	return strings.ToLower(kind), params
}

// plainBody refuses a body that is compressed: nothing here inflates it, so that
// a small one cannot become a large one, and what it means is not known without
// (RFC 9110, section 15.5.16).
func (c *Context) plainBody() error {
	coding := c.r.Header.Get("Content-Encoding")
	if coding == "" || strings.EqualFold(coding, "identity") {
		return nil
	}
	return &HTTPError{
		Code: http.StatusUnsupportedMediaType, Detail: "Send the body without Content-Encoding.",
		Header: http.Header{"Accept-Encoding": {"identity"}},
		Err:    errors.New("dewar: a body with a Content-Encoding is not read"),
	}
}

func (c *Context) parseURLEncoded() error {
	b, err := io.ReadAll(c.r.Body)
	if err != nil {
		return bodyError(err)
	}
	body := string(b)
	if n := strings.Count(body, "&") + 1; n > c.app.cfg.MaxFormParts {
		return &HTTPError{Code: http.StatusRequestEntityTooLarge, Err: errors.New("dewar: the form has more fields than MaxFormParts")}
	}
	c.form.pairs = werkzeug.Query(body)
	return nil
}

// parseMultipart reads the parts. They are counted as they come, and nothing is
// believed about their number.
func (c *Context) parseMultipart(boundary string) error {
	form, err := werkzeug.ReadMultipart(c.r.Body, boundary, werkzeug.Limits{
		Fields: c.app.cfg.MaxFormParts, Files: c.app.cfg.MaxFormFiles, Memory: c.app.cfg.MaxFormMemorySize,
	})
	switch {
	case errors.Is(err, werkzeug.ErrTooMany):
		return &HTTPError{Code: http.StatusRequestEntityTooLarge, Err: fmt.Errorf("dewar: the form has more parts than MaxFormParts or MaxFormFiles: %w", err)}
	case errors.Is(err, werkzeug.ErrTooLarge), errors.Is(err, multipart.ErrMessageTooLarge):
		return &HTTPError{Code: http.StatusRequestEntityTooLarge, Err: err}
	case errors.Is(err, werkzeug.ErrStorage):
		return &HTTPError{Code: http.StatusServiceUnavailable, Err: fmt.Errorf("dewar: files of forms that are above MaxFormMemorySize are kept in %s: %w", os.TempDir(), err)}
	case err != nil:
		return bodyError(err)
	}
	c.form.pairs, c.form.files, c.form.whole = form.Fields, form.Files, form.Whole
	form.Whole.Value = valuesOf(form.Fields)
	for _, f := range form.Files {
		if werkzeug.HasNUL(f.Name) || werkzeug.HasNUL(f.Header.Filename) {
			return badBind("form", f.Name, errNUL)
		}
	}
	return nil
}

// bodyError keeps an error with a status and makes any other a 400.
func bodyError(err error) error {
	var he *HTTPError
	if errors.As(err, &he) {
		return he
	}
	return &HTTPError{Code: http.StatusBadRequest, Err: err}
}

// endBody sets the deadline for what is left of a body that nobody read to its
// end: net/http reads some of it, to keep the connection.
func (c *Context) endBody() {
	if c.body.body == nil || c.res.state == hijacked {
		return
	}
	if !c.body.ended.Load() {
		_ = http.NewResponseController(c.res.w).SetReadDeadline(time.Now().Add(c.app.cfg.Pace.Grace))
	}
}
