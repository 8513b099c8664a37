// Package assets knows the files of a folder that is served: the hash of each
// one's content, its type, and the compressed forms that lie beside it.
package assets

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"sync"
	"sync/atomic"
	"time"
)

// A Folder remembers what it found out of each file that it has met.
type Folder struct {
	FS  fs.FS  // the files; no link leads out of a folder on disk
	Dir string // where they are, "" for none on disk

	mu    sync.Mutex
	known map[string]*File // by name; only of files that exist
}

// New makes a folder of files.
func New(fsys fs.FS) *Folder {
	d := &Folder{FS: fsys, Dir: Dir(fsys), known: map[string]*File{}}
	if root, ok := confine(fsys); ok {
		d.FS = root.FS()
	}
	return d
}

// A File is what is known of a file as long as it does not change.
type File struct {
	Hash  string   // of the content, 16 hexadecimal digits
	ETag  []string // the header: the hash in quotes
	Type  []string // the header: the media type
	Forms []Form   // the compressed forms beside it, the best first

	modified time.Time
	size     int64
	looked   atomic.Int64 // when the file was last looked at, since start
	url      atomic.Pointer[urlAt]
}

// A Form is a compressed form of a file.
type Form struct {
	Coding string   // as in Content-Encoding
	Ending string   // of its name, behind the file's
	ETag   []string // the header
}

// forms are the compressed forms that are looked for, the best first.
var forms = []Form{{Coding: "br", Ending: ".br"}, {Coding: "gzip", Ending: ".gz"}}

// lookEvery is how long a file is taken to be as it was when a URL is built, so
// that a page full of links costs no system calls. A URL that is that old still
// leads to the file; its answer is then one to be asked for again.
const lookEvery = time.Second

// start stands for the time of files that have none, and is what moments are
// counted from.
var start = time.Now()

// Know returns what is known of an open file, reading it once to hash it. It
// leaves the file where it is read from the beginning.
func (d *Folder) Know(name string, f fs.File, info fs.FileInfo) (*File, error) {
	if known := d.remembered(name); known != nil && known.size == info.Size() && known.modified.Equal(info.ModTime()) {
		known.looked.Store(int64(time.Since(start)))
		return known, nil
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return nil, err
	}
	if seeker, ok := f.(io.Seeker); ok {
		if _, err := seeker.Seek(0, io.SeekStart); err != nil {
			return nil, err
		}
	}
	hash := hex.EncodeToString(sum.Sum(nil)[:8])
	known := &File{Hash: hash, ETag: []string{`"` + hash + `"`}, Type: []string{Type(name)}, modified: info.ModTime(), size: info.Size()}
	for _, form := range forms {
		if compressed, _, err := Open(d.FS, name+form.Ending); err == nil {
			compressed.Close()
			form.ETag = []string{`"` + hash + "-" + form.Coding + `"`}
			known.Forms = append(known.Forms, form)
		}
	}
	known.looked.Store(int64(time.Since(start)))
	d.mu.Lock()
	d.known[name] = known
	d.mu.Unlock()
	return known, nil
}

// Current returns what is known of a file for its URL, nil when there is none of
// this name. It looks at the file again after a second, or at once when asked.
func (d *Folder) Current(name string, look bool) *File {
	known := d.remembered(name)
	if known != nil && !look && int64(time.Since(start))-known.looked.Load() < int64(lookEvery) {
		return known
	}
	f, info, err := Open(d.FS, name)
	if err != nil {
		return nil
	}
	defer f.Close()
	if known, err = d.Know(name, f, info); err != nil {
		return nil
	}
	return known
}

func (d *Folder) remembered(name string) *File {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.known[name]
}

// urlAt is the URL of a file at one of the endpoints that serve it.
type urlAt struct {
	endpoint any
	url      string
}

// URL returns the URL that was kept for an endpoint, if it was the last one.
func (f *File) URL(endpoint any) (string, bool) {
	if kept := f.url.Load(); kept != nil && kept.endpoint == endpoint {
		return kept.url, true
	}
	return "", false
}

// KeepURL keeps the URL of the file at an endpoint.
func (f *File) KeepURL(endpoint any, url string) { f.url.Store(&urlAt{endpoint, url}) }
