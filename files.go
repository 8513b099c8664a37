package dewar

import (
	"fmt"
	"io"
	"io/fs"
	"net/http"

	"github.com/dewar-go/dewar/internal/assets"
	"github.com/dewar-go/dewar/secure"
)

// ServeFS answers with a file of fsys, shown in the browser: with its type by
// its name, conditional requests and byte ranges. The name is a path within fsys
// and may come from the request: what leaves fsys, a folder, and any name with a
// part that begins with a dot are 404, and so is what is no regular file. No symbolic
// link leads out of an os.DirFS, the FS of an os.Root or what fs.Sub makes of them;
// for a file system of your own that is yours to see to.
//
// Of a Range header with more than ten parts, or with parts that overlap, nothing is
// taken: the answer is the whole file.
//
// Files that users sent belong behind [Context.UserFile]. For content that the
// program made, set Content-Type and call http.ServeContent with [Context.Writer].
func (c *Context) ServeFS(fsys fs.FS, name string) error {
	if err := c.answering(); err != nil {
		return err
	}
	return c.serveFS(fsys, name)
}

func (c *Context) serveFS(fsys fs.FS, name string) error {
	f, info, err := openFile(fsys, name)
	if err != nil {
		return err
	}
	defer f.Close()
	return c.serveFile(f, info, name)
}

// serveFile answers with an open file.
func (c *Context) serveFile(f fs.File, info fs.FileInfo, name string) error {
	content, ok := f.(io.ReadSeeker)
	if !ok {
		return fmt.Errorf("dewar: file %q: a %T cannot seek", name, f)
	}
	h := c.w.Header()
	if h["Content-Type"] == nil {
		h["Content-Type"] = []string{assets.Type(name)}
	}
	if h["Etag"] == nil {
		h["Etag"] = []string{assets.Tag(info)}
	}
	http.ServeContent(c.w, c.r, name, info.ModTime(), content)
	return c.answered(nil)
}

// Attachment answers with a file of fsys to be saved under a name: what
// ServeFS does, with Content-Disposition by RFC 6266.
func (c *Context) Attachment(fsys fs.FS, name, saveAs string) error {
	if err := c.answering(); err != nil {
		return err
	}
	c.w.Header()["Content-Disposition"] = []string{secure.ContentDisposition("attachment", saveAs)}
	return c.serveFS(fsys, name)
}

// UserFile answers with a file that a user sent. It is saved under the name
// instead of shown, unless inline is set; and even when the browser shows it,
// its own content security policy keeps scripts in it from running.
func (c *Context) UserFile(fsys fs.FS, name, saveAs string, inline bool) error {
	if err := c.answering(); err != nil {
		return err
	}
	kind := "attachment"
	if inline {
		kind = "inline"
	}
	h := c.w.Header()
	h["Content-Disposition"] = []string{secure.ContentDisposition(kind, saveAs)}
	h["Content-Security-Policy"] = sandbox
	h["X-Content-Type-Options"] = []string{"nosniff"} // whatever the app's headers say
	return c.serveFS(fsys, name)
}

// sandbox is the policy of files that users sent.
var sandbox = []string{secure.SandboxCSP().String()}
