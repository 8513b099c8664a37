package audit

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// opened is the store of a sample's files, and what starting says.
func (s *sample) opened(t *testing.T) (*File, Head, error) {
	t.Helper()
	dir := t.TempDir()
	_ = s.verify(t, dir, nil)
	store := NewFile(dir, FileOptions{})
	t.Cleanup(func() { _ = store.Close(context.Background()) })
	if err := store.Open(t.Context()); err != nil {
		return store, Head{}, err
	}
	head, err := checkHead(t.Context(), store)
	return store, head, err
}

// TestStart: a log starts when it ends at its head or when what is behind it is what a crash leaves, and not otherwise.
func TestStart(t *testing.T) {
	keys := ring(t)
	whole := newSample(t, keys)
	for _, row := range []struct {
		name   string
		change func(s *sample)
		seq    uint64 // where it goes on; 0 for not at all
	}{
		{"whole", func(*sample) {}, 10},
		{"a line is torn", func(s *sample) { s.lines = append(s.lines, s.lines[9][:100]) }, 10},
		{"the last line is torn, and not in the head", func(s *sample) { s.headAt(t, 9); s.lines[9] = s.lines[9][:50] }, 9},
		{"records behind the head", func(s *sample) { s.headAt(t, 7) }, 10},
		{"records behind the head and a torn line", func(s *sample) { s.headAt(t, 7); s.lines[9] = s.lines[9][:50] }, 9},
		{"values behind the records", func(s *sample) {
			s.headAt(t, 9)
			s.lines = s.lines[:9]
		}, 9},
		{"places in the head are wrong", func(s *sample) {
			s.head = strings.NewReplacer(`"from":`, `"from":7`, `"values":`, `"values":9`).Replace(s.head)
		}, 10},
		{"no record was ever written", func(s *sample) { *s = sample{keys: keys} }, 0},

		{"hyprstream#679: the end is gone", func(s *sample) { s.lines = s.lines[:8] }, 0},
		{"all records are gone", func(s *sample) { s.lines = nil }, 0},
		{"the last was rewritten", func(s *sample) {
			s.lines[9] = strings.Replace(s.lines[9], "success", "failure", 1)
			s.rehash(t, 10, 10)
		}, 0},
		{"the last was changed", func(s *sample) { s.lines[9] = strings.Replace(s.lines[9], "success", "failure", 1) }, 0},
		{"the head is gone, and the first record", func(s *sample) { s.head = ""; s.lines = s.lines[1:] }, 0},
		{"what is behind the head does not follow", func(s *sample) { s.headAt(t, 8); s.lines = append(s.lines[:8], s.lines[9]) }, 0},
		{"the head cannot be read", func(s *sample) { s.head = "{" }, 0},
	} {
		s := whole.clone()
		row.change(s)
		store, head, err := s.opened(t)
		if row.name == "no record was ever written" {
			if err != nil {
				t.Errorf("%s: %v", row.name, err)
			}
			continue
		}
		if row.seq == 0 {
			if err == nil || !strings.HasPrefix(err.Error(), "audit: ") {
				t.Errorf("%s: it starts at %d: %v", row.name, head.Seq, err)
			}
			continue
		}
		if err != nil || head.Seq != row.seq {
			t.Errorf("%s: head %d, %v", row.name, head.Seq, err)
			continue
		}
		l := New(store, Config{})
		l.key = keysOf(keys)[0]
		for range 2 {
			e := Event{Name: EventSensitiveRead, Actor: "next"}
			if err := errors.Join(e.prepare(), store.Append(t.Context(), l.link([]*entry{{event: e}}, 0, nil))); err != nil {
				t.Fatal(err)
			}
		}
		r, err := Verify(t.Context(), store, VerifyOptions{Keys: keys})
		if err != nil || r.Last != row.seq+2 || r.Unacknowledged != 0 {
			t.Errorf("%s: %+v %v", row.name, r, err)
		}
	}
}

// TestOneWriter: a second process, here a second store, does not write; the first one's end lets it.
func TestOneWriter(t *testing.T) {
	dir := t.TempDir()
	first, second := NewFile(dir, FileOptions{}), NewFile(dir, FileOptions{})
	if err := first.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := second.Open(t.Context()); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Error(err)
	}
	if err := first.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := second.Open(t.Context()); err != nil {
		t.Error(err)
	}
	if err := second.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestFailedAppend: an attempt that failed half-way leaves nothing behind, and the next one goes on.
func TestFailedAppend(t *testing.T) {
	keys := ring(t)
	store, head, err := newSample(t, keys).opened(t)
	if err != nil {
		t.Fatal(err)
	}
	l := New(store, Config{})
	l.key = keysOf(keys)[0]
	e := Event{Name: EventSensitiveRead, Actor: "ann"}
	if err := e.prepare(); err != nil {
		t.Fatal(err)
	}
	// The head cannot be replaced: a folder stands where its new file would.
	blocked := filepath.Join(store.dir, headFile+".new")
	if err := os.Mkdir(blocked, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := store.Append(t.Context(), l.link([]*entry{{event: e}}, 0, nil)); err == nil {
		t.Fatal("it was written")
	}
	if err := os.Remove(blocked); err != nil {
		t.Fatal(err)
	}
	if r, err := Verify(t.Context(), store, VerifyOptions{Keys: keys}); err != nil || r.Last != head.Seq {
		t.Errorf("%+v %v", r, err)
	}
	if err := store.Append(t.Context(), l.link([]*entry{{event: e}}, 0, nil)); err != nil {
		t.Fatal(err)
	}
	if r, err := Verify(t.Context(), store, VerifyOptions{Keys: keys}); err != nil || r.Last != head.Seq+1 {
		t.Errorf("%+v %v", r, err)
	}
}

// TestKilled: whatever a writer had acknowledged before it was killed with SIGKILL is there afterwards, and the next one
// goes on behind it.
func TestKilled(t *testing.T) {
	const variable = "DEWAR_AUDIT_KILLED"
	keys := ring(t)
	if dir := os.Getenv(variable); dir != "" {
		store := NewFile(dir, FileOptions{InsecureNoSync: true})
		if err := store.Open(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := checkHead(t.Context(), store); err != nil {
			t.Fatal(err)
		}
		l := New(store, Config{})
		l.key = keysOf(keys)[0]
		for i := 0; ; i++ {
			var batch []*entry
			for range 1 + i%3 {
				e := Event{Name: EventSensitiveUpdate, Actor: "ann", Private: map[string]string{"pad": strings.Repeat("x", 900)}}
				if err := e.prepare(); err != nil {
					t.Fatal(err)
				}
				batch = append(batch, &entry{event: e})
			}
			var head Head
			if err := store.Append(t.Context(), l.link(batch, 0, &head)); err != nil {
				t.Fatal(err)
			}
			fmt.Println("acknowledged", head.Seq)
		}
	}
	dir := t.TempDir()
	var acknowledged uint64
	for round := range 8 {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilled$")
		child.Env = append(os.Environ(), variable+"="+dir)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ {
			text, ok := strings.CutPrefix(lines.Text(), "acknowledged ")
			if !ok {
				t.Fatal(lines.Text())
			}
			if acknowledged, err = strconv.ParseUint(text, 10, 64); err != nil {
				t.Fatal(err)
			}
			if n == 20+13*round {
				_ = child.Process.Kill()
			}
		}
		_ = child.Wait()
		r, err := Verify(t.Context(), NewFile(dir, FileOptions{}), VerifyOptions{})
		if err != nil || r.Last < acknowledged {
			t.Fatalf("round %d: %d were acknowledged: %+v %v", round, acknowledged, r, err)
		}
	}
}
