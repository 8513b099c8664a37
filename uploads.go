package dewar

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/dewar-go/dewar/secure"
)

// UploadOptions are the settings of [NewUploads].
type UploadOptions struct {
	// Dir is the folder the files are kept in, within [Config.InstanceDir] when
	// it is relative. It must not be one whose files are served or are
	// templates. Default: "uploads".
	Dir string
	// Endings are what names of files may end in, such as ".png". Required. The
	// content must be of the same kind; see [secure.FileType] for those that
	// can be checked.
	Endings []string
	// MaxSize bounds one file, in bytes. Default: none but the limit of the
	// request's body, [Route.MaxBody].
	MaxSize int64
	// Inspect is called with each file before it is kept: the place for a virus
	// scanner. Its error refuses the file with 422. Default: nil.
	Inspect func(ctx context.Context, file StoredFile, content io.Reader) error
}

// Uploads keeps the files that users send: outside of what is served, under
// names of its own, after checks of size and kind. It is an extension:
//
//	var pictures = dewar.NewUploads(dewar.UploadOptions{Endings: []string{".png", ".jpg"}})
//	app.Extend(pictures)
//
//	func upload(c *dewar.Context) error {
//		file, err := c.FormFile("picture")
//		…
//		stored, err := pictures.Save(c, file)
//
// and [Uploads.Serve] answers with one.
type Uploads struct {
	opts UploadOptions
	app  *App
	dir  string

	once sync.Once
	root *os.Root
	err  error
}

// A StoredFile is a file that was kept. Put it into the database.
type StoredFile struct {
	// Name is what it is kept under: 26 random letters and digits with the
	// ending. It says nothing, and cannot be guessed.
	Name string
	// Original is the name the client gave, made safe ([secure.Filename]). It
	// may be empty, and is for show only.
	Original string
	// Type is the media type that name and content agree on.
	Type string
	// Size is in bytes.
	Size int64
	// SHA256 is the content's digest, in hexadecimal.
	SHA256 string
}

// NewUploads makes a store for [App.Extend]. What the options get wrong is
// reported by [App.Handler] and [App.Run].
func NewUploads(o UploadOptions) *Uploads {
	setDefault(&o.Dir, "uploads")
	return &Uploads{opts: o}
}

// Init checks the options.
func (u *Uploads) Init(app *App) error {
	if u.app != nil {
		return errors.New("dewar: Uploads: it belongs to an app already; make one for each")
	}
	u.app = app
	if len(u.opts.Endings) == 0 {
		return errors.New("dewar: Uploads: Endings is empty: list what may be uploaded, such as .png")
	}
	for _, ending := range u.opts.Endings {
		if !secure.KnownFileEnding(ending) {
			return fmt.Errorf("dewar: Uploads: the content of files that end in %q cannot be checked, so they cannot be allowed", ending)
		}
	}
	if u.opts.MaxSize < 0 {
		return errors.New("dewar: Uploads: MaxSize must not be negative")
	}
	u.dir = u.opts.Dir
	if !filepath.IsAbs(u.dir) {
		if !filepath.IsLocal(u.dir) {
			return fmt.Errorf("dewar: Uploads: the folder %q leads out of the instance folder", u.dir)
		}
		u.dir = filepath.Join(app.cfg.InstanceDir, u.dir)
	}
	app.uploads = append(app.uploads, u)
	return nil
}

// Close closes the folder.
func (u *Uploads) Close(context.Context) error {
	u.once.Do(func() { u.err = errors.New("dewar: Uploads: it was closed before it was used") })
	if u.root != nil {
		return u.root.Close()
	}
	return nil
}

// checkServed refuses folders whose files are served or run.
func (u *Uploads) checkServed() error {
	served := []string{dirOf(u.app.cfg.Templates)}
	for _, e := range u.app.placed {
		if e.route.static != nil {
			served = append(served, e.route.static.dir)
		}
	}
	for _, dir := range served {
		if dir != "" && (holds(dir, u.dir) || holds(u.dir, dir)) {
			return fmt.Errorf("dewar: Uploads: the folder %s and %s are not apart: what users send would be served as the app's own files, or be its templates", u.dir, dir)
		}
	}
	return nil
}

// holds reports whether a folder is another or holds it, links followed.
func holds(outer, inner string) bool {
	rel, err := filepath.Rel(realPath(outer), realPath(inner))
	return err == nil && (rel == "." || filepath.IsLocal(rel))
}

// realPath is a path without links, as far as it exists.
func realPath(p string) string {
	p, err := filepath.Abs(p)
	if err != nil {
		return p
	}
	rest := ""
	for dir := p; ; dir = filepath.Dir(dir) {
		if real, err := filepath.EvalSymlinks(dir); err == nil {
			return filepath.Join(real, rest)
		}
		if dir == filepath.Dir(dir) {
			return p
		}
		rest = filepath.Join(filepath.Base(dir), rest)
	}
}

