package audit

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// The files of a File's folder.
const (
	recordsFile = "records.jsonl"
	valuesFile  = "values.jsonl"
	headFile    = "head.json"
	lockFile    = "lock"
)

// FileOptions are the settings of [NewFile].
type FileOptions struct {
	// InsecureNoSync leaves it to the system when records reach the disk: those of the last seconds are lost when the
	// machine fails. Default: they are on disk before Append returns.
	InsecureNoSync bool
}

// A File is a [Store] in a folder, for an application that runs as one process. records.jsonl has the records, values.jsonl
// what is personal in them, head.json the head. A second process that opens the folder to write gets an error, as far as the
// system has locks (flock).
type File struct {
	dir  string
	o    FileOptions
	mu   sync.Mutex
	head fileHead
	lock *os.File
	// Open for appending, nil before Open.
	records, values *os.File
}

// fileHead is a Head with the places of its record and of the end of the values.
type fileHead struct {
	Head
	From   int64 `json:"from"`
	To     int64 `json:"to"`
	Values int64 `json:"values"`
}

// NewFile returns a store in a folder, which Open makes. It belongs to the app alone (0700), and no files are to be served
// from it.
func NewFile(dir string, o FileOptions) *File { return &File{dir: dir, o: o} }

// PrivateDir is the folder.
func (f *File) PrivateDir() string { return f.dir }

func (f *File) path(name string) string { return filepath.Join(f.dir, name) }

// Open makes the folder, or opens it and looks at what a crash has left: a line that is not whole goes, records behind
// the head that continue it are taken up, and values without a record go.
func (f *File) Open(context.Context) (err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.records != nil {
		return nil
	}
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return fmt.Errorf("audit: the log's folder cannot be made: %w", err)
	}
	if f.lock, err = os.OpenFile(f.path(lockFile), os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return fmt.Errorf("audit: the log's folder cannot be written: %w", err)
	}
	defer func() {
		if err != nil {
			_ = f.closeFiles()
		}
	}()
	if err := lock(f.lock); err != nil {
		return fmt.Errorf("audit: another process writes the log in %s: only one may; for several there is the log of contrib/db: %w", f.dir, err)
	}
	for name, file := range map[string]**os.File{recordsFile: &f.records, valuesFile: &f.values} {
		if *file, err = os.OpenFile(f.path(name), os.O_CREATE|os.O_RDWR, 0o600); err != nil {
			return fmt.Errorf("audit: %w", err)
		}
	}
	if f.head, err = f.readHead(); err != nil {
		return err
	}
	return f.recover()
}

// recover makes head, records and values end at one record.
func (f *File) recover() error {
	head := f.head
	err := f.scan(f.records, head.From, func(line []byte, from, to int64) error {
		row := Stored(line, Values{})
		if row.Err != nil || row.Record.Seq <= head.Seq {
			return nil // for checkHead, which comes next
		}
		if row.Record.Seq != head.Seq+1 || row.Record.Prev != cmp.Or(head.Hash, noHash) {
			return fmt.Errorf("audit: the log does not start: behind its head, record %d, there is a record that does not follow it: run the command \"audit verify\"", head.Seq)
		}
		head.Head, head.From, head.To = Head{Log: row.Record.Log, Seq: row.Record.Seq, Hash: row.Record.Hash}, from, to
		return nil
	})
	if err != nil {
		return err
	}
	end, err := f.end(f.records)
	if err == nil && end > head.To && !f.follows(head.To) {
		err = f.records.Truncate(head.To) // a line that is not whole
	}
	if err == nil {
		head.Values, err = f.keepValues(head.Seq, head.Values)
	}
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	if head != f.head {
		return f.writeHead(head)
	}
	return nil
}

// follows reports whether a whole line stands at a place.
func (f *File) follows(at int64) (whole bool) {
	_ = f.scan(f.records, at, func([]byte, int64, int64) error { whole = true; return nil })
	return whole
}

// keepValues cuts the values off behind those of a record, and returns where they end.
func (f *File) keepValues(seq uint64, hint int64) (end int64, err error) {
	var before [1]byte
	if hint > 0 {
		if _, err := f.values.ReadAt(before[:], hint-1); err != nil || before[0] != '\n' {
			hint = 0 // they were written anew, and the head was not
		}
	}
	end = hint
	err = f.scan(f.values, hint, func(line []byte, _, to int64) error {
		if v, ok := parseValues(line); ok && v.Seq <= seq {
			end = to
		}
		return nil
	})
	return end, errors.Join(err, f.values.Truncate(end))
}

