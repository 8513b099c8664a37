// Package assets finds the files of a folder that an application serves. For each file it keeps the hash of the
// content, the media type and the compressed forms beside it.
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

// A Folder finds files by their names and keeps one [File] for each name it has read.
type Folder struct {
	FS  fs.FS  // the files; a folder on disk is confined, so that no link leads out of it
	Dir string // the folder's path on disk, "" for other file systems

	mu     sync.Mutex
	byName map[string]*File // by name; names without a file are not kept
}

// New returns a Folder over fsys. A folder on disk is opened as an os.Root, so that no symbolic link leads out of it.
func New(fsys fs.FS) *Folder {
	d := &Folder{FS: fsys, Dir: Dir(fsys), byName: map[string]*File{}}
	if root, ok := confine(fsys); ok {
		d.FS = root.FS()
	}
	return d
}

// A File describes one version of a file. It is replaced when the file's size or time changes.
type File struct {
	Hash  string   // of the content: 16 hexadecimal digits of its SHA-256
	ETag  []string // the ETag header: the hash in quotes
	Type  []string // the Content-Type header
	Forms []Form   // the compressed forms beside it, the best first

	modified time.Time
	size     int64
	looked   atomic.Int64 // when the file was last looked at: nanoseconds since start
	url      atomic.Pointer[urlAt]
}

// A Form is a compressed file beside the file itself, such as app.js.gz beside app.js.
type Form struct {
	Coding string   // the value of Content-Encoding
	Ending string   // what is appended to the file's name
	ETag   []string // the ETag header of this form
}

// forms are the compressed forms that Know looks for, the best first.
var forms = []Form{{Coding: "br", Ending: ".br"}, {Coding: "gzip", Ending: ".gz"}}

// lookEvery is how long Current answers without looking at the file again. A page full of links then costs no system
// calls. A URL made from an old answer still leads to the file, but its hash is the old one.
const lookEvery = time.Second

// start is the origin of File.looked. It also stands for the time of files that have none (see [Tag]).
var start = time.Now()

// Know returns what is known of the open file f. It reads f once to hash it, and again when its size or time has
// changed. Afterwards f stands at its beginning again when it is an io.Seeker.
func (d *Folder) Know(name string, f fs.File, info fs.FileInfo) (*File, error) {
	if file := d.find(name); file != nil && file.size == info.Size() && file.modified.Equal(info.ModTime()) {
		file.looked.Store(int64(time.Since(start)))
		return file, nil
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
	file := &File{Hash: hash, ETag: []string{`"` + hash + `"`}, Type: []string{Type(name)}, modified: info.ModTime(), size: info.Size()}
	for _, form := range forms {
		if compressed, _, err := Open(d.FS, name+form.Ending); err == nil {
			compressed.Close()
			form.ETag = []string{`"` + hash + "-" + form.Coding + `"`}
			file.Forms = append(file.Forms, form)
		}
	}
	file.looked.Store(int64(time.Since(start)))
	d.mu.Lock()
	d.byName[name] = file
	d.mu.Unlock()
	return file, nil
}

// Current returns what is known of a file in order to build its URL, or nil when there is no such file. It looks at the
// file again when the last look is older than lookEvery, or when look is set.
func (d *Folder) Current(name string, look bool) *File {
	file := d.find(name)
	if file != nil && !look && int64(time.Since(start))-file.looked.Load() < int64(lookEvery) {
		return file
	}
	f, info, err := Open(d.FS, name)
	if err != nil {
		return nil
	}
	defer f.Close()
	if file, err = d.Know(name, f, info); err != nil {
		return nil
	}
	return file
}

func (d *Folder) find(name string) *File {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.byName[name]
}

// urlAt is the URL of a file at the endpoint that serves it.
type urlAt struct {
	endpoint any
	url      string
}

// URL returns the URL that KeepURL stored, if it was stored for this endpoint.
func (f *File) URL(endpoint any) (string, bool) {
	if stored := f.url.Load(); stored != nil && stored.endpoint == endpoint {
		return stored.url, true
	}
	return "", false
}

// KeepURL stores the file's URL at an endpoint. Only the last one is stored.
func (f *File) KeepURL(endpoint any, url string) { f.url.Store(&urlAt{endpoint, url}) }
