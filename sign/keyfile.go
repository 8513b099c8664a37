package sign

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// maxKeyFile is the size of the largest key file that is read.
const maxKeyFile = 64 << 10

// keyFileHeader explains a key file to whoever opens it.
const keyFileHeader = "# The keys of this application, one a line. The first one signs, the others still verify.\n" +
	"# Anyone who has them can sign in as anyone: never share or commit this file.\n"

// A keyLine is one key of a key file and when it was made, if the file says.
type keyLine struct {
	key  string
	made time.Time
}

// parseKeyLines reads the format of a key file: a key a line, the current one
// first, optionally followed by white space and the time it was made (RFC
// 3339). Empty lines, lines that begin with "#" and a byte order mark do not
// count.
func parseKeyLines(data []byte) ([]keyLine, error) {
	var lines []keyLine
	in := bufio.NewScanner(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	for n := 1; in.Scan(); n++ {
		text := strings.TrimSpace(in.Text())
		if text == "" || text[0] == '#' {
			continue
		}
		fields := strings.Fields(text)
		l := keyLine{key: fields[0]}
		if len(fields) > 1 {
			made, err := time.Parse(time.RFC3339, fields[1])
			if err != nil || len(fields) > 2 {
				return nil, fmt.Errorf("line %d is not a key, or a key and the time it was made", n)
			}
			l.made = made
		}
		lines = append(lines, l)
	}
	if err := in.Err(); err != nil {
		return nil, err
	}
	if len(lines) == 0 {
		return nil, errors.New("it has no key")
	}
	return lines, nil
}

func ringOf(lines []keyLine) (*KeyRing, error) {
	var older []string
	for _, l := range lines[1:] {
		older = append(older, l.key)
	}
	return NewKeyRing(lines[0].key, older...)
}

// ParseKeyFile reads a ring from the content of a key file: one key a line,
// the current one first; "#" begins a comment line. A file with nothing but
// one key is a key file.
func ParseKeyFile(data []byte) (*KeyRing, error) {
	lines, err := parseKeyLines(data)
	if err != nil {
		return nil, fmt.Errorf("sign: key file: %w", err)
	}
	return ringOf(lines)
}

// LoadKeyFile reads a ring from a key file. It refuses one that others than
// its owner may write.
func LoadKeyFile(path string) (*KeyRing, error) {
	lines, err := readKeyFile(path)
	if err != nil {
		return nil, err
	}
	ring, err := ringOf(lines)
	if err != nil {
		return nil, fmt.Errorf("sign: key file %s: %w", path, err)
	}
	return ring, nil
}

func readKeyFile(path string) ([]keyLine, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("sign: key file: %w", err)
	}
	switch {
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("sign: key file %s is not a regular file", path)
	case info.Size() > maxKeyFile:
		return nil, fmt.Errorf("sign: key file %s is larger than %d bytes", path, maxKeyFile)
	case info.Mode().Perm()&0o002 != 0 && runtime.GOOS != "windows": // which has no such modes
		return nil, fmt.Errorf("sign: key file %s can be written by anyone; run chmod 600 on it", path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("sign: key file: %w", err)
	}
	lines, err := parseKeyLines(data)
	if err != nil {
		return nil, fmt.Errorf("sign: key file %s: %w", path, err)
	}
	return lines, nil
}

// CreateKeyFile makes a key file with one new key, readable by its owner only,
// and the folder that holds it. It fails with [fs.ErrExist] when there is a
// file already.
func CreateKeyFile(path string) (*KeyRing, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("sign: key file: %w", err)
	}
	lines := []keyLine{{GenerateKey(), time.Now()}}
	// Linking the finished file into place decides between two processes
	// that start at the same time: the file exists with a whole key or not at all.
	err := writeKeyFile(path, lines, os.Link)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		// A file system without links: the new file is there before its
		// content, which is the next best.
		err = writeKeyFile(path, lines, copyExclusive)
	}
	if err != nil {
		return nil, fmt.Errorf("sign: key file %s: %w", path, err)
	}
	return ringOf(lines)
}

// copyExclusive copies a file to one that must not exist.
func copyExclusive(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}

// LoadOrCreateKeyFile is LoadKeyFile, after CreateKeyFile when there is no
// file.
func LoadOrCreateKeyFile(path string) (*KeyRing, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if ring, err := CreateKeyFile(path); !errors.Is(err, fs.ErrExist) {
			return ring, err
		}
	}
	return LoadKeyFile(path)
}

// RotateKeyFile puts a new key in front of a key file: it signs from the next
// start on, and the keys before it still verify. The new file replaces the old
// one in one step.
func RotateKeyFile(path string) (*KeyRing, error) {
	lines, err := readKeyFile(path)
	if err != nil {
		return nil, err
	}
	return replaceKeyFile(path, slices.Insert(lines, 0, keyLine{GenerateKey(), time.Now()}))
}

// RetireKeyFile removes the older keys of a key file but the newest keep of
// them: what the removed ones signed is no longer accepted. It returns the
// ring and the number of keys removed.
func RetireKeyFile(path string, keep int) (ring *KeyRing, retired int, err error) {
	lines, err := readKeyFile(path)
	if err != nil {
		return nil, 0, err
	}
	kept := min(len(lines), 1+max(keep, 0))
	if ring, err = replaceKeyFile(path, lines[:kept]); err != nil {
		return nil, 0, err
	}
	return ring, len(lines) - kept, nil
}

func replaceKeyFile(path string, lines []keyLine) (*KeyRing, error) {
	ring, err := ringOf(lines)
	if err != nil {
		return nil, err
	}
	// Through a symbolic link, the file it names is replaced, not the link.
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	if err := writeKeyFile(path, lines, os.Rename); err != nil {
		return nil, fmt.Errorf("sign: key file %s: %w", path, err)
	}
	return ring, nil
}

// writeKeyFile writes the keys beside path and moves them into place.
func writeKeyFile(path string, lines []keyLine, place func(from, to string) error) (err error) {
	var b bytes.Buffer
	b.WriteString(keyFileHeader)
	for _, l := range lines {
		b.WriteString(l.key)
		if !l.made.IsZero() {
			b.WriteString(" " + l.made.UTC().Format(time.RFC3339))
		}
		b.WriteByte('\n')
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".keys-*") // with mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // what Rename has moved is not there any more
	_, err = f.Write(b.Bytes())
	if err = errors.Join(err, f.Chmod(0o600), f.Sync(), f.Close()); err != nil {
		return err
	}
	return place(f.Name(), path)
}