func (f *File) end(file *os.File) (int64, error) {
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// scan calls visit with the whole lines of a file from a place on, without their line break. A line that is longer than
// a record can be is cut there.
func (f *File) scan(file *os.File, from int64, visit func(line []byte, from, to int64) error) error {
	r := bufio.NewReaderSize(io.NewSectionReader(file, from, 1<<62-from), maxLine+2)
	for {
		line, err := r.ReadSlice('\n')
		to := from + int64(len(line))
		for errors.Is(err, bufio.ErrBufferFull) {
			var rest []byte
			line = bytes.Clone(line)
			rest, err = r.ReadSlice('\n')
			to += int64(len(rest))
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("audit: %w", err)
		}
		if err := visit(bytes.TrimSuffix(line, []byte("\n")), from, to); err != nil {
			return err
		}
		from = to
	}
}

// readHead reads the head. The places in it are hints: after a crash while records were purged they are wrong, and the
// head's record is looked for.
func (f *File) readHead() (head fileHead, err error) {
	text, err := os.ReadFile(f.path(headFile))
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(text) == 0 {
		return fileHead{Head: Head{MayLag: true}}, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &head)
	}
	if err != nil {
		return head, fmt.Errorf("audit: the head %s cannot be read: %w", f.path(headFile), err)
	}
	head.MayLag = true
	file, err := os.Open(f.path(recordsFile))
	if err != nil {
		return head, nil // that the record is not there is for others to say
	}
	defer file.Close()
	found := func(from int64) (ok bool) {
		stop := errors.New("found")
		_ = f.scan(file, from, func(line []byte, from, to int64) error {
			if row := Stored(line, Values{}); row.Err == nil && row.Record.Seq == head.Seq && row.Record.Hash == head.Hash {
				head.From, head.To, ok = from, to, true
				return stop
			}
			return nil
		})
		return ok
	}
	if !found(head.From) && !found(0) {
		head.From, head.To = 0, 0
	}
	return head, nil
}

// writeHead replaces the head. It is not synced: after a failure of the machine it may be an older one, which the
// records behind it continue.
func (f *File) writeHead(head fileHead) error {
	text, err := json.Marshal(head)
	if err == nil {
		err = os.WriteFile(f.path(headFile+".new"), append(text, '\n'), 0o600)
	}
	if err == nil {
		err = os.Rename(f.path(headFile+".new"), f.path(headFile))
	}
	if err != nil {
		return fmt.Errorf("audit: the head: %w", err)
	}
	f.head = head
	return nil
}

// Head returns the head.
func (f *File) Head(context.Context) (Head, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.records != nil {
		return f.head.Head, nil
	}
	head, err := f.readHead()
	return head.Head, err
}

// storedValues is a line of the values' file.
type storedValues struct {
	Seq uint64 `json:"seq"`
	Values
}

func parseValues(line []byte) (v storedValues, ok bool) {
	return v, json.Unmarshal(line, &v) == nil && v.Seq > 0
}

// Append writes values, records and head, in this order.
func (f *File) Append(_ context.Context, link func(Head) ([]Row, error)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.records == nil {
		return errors.New("audit: the log is not open")
	}
	rows, err := link(f.head.Head)
	if err != nil || len(rows) == 0 {
		return err
	}
	head := f.head
	var records, values []byte
	for _, row := range rows {
		head.From = head.To
		head.To += int64(len(row.Line)) + 1
		records = append(append(records, row.Line...), '\n')
		if !row.Values.IsZero() {
			line, err := json.Marshal(storedValues{row.Record.Seq, row.Values})
			if err != nil {
				return fmt.Errorf("audit: %w", err)
			}
			values = append(append(values, line...), '\n')
		}
	}
	last := rows[len(rows)-1].Record
	head.Head = Head{Log: last.Log, Seq: last.Seq, Hash: last.Hash, MayLag: true}
	err = f.put(f.values, values, f.head.Values)
	if err == nil {
		err = f.put(f.records, records, f.head.To)
	}
	head.Values += int64(len(values))
	if err == nil {
		err = f.writeHead(head)
	}
	if err != nil {
		// What was written goes again, so that the next attempt finds the log as the head has it.
		return errors.Join(err, f.records.Truncate(f.head.To), f.values.Truncate(f.head.Values))
	}
	return nil
}

