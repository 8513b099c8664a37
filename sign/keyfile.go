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

// maxKeyFile is the size of the largest key file that is read, in bytes.
const maxKeyFile = 64 << 10

// keyFileHeader is the comment at the start of a key file.
const keyFileHeader = "# The keys of this application, one a line. The first one signs, the others still verify.\n" +
	"# Anyone who has them can sign in as anyone: never share or commit this file.\n"

// A keyLine is a key of a key file, with the time it was made if the file says so.
type keyLine struct {
	key  string
	made time.Time
}

// parseKeyLines reads a key file: one key a line, the current one first. White space and the time it was made (RFC
// 3339) may follow a key. Empty lines, lines that begin with "#" and a byte order mark are skipped.
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

// ParseKeyFile returns the ring of a key file's content: one key a line, the current one first. A line that begins with
// "#" is a comment. A single key is a key file too.
func ParseKeyFile(data []byte) (*KeyRing, error) {
	lines, err := parseKeyLines(data)
	if err != nil {
		return nil, fmt.Errorf("sign: key file: %w", err)
	}
	return ringOf(lines)
}

// LoadKeyFile reads a ring from a key file. It refuses a file that other users may write.
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
	case info.Mode().Perm()&0o002 != 0 && runtime.GOOS != "windows": // Windows has no such modes
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

// CreateKeyFile makes a key file with one new key, and its folder when that is missing. Only the owner can read the
// file. The error is [fs.ErrExist] when the file exists.
func CreateKeyFile(path string) (*KeyRing, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("sign: key file: %w", err)
	}
	lines := []keyLine{{GenerateKey(), time.Now()}}
	// The finished file is linked to its name. When two processes start at the same time one of them succeeds, and the
	// file always has a whole key.
	err := writeKeyFile(path, lines, os.Link)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		// A file system without links: the file exists before its content does.
		err = writeKeyFile(path, lines, copyExclusive)
	}
	if err != nil {
		return nil, fmt.Errorf("sign: key file %s: %w", path, err)
	}
	return ringOf(lines)
}

// copyExclusive copies a file to a name that must not exist.
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

// LoadOrCreateKeyFile is LoadKeyFile. When there is no file it calls CreateKeyFile first.
func LoadOrCreateKeyFile(path string) (*KeyRing, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if ring, err := CreateKeyFile(path); !errors.Is(err, fs.ErrExist) {
			return ring, err
		}
	}
	return LoadKeyFile(path)
}

// RotateKeyFile puts a new key in front of a key file. The new key signs from the next start on; the older ones still
// verify. The file is replaced in one step.
func RotateKeyFile(path string) (*KeyRing, error) {
	lines, err := readKeyFile(path)
	if err != nil {
		return nil, err
	}
	return replaceKeyFile(path, slices.Insert(lines, 0, keyLine{GenerateKey(), time.Now()}))
}

// RetireKeyFile removes the older keys of a key file except the newest keep of them. What the removed keys signed is no
// longer accepted. retired is the number of removed keys.
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
	// Of a symbolic link, the file it points to is replaced.
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	if err := writeKeyFile(path, lines, os.Rename); err != nil {
		return nil, fmt.Errorf("sign: key file %s: %w", path, err)
	}
	return ring, nil
}

// writeKeyFile writes the keys to a new file beside path and moves it to path with place.
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
	defer os.Remove(f.Name()) // does nothing after a Rename
	_, err = f.Write(b.Bytes())
	if err = errors.Join(err, f.Chmod(0o600), f.Sync(), f.Close()); err != nil {
		return err
	}
	return place(f.Name(), path)
}
