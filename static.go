package dewar

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"

	"github.com/dewar-go/dewar/internal/assets"
	"github.com/dewar-go/dewar/routing"
)

// staticVersion is the query parameter with a file's hash: a URL with it stands
// for this content alone and may be kept for ever.
const staticVersion = "v"

var noCache = []string{"no-cache"}

// forever is how long a versioned file is kept; browsers know no longer time.
var forever = []string{"public, max-age=31536000, immutable"}

// addStatic serves a folder of files under the endpoint "static" of a scope.
func addStatic(s *scope, at string, fsys fs.FS) {
	if at == "" {
		at = "/static"
	}
	folder := assets.New(fsys)
	view := func(c *Context) error { return c.serveStatic(folder, c.Str("filename")) }
	r := s.add(strings.TrimRight(at, "/")+"/<path:filename>", view, view, nil, nil)
	r.name, r.static = "static", folder
}

// serveStatic answers with a file: versioned ones to be kept for ever, in the
// smallest form the client takes.
func (c *Context) serveStatic(folder *assets.Folder, name string) error {
	f, info, err := openFile(folder.FS, name)
	if err != nil {
		return err
	}
	defer f.Close()
	known, err := folder.Know(name, f, info)
	if err != nil {
		return fmt.Errorf("dewar: file: %w", err)
	}
	h := c.w.Header()
	switch age := c.app.cfg.StaticMaxAge; {
	case c.r.URL.RawQuery != "" && c.Query(staticVersion) == known.Hash:
		h["Cache-Control"] = forever
	case age > 0:
		h["Cache-Control"] = []string{fmt.Sprintf("public, max-age=%d", int(age.Seconds()))}
	default:
		h["Cache-Control"] = noCache
	}
	h["Content-Type"] = known.Type
	if len(known.Forms) > 0 {
		h.Add("Vary", "Accept-Encoding")
		for _, form := range known.Forms {
			if c.acceptsCoding(form.Coding) {
				h["Content-Encoding"] = []string{form.Coding}
				h["Etag"] = form.ETag
				return c.serveFS(folder.FS, name+form.Ending)
			}
		}
	}
	h["Etag"] = known.ETag
	return c.serveFile(f, info, name)
}

// acceptsCoding reports whether the client named a coding as welcome.
func (c *Context) acceptsCoding(coding string) bool {
	return len(c.r.Header["Accept-Encoding"]) > 0 && AcceptsEncoding(c, coding) == coding
}

// openFile opens a file that is served. A name without one is a 404.
func openFile(fsys fs.FS, name string) (fs.File, fs.FileInfo, error) {
	f, info, err := assets.Open(fsys, name)
	switch {
	case errors.Is(err, assets.ErrNotFound):
		return nil, nil, &HTTPError{Code: http.StatusNotFound, Err: err}
	case err != nil:
		return nil, nil, fmt.Errorf("dewar: file: %w", err)
	}
	return f, info, nil
}

// staticURL is the URL of a static file, with its hash. It is built once as long
// as the file stays as it is.
func (a *App) staticURL(e *endpoint, name string) (string, bool) {
	file := e.route.static.Current(name, a.cfg.Debug)
	if file == nil {
		return "", false
	}
	if u, ok := file.URL(e); ok {
		return u, true
	}
	values := routing.Values{{Name: "filename", Value: name}, {Name: staticVersion, Value: file.Hash}}
	u, ok := a.simpleURL(e.name, values)
	if ok {
		file.KeepURL(e, u)
	}
	return u, ok
}

// versionStatic adds a file's hash to the URL of a static endpoint, so that the
// URL changes when the file does.
func (a *App) versionStatic(endpoint string, values map[string]any) {
	e := a.endpoints[endpoint]
	if e == nil || e.route == nil || e.route.static == nil {
		return
	}
	name, ok := values["filename"].(string)
	if _, given := values[staticVersion]; !ok || given {
		return
	}
	if file := e.route.static.Current(name, a.cfg.Debug); file != nil {
		values[staticVersion] = file.Hash
	}
}