// put writes at a place and waits until it is on disk.
func (f *File) put(file *os.File, text []byte, at int64) error {
	if len(text) == 0 {
		return nil
	}
	_, err := file.WriteAt(text, at)
	if err == nil && !f.o.InsecureNoSync {
		err = file.Sync()
	}
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}

// Read reads the files side by side: the values stand in the order of their records.
func (f *File) Read(ctx context.Context, after uint64, visit func(Row) error) error {
	records, err := os.Open(f.path(recordsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	defer records.Close()
	next := func() (v storedValues, ok bool) { return v, false }
	if file, err := os.Open(f.path(valuesFile)); err == nil {
		defer file.Close()
		lines := bufio.NewScanner(file)
		lines.Buffer(nil, 1<<20)
		next = func() (v storedValues, ok bool) {
			for !ok && lines.Scan() {
				v, ok = parseValues(lines.Bytes())
			}
			return v, ok
		}
	}
	from := int64(0)
	f.mu.Lock()
	if f.records != nil && after > 0 && after+1 >= f.head.Seq {
		from = f.head.From
	}
	f.mu.Unlock()
	v, more := next()
	return f.scan(records, from, func(line []byte, _, _ int64) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		row := Stored(bytes.Clone(line), Values{})
		if row.Err == nil && row.Record.Seq <= after {
			return nil
		}
		for more && v.Seq < row.Record.Seq {
			v, more = next()
		}
		if more && v.Seq == row.Record.Seq {
			row.Values = v.Values
			v, more = next()
		}
		return visit(row)
	})
}

// Erase writes the values anew.
func (f *File) Erase(_ context.Context, _ string, erase func(*Values) bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	head := f.head
	var err error
	head.Values, err = f.rewrite(&f.values, valuesFile, func(line []byte) []byte {
		v, ok := parseValues(line)
		if !ok || !erase(&v.Values) {
			return line
		}
		if v.Values.IsZero() {
			return nil
		}
		line, _ = json.Marshal(v) // as it was written
		return line
	})
	if err != nil {
		return err
	}
	return f.writeHead(head)
}

// Purge writes both files anew, without what is old.
func (f *File) Purge(_ context.Context, through uint64) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	head := f.head
	was := head.To
	var err error
	head.Values, err = f.rewrite(&f.values, valuesFile, func(line []byte) []byte {
		if v, ok := parseValues(line); ok && v.Seq <= through {
			return nil
		}
		return line
	})
	if err == nil {
		head.To, err = f.rewrite(&f.records, recordsFile, func(line []byte) []byte {
			if row := Stored(line, Values{}); row.Err == nil && row.Record.Seq <= through {
				return nil
			}
			return line
		})
	}
	if err != nil {
		return err
	}
	head.From -= was - head.To
	return f.writeHead(head)
}

// rewrite replaces a file by one with changed lines, as a whole, and returns its length.
func (f *File) rewrite(file **os.File, name string, change func(line []byte) []byte) (int64, error) {
	if *file == nil {
		return 0, errors.New("audit: the log is not open")
	}
	fresh, err := os.OpenFile(f.path(name+".new"), os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600)
	if err != nil {
		return 0, fmt.Errorf("audit: %w", err)
	}
	out := bufio.NewWriter(fresh)
	err = f.scan(*file, 0, func(line []byte, _, _ int64) error {
		if line = change(line); line != nil {
			_, _ = out.Write(line) // Flush tells
			_ = out.WriteByte('\n')
		}
		return nil
	})
	err = errors.Join(err, out.Flush(), fresh.Sync())
	if err == nil {
		err = os.Rename(fresh.Name(), f.path(name))
	}
	if err != nil {
		return 0, errors.Join(fmt.Errorf("audit: %w", err), fresh.Close())
	}
	old := *file
	*file = fresh
	size, err := f.end(fresh)
	return size, errors.Join(err, old.Close())
}

// Close ends the writing and lets other processes write.
func (f *File) Close(context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.closeFiles()
}

func (f *File) closeFiles() (err error) {
	for _, file := range []**os.File{&f.records, &f.values, &f.lock} {
		if *file != nil {
			err = errors.Join(err, (*file).Close())
			*file = nil
		}
	}
	return err
}
