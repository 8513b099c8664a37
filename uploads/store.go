package uploads

import (
	"cmp"
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

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/secure"
)

// Options are the settings of [New].
type Options struct {
	// Dir is the folder for the files. A relative path is below [dewar.Config.InstanceDir]. It must not be a folder of
	// static files or templates. Default: "uploads".
	Dir string
	// Endings are the allowed endings of file names, such as ".png". The content must be of the same kind. See
	// [secure.FileType] for the endings that can be checked. Required.
	Endings []string
	// MaxSize bounds one file, in bytes. Default: no bound but the limit of the request's body, [dewar.Route.MaxBody].
	MaxSize int64
	// Inspect is called with each file before it is stored, for a virus scanner for instance. Its error refuses the
	// file with 422. Default: nil.
	Inspect func(ctx context.Context, file File, content io.Reader) error
}

// A Store keeps files in one folder. It is an extension of one app.
type Store struct {
	opts Options
	app  *dewar.App
	dir  string

	mu     sync.Mutex // guards the fields below
	root   *os.Root   // nil until the store is used
	closed bool
}

// A File describes a stored file. Put it into the database.
type File struct {
	// Name is the name in the folder: 26 random letters and digits with the ending. It cannot be guessed.
	Name string
	// Original is the name that the client gave, made safe by [secure.Filename]. It may be empty. Use it only for
	// showing.
	Original string
	// Type is the media type of both name and content.
	Type string
	// Size is in bytes.
	Size int64
	// SHA256 is the content's digest, in hexadecimal.
	SHA256 string
}

// New makes a store for [dewar.App.Extend]. [dewar.App.Handler] and [dewar.App.Run] report mistakes in the options.
func New(o Options) *Store {
	o.Dir = cmp.Or(o.Dir, "uploads")
	return &Store{opts: o}
}

// Init checks the options.
func (s *Store) Init(app *dewar.App) error {
	if s.app != nil {
		return errors.New("uploads: it belongs to an app already; make one for each")
	}
	s.app = app
	if len(s.opts.Endings) == 0 {
		return errors.New("uploads: Endings is empty: list what may be uploaded, such as .png")
	}
	for _, ending := range s.opts.Endings {
		if !secure.KnownFileEnding(ending) {
			return fmt.Errorf("uploads: the content of files that end in %q cannot be checked, so they cannot be allowed", ending)
		}
	}
	if s.opts.MaxSize < 0 {
		return errors.New("uploads: MaxSize must not be negative")
	}
	s.dir = s.opts.Dir
	if !filepath.IsAbs(s.dir) {
		if !filepath.IsLocal(s.dir) {
			return fmt.Errorf("uploads: the folder %q leads out of the instance folder", s.dir)
		}
		s.dir = filepath.Join(app.Config().InstanceDir, s.dir)
	}
	return nil
}

// Close closes the folder.
func (s *Store) Close(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	if s.root != nil {
		return s.root.Close()
	}
	return nil
}

// PrivateDir returns the folder. The app does not start when it overlaps a folder that is served.
func (s *Store) PrivateDir() string { return s.dir }

// open makes and opens the folder. When that fails, as on a full disk, the next call tries again.
func (s *Store) open() (*os.Root, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.app == nil:
		return nil, errors.New("uploads: it is not installed; add it with app.Extend")
	case s.closed:
		return nil, errors.New("uploads: the app was closed")
	case s.root != nil:
		return s.root, nil
	}
	if !filepath.IsAbs(s.opts.Dir) {
		if err := dewar.MakeInstanceDir(s.app.Config().InstanceDir); err != nil {
			return nil, err
		}
	}
	err := os.MkdirAll(s.dir, 0o700)
	if err == nil {
		s.root, err = os.OpenRoot(s.dir)
	}
	if err != nil {
		return nil, s.fault(err)
	}
	return s.root, nil
}

// FS returns the folder for [dewar.Context.UserFile]. No link leads out of it.
func (s *Store) FS() (fs.FS, error) {
	root, err := s.open()
	if err != nil {
		return nil, err
	}
	return root.FS(), nil
}

