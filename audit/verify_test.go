package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dewar-go/dewar/sign"
)

// A sample is a log of ten records as its files are, with checkpoints of records 4 and 8.
type sample struct {
	lines, values []string
	head          string
	checkpoints   []Checkpoint
	keys          *sign.KeyRing
}

func newSample(t *testing.T, keys *sign.KeyRing) *sample {
	t.Helper()
	dir := t.TempDir()
	store := NewFile(dir, FileOptions{InsecureNoSync: true})
	l := New(store, Config{})
	l.key, l.signer = keysOf(keys)[0], newSigner(keys)
	s := &sample{keys: keys}
	if err := store.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := store.Append(t.Context(), l.link(nil, 0, nil)); err != nil {
		t.Fatal(err)
	}
	for i := 2; i <= 10; i++ {
		e := Event{Name: EventSensitiveUpdate, Actor: fmt.Sprint("user", i), Private: map[string]string{"note": fmt.Sprint("note of ", i)}}
		if err := e.prepare(); err != nil {
			t.Fatal(err)
		}
		if err := store.Append(t.Context(), l.link([]*entry{{event: e}}, 0, nil)); err != nil {
			t.Fatal(err)
		}
		if h := store.head; i == 4 || i == 8 {
			s.checkpoints = append(s.checkpoints, l.signer.sign(h.Log, h.Seq, h.Hash))
		}
	}
	if err := store.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	s.lines, s.values, s.head = strings.SplitAfter(strings.TrimSuffix(read(recordsFile), "\n"), "\n"), strings.SplitAfter(strings.TrimSuffix(read(valuesFile), "\n"), "\n"), read(headFile)
	for _, list := range [][]string{s.lines, s.values} {
		list[len(list)-1] += "\n"
	}
	return s
}

// clone is a copy to be changed.
func (s *sample) clone() *sample {
	c := *s
	c.lines, c.values = slices.Clone(s.lines), slices.Clone(s.values)
	return &c
}

// rehash makes the lines from one on a chain again, as whoever can write the log can.
func (s *sample) rehash(t *testing.T, from, to int) *sample {
	t.Helper()
	for i := from; i <= to; i++ {
		r := s.record(t, i)
		if i > from {
			r.Prev = s.record(t, i-1).Hash
		}
		line, err := r.encode()
		if err != nil {
			t.Fatal(err)
		}
		s.lines[i-1] = string(line) + "\n"
	}
	return s
}

func (s *sample) record(t *testing.T, seq int) Record {
	t.Helper()
	r, err := Parse([]byte(strings.TrimSuffix(s.lines[seq-1], "\n")))
	if err != nil && !errors.Is(err, errHash) {
		t.Fatal(err)
	}
	return r
}

// headAt is the head that a record would have.
func (s *sample) headAt(t *testing.T, seq int) *sample {
	t.Helper()
	r := s.record(t, seq)
	text, err := json.Marshal(Head{Log: r.Log, Seq: r.Seq, Hash: r.Hash})
	if err != nil {
		t.Fatal(err)
	}
	s.head = string(text)
	return s
}

// verify writes the files and verifies them.
func (s *sample) verify(t *testing.T, dir string, checkpoints []Checkpoint) error {
	t.Helper()
	for name, text := range map[string]string{recordsFile: strings.Join(s.lines, ""), valuesFile: strings.Join(s.values, ""), headFile: s.head} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, err := Verify(t.Context(), NewFile(dir, FileOptions{}), VerifyOptions{Checkpoints: checkpoints, Keys: s.keys})
	return err
}