// open makes and opens the folder.
func (u *Uploads) open() (*os.Root, error) {
	u.once.Do(func() {
		if u.app == nil {
			u.err = errors.New("dewar: Uploads: it is not installed; add it with app.Extend")
			return
		}
		if !filepath.IsAbs(u.opts.Dir) {
			if u.err = MakeInstanceDir(u.app.cfg.InstanceDir); u.err != nil {
				return
			}
		}
		if u.err = os.MkdirAll(u.dir, 0o700); u.err == nil {
			u.root, u.err = os.OpenRoot(u.dir)
		}
		if u.err != nil {
			u.err = fmt.Errorf("dewar: Uploads: the folder %s cannot be used: %w", u.dir, u.err)
		}
	})
	return u.root, u.err
}

// FS returns the folder, for [Context.UserFile]. No link in it leads out.
func (u *Uploads) FS() (fs.FS, error) {
	root, err := u.open()
	if err != nil {
		return nil, err
	}
	return root.FS(), nil
}

// Save checks a file that a form sent and keeps it under a new name. What is
// refused is an [HTTPError]: 413 above MaxSize, 415 for an ending that is not
// allowed and for content that is of another kind, 422 for what Inspect refuses.
// It is readable by the owner of the process alone.
func (u *Uploads) Save(c *Context, upload *Upload) (StoredFile, error) {
	root, err := u.open()
	if err != nil {
		return StoredFile{}, err
	}
	file := StoredFile{Original: upload.Name()}
	ending := secure.FileEnding(upload.Filename)
	if !slices.Contains(u.opts.Endings, ending) {
		return file, u.refuse(c, file, http.StatusUnsupportedMediaType, "type", "Files of this kind are not taken here. Allowed: "+strings.Join(u.opts.Endings, ", ")+".", nil)
	}
	if u.opts.MaxSize > 0 && upload.Size > u.opts.MaxSize {
		return file, u.refuse(c, file, http.StatusRequestEntityTooLarge, "size", fmt.Sprintf("The file is too large; the limit is %d bytes.", u.opts.MaxSize), nil)
	}
	src, err := upload.Open()
	if err != nil {
		return file, fmt.Errorf("dewar: Uploads: %w", err)
	}
	defer src.Close()
	head := make([]byte, secure.FileHead)
	n, err := io.ReadFull(src, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return file, fmt.Errorf("dewar: Uploads: %w", err)
	}
	if file.Type, err = secure.FileType(upload.Filename, head[:n]); err != nil {
		return file, u.refuse(c, file, http.StatusUnsupportedMediaType, "content", "The file is not what its name says.", err)
	}
	if _, err := src.Seek(0, io.SeekStart); err != nil {
		return file, fmt.Errorf("dewar: Uploads: %w", err)
	}
	c.Emit(SecurityEvent{Name: EventUploadComplete, Detail: file.Original + " " + file.Type})
	file.Name = strings.ToLower(rand.Text()) + ending
	if err := u.keep(c, root, &file, src); err != nil {
		return file, err
	}
	c.Emit(SecurityEvent{Name: EventUploadStored, Detail: file.Original + " " + file.Name})
	return file, nil
}

// keep writes the file under a name that nothing serves, and gives it its own
// once it is whole and was inspected.
func (u *Uploads) keep(c *Context, root *os.Root, file *StoredFile, src io.ReadSeeker) (err error) {
	part := "." + file.Name + ".part"
	out, err := root.OpenFile(part, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("dewar: Uploads: %w", err)
	}
	defer func() {
		if closed := out.Close(); err == nil {
			err = closed
		}
		if err == nil {
			err = root.Rename(part, file.Name)
		}
		if err != nil {
			_ = root.Remove(part)
		}
	}()
	sum := sha256.New()
	if file.Size, err = io.Copy(io.MultiWriter(out, sum), src); err != nil {
		return fmt.Errorf("dewar: Uploads: %w", err)
	}
	file.SHA256 = hex.EncodeToString(sum.Sum(nil))
	if u.opts.Inspect == nil {
		return nil
	}
	if _, err := out.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("dewar: Uploads: %w", err)
	}
	if err := u.opts.Inspect(c.Context(), *file, out); err != nil {
		return u.refuse(c, *file, http.StatusUnprocessableEntity, "inspection", "The file was refused.", err)
	}
	return nil
}

// refuse is the error of a file that is not kept, and its event.
func (u *Uploads) refuse(c *Context, file StoredFile, code int, check, detail string, cause error) error {
	c.noted = true
	c.Emit(SecurityEvent{Name: EventUploadValidation, Detail: file.Original + " " + check + ":FAILED", Err: cause})
	return &HTTPError{Code: code, Detail: detail, Err: cause}
}

// Serve answers with a stored file by [Context.UserFile]: to be saved under the
// name that saveAs says, or shown when inline is set. The name may come from the
// request; whether this user may see the file is the caller's to find out.
func (u *Uploads) Serve(c *Context, name, saveAs string, inline bool) error {
	fsys, err := u.FS()
	if err != nil {
		return err
	}
	return c.UserFile(fsys, name, saveAs, inline)
}

// Delete removes a stored file. One that is not there is no error.
func (u *Uploads) Delete(c *Context, name string) error {
	root, err := u.open()
	if err != nil {
		return err
	}
	if !fs.ValidPath(name) || strings.ContainsAny(name, `/\`) || name[0] == '.' {
		return StatusError(http.StatusNotFound)
	}
	if err := root.Remove(name); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return fmt.Errorf("dewar: Uploads: %w", err)
	}
	c.Emit(SecurityEvent{Name: EventUploadDelete, Detail: name})
	return nil
}
