package dewar

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

// addStatic serves a folder of files under the endpoint "static" of a scope.
func addStatic(s *scope, at string, fsys fs.FS) {
	if at == "" {
		at = "/static"
	}
	view := func(c *Context) error {
		if age := c.app.cfg.StaticMaxAge; age > 0 {
			c.SetHeader("Cache-Control", fmt.Sprintf("public, max-age=%d", int(age.Seconds())))
		} else {
			c.SetHeader("Cache-Control", "no-cache")
		}
		return c.ServeFS(fsys, c.Str("filename"))
	}
	r := s.add(strings.TrimRight(at, "/")+"/<path:filename>", view, view, nil, nil)
	r.name, r.static = "static", true
}

// ServeFS answers with a file of fsys: with its type by its name, conditional
// requests and ranges. The name is a path within fsys and may come from the
// request: what leaves fsys, a folder, and any name with a part that begins with
// a dot are 404. Give it os.Root's FS, or an embed.FS, and no link leads out.
func (c *Context) ServeFS(fsys fs.FS, name string) error {
	if !fs.ValidPath(name) || hidden(name) {
		return Abort(http.StatusNotFound)
	}
	f, err := fsys.Open(name)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
			return &HTTPError{Code: http.StatusNotFound, Err: err}
		}
		return fmt.Errorf("dewar: file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("dewar: file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return Abort(http.StatusNotFound)
	}
	content, ok := f.(io.ReadSeeker)
	if !ok {
		return fmt.Errorf("dewar: file %q: files of %T cannot seek", name, fsys)
	}
	h := c.w.Header()
	if h["Content-Type"] == nil {
		h["Content-Type"] = []string{contentType(name)}
	}
	if h["Etag"] == nil {
		h["Etag"] = []string{fileTag(info)}
	}
	http.ServeContent(c.w, c.r, name, info.ModTime(), content)
	return nil
}

// hidden reports whether a part of a name begins with a dot.
func hidden(name string) bool { return name[0] == '.' || strings.Contains(name, "/.") }

// contentType goes by the name alone, never by the content: what a file says of
// itself must not make it a page.
func contentType(name string) string {
	ext := strings.ToLower(path.Ext(name))
	if t, ok := webTypes[ext]; ok {
		return t
	}
	if t := mime.TypeByExtension(ext); t != "" {
		return t
	}
	return "application/octet-stream"
}

// webTypes are fixed here because the system's table, which differs from
// machine to machine, has been wrong about exactly these.
var webTypes = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8",
	".html": "text/html; charset=utf-8", ".htm": "text/html; charset=utf-8", ".txt": "text/plain; charset=utf-8",
	".json": "application/json", ".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg",
	".gif": "image/gif", ".webp": "image/webp", ".avif": "image/avif", ".ico": "image/vnd.microsoft.icon",
	".woff": "font/woff", ".woff2": "font/woff2", ".wasm": "application/wasm", ".xml": "text/xml; charset=utf-8",
	".pdf": "application/pdf", ".webmanifest": "application/manifest+json", ".map": "application/json",
}

// fileTag is a validator made of size and time. Files of an embed.FS have no
// time: the program's own start stands for it, since they change with it alone.
func fileTag(info fs.FileInfo) string {
	t := info.ModTime()
	if t.IsZero() {
		t = programStart
	}
	return fmt.Sprintf("\"%x-%x\"", t.UnixNano(), info.Size())
}
