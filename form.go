package dewar

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/dewar-go/dewar/secure"
)

// formState is a request's parsed body. It is parsed once, when somebody asks.
type formState struct {
	parsed bool
	values url.Values
	files  map[string][]*multipart.FileHeader
	whole  *multipart.Form // holds temporary files
	err    error
	query  url.Values
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

// QueryValues returns the query's parameters. Pairs that are malformed are
// left out, as in Werkzeug.
func (c *Context) QueryValues() url.Values {
	if c.form.query == nil {
		c.form.query, _ = url.ParseQuery(c.r.URL.RawQuery)
	}
	return c.form.query
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

// FormValues returns the fields of an urlencoded or multipart body; none for a
// body of another type. The error is an [HTTPError]: 413 past a limit, 400 when
// the body is malformed.
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

// FormFiles returns the files sent under a field's name.
func (c *Context) FormFiles(name string) ([]*Upload, error) {
	if _, err := c.FormValues(); err != nil {
		return nil, err
	}
	var list []*Upload
	for _, h := range c.form.files[name] {
		list = append(list, &Upload{h})
	}
	return list, nil
}

// parseForm parses the body by its content type.
func (c *Context) parseForm() error {
	kind, params, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if c.r.Body == nil || c.r.Body == http.NoBody || err != nil {
		return nil
	}
	switch kind {
	case "application/x-www-form-urlencoded":
		if err := c.plainBody(); err != nil {
			return err
		}
		return c.parseURLEncoded()
	case "multipart/form-data":
		if err := c.plainBody(); err != nil {
			return err
		}
		return c.parseMultipart(params["boundary"])
	}
	return nil
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
	c.form.values, err = url.ParseQuery(body)
	if err != nil {
		return &HTTPError{Code: http.StatusBadRequest, Err: err}
	}
	return nil
}

// parseMultipart reads the parts itself instead of asking net/http: fields and
// files are counted as they come, and nothing is believed about their number.
func (c *Context) parseMultipart(boundary string) error {
	if boundary == "" {
		return &HTTPError{Code: http.StatusBadRequest, Err: errors.New("dewar: a multipart form without a boundary")}
	}
	counted := &partCounter{r: c.r.Body, delimiter: "--" + boundary, limit: c.app.cfg.MaxFormParts + c.app.cfg.MaxFormFiles + 2}
	form, err := multipart.NewReader(counted, boundary).ReadForm(c.app.cfg.MaxFormMemorySize)
	if err != nil {
		if errors.Is(err, multipart.ErrMessageTooLarge) {
			return &HTTPError{Code: http.StatusRequestEntityTooLarge, Err: err}
		}
		return bodyError(err)
	}
	c.form.whole = form
	fields, files := 0, 0
	for _, v := range form.Value {
		fields += len(v)
	}
	for _, v := range form.File {
		files += len(v)
	}
	if fields > c.app.cfg.MaxFormParts || files > c.app.cfg.MaxFormFiles {
		return &HTTPError{Code: http.StatusRequestEntityTooLarge, Err: errors.New("dewar: the form has more parts than MaxFormParts or MaxFormFiles")}
	}
	c.form.values, c.form.files = form.Value, form.File
	return nil
}

// partCounter ends a multipart body with an error once it holds more
// boundaries than it may: before the parts become maps and files.
type partCounter struct {
	r         io.Reader
	delimiter string
	tail      []byte // the end of what was read, where a delimiter may begin
	seen      int
	limit     int
}

// Read reads and counts.
func (p *partCounter) Read(b []byte) (int, error) {
	n, err := p.r.Read(b)
	p.tail = append(p.tail, b[:n]...)
	s := string(p.tail)
	for {
		i := strings.Index(s, p.delimiter)
		if i < 0 {
			break
		}
		p.seen++
		s = s[i+len(p.delimiter):]
	}
	if keep := len(p.delimiter) - 1; len(s) > keep {
		s = s[len(s)-keep:]
	}
	p.tail = append(p.tail[:0], s...)
	if p.seen > p.limit {
		return n, multipart.ErrMessageTooLarge
	}
	return n, err
}

// bodyError keeps a status error and makes any other a 400.
func bodyError(err error) error {
	var he *HTTPError
	if errors.As(err, &he) {
		return he
	}
	code := http.StatusBadRequest
	if errors.Is(err, secure.ErrTooSlow) {
		code = http.StatusRequestTimeout
	}
	return &HTTPError{Code: code, Err: err}
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
