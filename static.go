package dewar

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"os"
	"path"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// staticFiles serves the files of one folder. It knows of each file it has met
// the hash of its content and which compressed forms lie beside it.
type staticFiles struct {
	fsys  fs.FS
	dir   string // where the files are, "" for none on disk
	mu    sync.Mutex
	known map[string]*staticFile // by name; only of files that exist
}

// staticFile is what is known of a file, as long as it does not change.
type staticFile struct {
	modified time.Time
	size     int64
	hash     string
	tag      []string     // the header: the hash in quotes
	kind     []string     // the content type
	codings  []string     // those of precompressed that exist
	looked   atomic.Int64 // when the file was last looked at, since programStart
	url      atomic.Pointer[staticURL]
}

// staticURL is the URL of a file at one of the endpoints that serve it.
type staticURL struct {
	of  *endpoint
	url string
}

// lookEvery is how long a file is taken to be as it was when a URL is built, so
// that a page full of links costs no system calls. A URL that is that old still
// leads to the file; its answer is then one to be asked for again.
const lookEvery = time.Second

// precompressed are the endings of compressed forms, the best coding first.
var precompressed = []struct{ coding, ending string }{{"br", ".br"}, {"gzip", ".gz"}}

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
	files := &staticFiles{fsys: confine(fsys), dir: dirOf(fsys), known: map[string]*staticFile{}}
	view := func(c *Context) error { return files.serve(c, c.Str("filename")) }
	r := s.add(strings.TrimRight(at, "/")+"/<path:filename>", view, view, nil, nil)
	r.name, r.static = "static", files
}

// dirOf returns the folder of an os.DirFS, "" for any other.
func dirOf(fsys fs.FS) string {
	if fsys != nil && reflect.TypeOf(fsys) == reflect.TypeOf(os.DirFS("")) {
		return reflect.ValueOf(fsys).String()
	}
	return ""
}

// confine opens a folder given as os.DirFS anew as an os.Root, which symbolic
// links do not lead out of.
func confine(fsys fs.FS) fs.FS {
	if dir := dirOf(fsys); dir != "" {
		if root, err := os.OpenRoot(dir); err == nil {
			return root.FS()
		}
	}
	return fsys
}

// serve answers with a file: versioned ones to be kept for ever, in the
// smallest form the client takes.
func (s *staticFiles) serve(c *Context, name string) error {
	f, info, err := openFile(s.fsys, name)
	if err != nil {
		return err
	}
	defer f.Close()
	known, err := s.know(name, f, info)
	if err != nil {
		return err
	}
	h := c.w.Header()
	switch age := c.app.cfg.StaticMaxAge; {
	case c.r.URL.RawQuery != "" && c.Query(staticVersion) == known.hash:
		h["Cache-Control"] = forever
	case age > 0:
		h["Cache-Control"] = []string{fmt.Sprintf("public, max-age=%d", int(age.Seconds()))}
	default:
		h["Cache-Control"] = noCache
	}
	h["Content-Type"] = known.kind
	if len(known.codings) > 0 {
		h.Add("Vary", "Accept-Encoding")
		for _, p := range precompressed {
			if slices.Contains(known.codings, p.coding) && c.takes(p.coding) {
				h["Content-Encoding"] = []string{p.coding}
				h["Etag"] = []string{`"` + known.hash + "-" + p.coding + `"`}
				return c.ServeFS(s.fsys, name+p.ending)
			}
		}
	}
	h["Etag"] = known.tag
	return c.serveFile(f, info, name)
}

// takes reports whether the client named a coding as welcome.
func (c *Context) takes(coding string) bool {
	return len(c.r.Header["Accept-Encoding"]) > 0 && c.AcceptsEncoding(coding) == coding
}

// lookup finds a file and what is known of it, reading it once to hash it.
func (s *staticFiles) lookup(name string) (*staticFile, error) {
	f, info, err := openFile(s.fsys, name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return s.know(name, f, info)
}

// know is lookup for a file that is open. It leaves the file where it is read
// from the beginning.
func (s *staticFiles) know(name string, f fs.File, info fs.FileInfo) (*staticFile, error) {
	s.mu.Lock()
	known := s.known[name]
	s.mu.Unlock()
	if known != nil && known.size == info.Size() && known.modified.Equal(info.ModTime()) {
		known.looked.Store(int64(time.Since(programStart)))
		return known, nil
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return nil, fmt.Errorf("dewar: file: %w", err)
	}
	if seeker, ok := f.(io.Seeker); ok {
		if _, err := seeker.Seek(0, io.SeekStart); err != nil {
			return nil, fmt.Errorf("dewar: file: %w", err)
		}
	}
	hash := hex.EncodeToString(sum.Sum(nil)[:8])
	known = &staticFile{modified: info.ModTime(), size: info.Size(), hash: hash, tag: []string{`"` + hash + `"`}, kind: []string{contentType(name)}}
	for _, p := range precompressed {
		if _, err := fs.Stat(s.fsys, name+p.ending); err == nil {
			known.codings = append(known.codings, p.coding)
		}
	}
	known.looked.Store(int64(time.Since(programStart)))
	s.mu.Lock()
	s.known[name] = known
	s.mu.Unlock()
	return known, nil
}

// current is a file for its URL, nil when there is none of this name. In debug
// mode the file is looked at each time.
func (s *staticFiles) current(name string, debug bool) *staticFile {
	s.mu.Lock()
	known := s.known[name]
	s.mu.Unlock()
	if known != nil && !debug && int64(time.Since(programStart))-known.looked.Load() < int64(lookEvery) {
		return known
	}
	known, err := s.lookup(name)
	if err != nil {
		return nil
	}
	return known
}

// openFile opens a regular file of fsys. The name may come from the request:
// what leaves fsys, a folder, and any name with a part that begins with a dot
// are 404.
func openFile(fsys fs.FS, name string) (fs.File, fs.FileInfo, error) {
	if !fs.ValidPath(name) || name[0] == '.' || strings.Contains(name, "/.") || strings.ContainsAny(name, "\\\x00") {
		return nil, nil, StatusError(http.StatusNotFound)
	}
	f, err := fsys.Open(name)
	if err != nil {
		// A name that cannot be opened, whatever the reason, is no file here:
		// a link that leads out of an os.Root says so in an error of its own.
		return nil, nil, &HTTPError{Code: http.StatusNotFound, Err: err}
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, nil, fmt.Errorf("dewar: file: %w", err)
	}
	if !info.Mode().IsRegular() {
		f.Close()
		return nil, nil, StatusError(http.StatusNotFound)
	}
	return f, info, nil
}

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
	if file := e.route.static.current(name, a.cfg.Debug); file != nil {
		values[staticVersion] = file.hash
	}
}