// Save checks a file of a form and stores it under a new name. Only the owner of the process can read it. The error is
// a [dewar.HTTPError]:
//
//   - 413 for a file above MaxSize;
//   - 415 for an ending that is not allowed, and for content of another kind;
//   - 422 for a file that Inspect refuses;
//   - 503 when the server cannot store the file, as on a full disk.
func (s *Store) Save(c *dewar.Context, upload *dewar.Upload) (File, error) {
	root, err := s.open()
	if err != nil {
		return File{}, err
	}
	file := File{Original: upload.Name()}
	ending := secure.FileEnding(upload.Filename)
	if !slices.Contains(s.opts.Endings, ending) {
		return file, s.refuse(c, file, http.StatusUnsupportedMediaType, "type", "Files of this kind are not taken here. Allowed: "+strings.Join(s.opts.Endings, ", ")+".", nil)
	}
	if s.opts.MaxSize > 0 && upload.Size > s.opts.MaxSize {
		return file, s.refuse(c, file, http.StatusRequestEntityTooLarge, "size", fmt.Sprintf("The file is too large; the limit is %d bytes.", s.opts.MaxSize), nil)
	}
	src, err := upload.Open()
	if err != nil {
		return file, fmt.Errorf("uploads: %w", err)
	}
	defer src.Close()
	head := make([]byte, secure.FileHead)
	n, err := io.ReadFull(src, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return file, fmt.Errorf("uploads: %w", err)
	}
	if file.Type, err = secure.FileType(upload.Filename, head[:n]); err != nil {
		return file, s.refuse(c, file, http.StatusUnsupportedMediaType, "content", "The file is not what its name says.", err)
	}
	if _, err := src.Seek(0, io.SeekStart); err != nil {
		return file, fmt.Errorf("uploads: %w", err)
	}
	c.Emit(dewar.SecurityEvent{Name: dewar.EventUploadComplete, Detail: file.Original + " " + file.Type})
	file.Name = strings.ToLower(rand.Text()) + ending
	if err := s.keep(c, root, &file, src); err != nil {
		return file, err
	}
	c.Emit(dewar.SecurityEvent{Name: dewar.EventUploadStored, Detail: file.Original + " " + file.Name})
	return file, nil
}

// keep writes the file under a temporary name. It gets its own name when it is complete and was inspected.
func (s *Store) keep(c *dewar.Context, root *os.Root, file *File, src io.ReadSeeker) (err error) {
	part := "." + file.Name + ".part"
	out, err := root.OpenFile(part, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return s.fault(err)
	}
	defer func() {
		closed := out.Close()
		if err == nil {
			err = s.fault(closed)
		}
		if err == nil {
			err = s.fault(root.Rename(part, file.Name))
		}
		if err != nil {
			_ = root.Remove(part)
		}
	}()
	sum := sha256.New()
	if file.Size, err = io.Copy(io.MultiWriter(out, sum), src); err != nil {
		return s.fault(err)
	}
	file.SHA256 = hex.EncodeToString(sum.Sum(nil))
	if s.opts.Inspect == nil {
		return nil
	}
	if _, err := out.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("uploads: %w", err)
	}
	if err := s.opts.Inspect(c.Context(), *file, out); err != nil {
		return s.refuse(c, *file, http.StatusUnprocessableEntity, "inspection", "The file was refused.", err)
	}
	return nil
}

// fault returns the 503 for a file that the server cannot store, and nil for nil.
func (s *Store) fault(err error) error {
	if err == nil {
		return nil
	}
	return &dewar.HTTPError{Code: http.StatusServiceUnavailable, Err: fmt.Errorf("uploads: the folder %s cannot be used: %w", s.dir, err)}
}

// refuse returns the error for a refused file and sends its event.
func (s *Store) refuse(c *dewar.Context, file File, code int, check, detail string, cause error) error {
	if cause == nil {
		cause = errors.New("uploads: refused for its " + check)
	}
	c.Emit(dewar.SecurityEvent{Name: dewar.EventUploadValidation, Detail: file.Original + " " + check + ":FAILED", Err: cause})
	return &dewar.HTTPError{Code: code, Detail: detail, Err: cause}
}

// Serve answers with a stored file through [dewar.Context.UserFile]. The browser saves it under the name saveAs, or
// shows it when inline is set. name may come from the request. The caller decides whether this user may see the file.
func (s *Store) Serve(c *dewar.Context, name, saveAs string, inline bool) error {
	fsys, err := s.FS()
	if err != nil {
		return err
	}
	return c.UserFile(fsys, name, saveAs, inline)
}

// Delete removes a stored file. A file that does not exist is no error.
func (s *Store) Delete(c *dewar.Context, name string) error {
	root, err := s.open()
	if err != nil {
		return err
	}
	if !fs.ValidPath(name) || strings.ContainsAny(name, `/\`) || name[0] == '.' {
		return dewar.StatusError(http.StatusNotFound)
	}
	if err := root.Remove(name); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return fmt.Errorf("uploads: %w", err)
	}
	c.Emit(dewar.SecurityEvent{Name: dewar.EventUploadDelete, Detail: name})
	return nil
}