func ring(t *testing.T) *sign.KeyRing {
	t.Helper()
	keys, err := sign.NewKeyRing(sign.GenerateKey())
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// TestEveryEditIsFound: each single edit, deletion, swap, copy and cut of a log is found, and named.
func TestEveryEditIsFound(t *testing.T) {
	s := newSample(t, ring(t))
	dir := t.TempDir()
	if err := s.verify(t, dir, s.checkpoints); err != nil {
		t.Fatal(err)
	}
	n := len(s.lines)
	want := func(what string, kind Kind, seq int, changed *sample) {
		t.Helper()
		err := changed.verify(t, dir, nil)
		if p := (*Problem)(nil); !errors.As(err, &p) || p.Kind != kind || p.Seq != uint64(seq) {
			t.Errorf("%s: %v, want %s at %d", what, err, kind, seq)
		}
	}
	for i := 1; i <= n; i++ {
		line := []byte(s.lines[i-1])
		for at := range line {
			if at%29 != i && at != 0 && at != len(line)-1 { // all of them take a minute
				continue
			}
			c := s.clone()
			edited := bytes.Clone(line)
			edited[at] ^= 1
			c.lines[i-1] = string(edited)
			if at == len(line)-1 && i == n {
				want("the last line break", Truncated, n, c)
				continue
			}
			want(fmt.Sprintf("byte %d of record %d", at, i), Altered, i, c)
		}
		c := s.clone()
		c.lines = slices.Delete(c.lines, i-1, i)
		switch i {
		case 1:
			want("deletion of the first", GenesisMissing, 1, c)
		case n:
			want("deletion of the last", Truncated, n, c)
		default:
			want("deletion", Missing, i, c)
		}
		for j := i + 1; j <= n; j++ {
			c := s.clone()
			c.lines[i-1], c.lines[j-1] = c.lines[j-1], c.lines[i-1]
			want(fmt.Sprint("swap with ", j), Reordered, i, c)
		}
		for j := i; j <= n; j++ {
			c := s.clone()
			c.lines = slices.Insert(c.lines, j, c.lines[i-1])
			want(fmt.Sprint("copy behind ", j), Forked, i, c)
		}
		c = s.clone()
		c.lines[i-1] = strings.Replace(c.lines[i-1], "success", "failure", 1)
		if c.rehash(t, i, i); i < n {
			want("edit with a new hash", Altered, i, c)
		} else {
			want("edit of the last with a new hash", Forked, i, c)
		}
		if i < n {
			c = s.clone()
			c.lines = c.lines[:i]
			want("the end is gone", Truncated, i+1, c)
		}
		c = s.clone()
		c.lines[i-1] = strings.Replace(c.lines[i-1], "success", "failure", 1)
		want("rewritten up to the end", Forked, n, c.rehash(t, i, n))
	}
	whole := strings.Join(s.lines, "")
	for cut := 0; cut < len(whole); cut += 29 {
		c := s.clone()
		c.lines = []string{whole[:cut]}
		want(fmt.Sprint("cut at ", cut), Truncated, strings.Count(whole[:cut], "\n")+1, c)
	}
	for i, line := range s.values {
		c := s.clone()
		c.values[i] = strings.Replace(line, "user", "usor", 1)
		want("another actor", ColumnDiffers, i+2, c)
		c.values[i] = strings.Replace(line, "note of", "note if", 1)
		want("another note", ColumnDiffers, i+2, c)
		c.values[i] = strings.Replace(line, `"actor"`, `"target":"eve","actor"`, 1)
		want("a target that was not there", ColumnDiffers, i+2, c)
		c.values[i] = "{" + line
		want("values that cannot be read", ColumnDiffers, i+2, c)
		c.values = slices.Delete(c.values, i, i+1)
		want("values are gone", ColumnDiffers, i+2, c)
	}
	c := s.clone()
	c.head = ""
	want("the head is gone", Missing, n, c)
	empty := &sample{keys: s.keys}
	want("everything is gone", GenesisMissing, 1, empty)
}

// TestCheckpointsFindRewriting: what whoever can write log and head can do, the checkpoints show. Each row is a fault that
// another log had.
func TestCheckpointsFindRewriting(t *testing.T) {
	keys := ring(t)
	s := newSample(t, keys)
	dir := t.TempDir()
	want := func(what string, kind Kind, seq int, changed *sample, checkpoints []Checkpoint) {
		t.Helper()
		if err := changed.verify(t, dir, nil); err != nil && len(changed.lines) > 0 {
			t.Errorf("%s: found without a checkpoint: %v", what, err)
		}
		err := changed.verify(t, dir, checkpoints)
		if p := (*Problem)(nil); !errors.As(err, &p) || p.Kind != kind || p.Seq != uint64(seq) {
			t.Errorf("%s: %v, want %s at %d", what, err, kind, seq)
		}
	}
	c := s.clone()
	c.lines, c.values = c.lines[:6], c.values[:5]
	want("agent-bom#3697, hyprstream#679: the end is gone, and the head with it", Truncated, 7, c.headAt(t, 6), s.checkpoints)

	c = s.clone()
	c.lines[5] = strings.Replace(c.lines[5], "success", "failure", 1)
	want("ai-memory-mcp#1873: rewritten at the same length", Forked, 5, c.rehash(t, 6, 10).headAt(t, 10), s.checkpoints)
	c = s.clone()
	c.lines[1] = strings.Replace(c.lines[1], "success", "failure", 1)
	want("rewritten from the beginning", Forked, 1, c.rehash(t, 2, 10).headAt(t, 10), s.checkpoints)

	want("agenticos#1648: the whole log is gone", Truncated, 1, &sample{keys: keys}, s.checkpoints)
	want("another log in its place", Forked, 1, newSample(t, keys), s.checkpoints)

	again := newSample(t, keys).checkpoints[0]
	want("checkpoints of two logs", Forked, 4, s, []Checkpoint{s.checkpoints[0], again})

	// Of a checkpoint nothing can be changed, and nobody else can make one.
	for _, forge := range []func(*Checkpoint){
		func(c *Checkpoint) { c.Seq++ },
		func(c *Checkpoint) { c.Hash = noHash },
		func(c *Checkpoint) { c.Log = c.Log[1:] + "0" },
		func(c *Checkpoint) { c.Time = c.Time.AddDate(1, 0, 0) },
		func(c *Checkpoint) { *c = newSigner(ring(t)).sign(c.Log, 100, c.Hash) },
		func(c *Checkpoint) { c.Signature = "" },
		func(c *Checkpoint) { c.Signer = "AAAA" },
	} {
		bad := s.checkpoints[0]
		forge(&bad)
		if err := s.verify(t, dir, []Checkpoint{bad}); err != nil || bad.Verify(newSigner(keys).trusted) {
			t.Errorf("a forged checkpoint: %v", err)
		}
	}
}

// TestLeadingRecordsCut (agent-bom#3696): a log that begins later is not whole, and a purge that nobody signed is none.
func TestLeadingRecordsCut(t *testing.T) {
	keys := ring(t)
	s := newSample(t, keys)
	dir := t.TempDir()
	c := s.clone()
	end := s.record(t, 4)
	c.lines, c.values = c.lines[4:], c.values[3:]
	check := func(what string, through Checkpoint, good bool) {
		t.Helper()
		c := c.clone()
		r := s.record(t, 10)
		r.Event = EventPurge
		r.Data, _ = json.Marshal(purgeData{through})
		line, err := r.encode()
		if err != nil {
			t.Fatal(err)
		}
		c.lines[len(c.lines)-1] = string(line) + "\n"
		head, _ := json.Marshal(Head{Log: r.Log, Seq: r.Seq, Hash: r.Hash})
		c.head = string(head)
		err = c.verify(t, dir, nil)
		if p := (*Problem)(nil); good != (err == nil) || err != nil && (!errors.As(err, &p) || p.Kind != GenesisMissing || p.Seq != 1) {
			t.Errorf("%s: %v", what, err)
		}
	}
	check("signed", newSigner(keys).sign(end.Log, 4, end.Hash), true)
	check("signed by another", newSigner(ring(t)).sign(end.Log, 4, end.Hash), false)
	check("of another record", newSigner(keys).sign(end.Log, 3, end.Hash), false)
	check("of another log", newSigner(keys).sign(noHash[:32], 4, end.Hash), false)
	check("not signed", Checkpoint{Log: end.Log, Seq: 4, Hash: end.Hash}, false)
	if err := c.verify(t, dir, nil); err == nil {
		t.Error("without a purge nothing is wrong")
	}
}

// TestRetiredKey: values whose pseudonym was made with a key that is gone are counted as unchecked, and a rotated key's are
// checked.
func TestRetiredKey(t *testing.T) {
	old := sign.GenerateKey()
	first, err := sign.NewKeyRing(old)
	if err != nil {
		t.Fatal(err)
	}
	s := newSample(t, first)
	both, err := sign.NewKeyRing(sign.GenerateKey(), old)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := s.verify(t, dir, s.checkpoints); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		keys                            *sign.KeyRing
		signers                         []string
		unchecked, unknown, checkpoints int
	}{
		{keys: first, checkpoints: 2},
		{keys: both, checkpoints: 2},
		{keys: ring(t), unchecked: 9, unknown: 2},
		{keys: nil, signers: newSigner(first).trusted, unchecked: 9, checkpoints: 2},
	} {
		r, err := Verify(t.Context(), NewFile(dir, FileOptions{}), VerifyOptions{Checkpoints: s.checkpoints, Keys: row.keys, Signers: row.signers})
		if err != nil || r.Unchecked != row.unchecked || r.Unknown != row.unknown || r.Checkpoints != row.checkpoints {
			t.Errorf("%+v %v", r, err)
		}
	}
}

// FuzzParse: no line makes the reader panic, and what it takes for a record is one that writes as it was read.
func FuzzParse(f *testing.F) {
	r := Record{V: 1, Log: noHash[:32], Seq: 1, Event: EventBegin, Outcome: Success, Prev: noHash, Data: json.RawMessage(`{"a":1}`), Private: map[string]string{"n": "x"}}
	line, err := r.encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(line)
	f.Add([]byte(`{"v":1,"hash":"` + noHash + `"}`))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, line []byte) {
		r, err := Parse(line)
		if err != nil {
			// With the right hash, what else is wrong shows.
			if at := bytes.LastIndex(line, []byte(hashMember)); at > 0 {
				var prev struct{ Prev string }
				_ = json.Unmarshal(line, &prev)
				body := append(bytes.Clone(line[:at]), '}')
				line = append(append(bytes.Clone(line[:at]), hashMember...), hashOf(prev.Prev, body)+`"}`...)
				r, err = Parse(line)
			}
		}
		if err == nil && (r.Seq == 0 || r.V != 1 || len(r.Hash) != hashLength || hashOf(r.Prev, append(bytes.Clone(line[:len(line)-len(hashMember)-hashLength-2]), '}')) != r.Hash) {
			t.Errorf("%q is a record: %+v", line, r)
		}
	})
}
