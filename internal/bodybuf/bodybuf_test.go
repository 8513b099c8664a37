package bodybuf

import (
	"bytes"
	"errors"
	"io/fs"
	"testing"
)

func TestBuffer(t *testing.T) {
	var b Buffer
	b.Release() // nothing to give back
	b.Open(false)
	b.B = append(b.B, "abc"...)
	b.Open(true)
	if string(b.B) != "abc" {
		t.Errorf("opened twice it holds %q", b.B)
	}
	b.Reset()
	if len(b.B) != 0 || cap(b.B) == 0 {
		t.Errorf("reset: %d of %d bytes", len(b.B), cap(b.B))
	}
	b.Release()
	if b.B != nil || b.box != nil {
		t.Error("released, it has memory")
	}
}

// TestRoom: what does not fit into memory waits in a file, and every answer comes
// out as it was.
func TestRoom(t *testing.T) {
	body := bytes.Repeat([]byte("0123456789abcdef"), 64<<10) // 1 MiB
	var room Room
	var waiting []*Waiting
	files := 0
	for range 8 {
		b := &Buffer{B: bytes.Clone(body)}
		w, err := room.Keep(b)
		if err != nil {
			t.Fatal(err)
		}
		waiting = append(waiting, w)
		if w.file != nil {
			files++
		}
	}
	if files != 4 || room.memory.Load() > maxMemory {
		t.Errorf("%d answers wait in files, %d bytes in memory", files, room.memory.Load())
	}
	for i, w := range waiting {
		var got bytes.Buffer
		if n, err := w.WriteTo(&got); err != nil || n != int64(len(body)) || !bytes.Equal(got.Bytes(), body) {
			t.Errorf("answer %d: %d bytes, %v", i, n, err)
		}
		w.Close()
	}
	if n := room.memory.Load(); n != 0 {
		t.Errorf("%d bytes are still counted", n)
	}
}

// TestRoomWithoutFiles: memory takes more where no file can be made, and in the end
// there is no place.
func TestRoomWithoutFiles(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir()+"/none")
	var room Room
	places := 0
	for range 40 {
		w, err := room.Keep(&Buffer{B: make([]byte, 1<<20)})
		if err == nil {
			places++
			defer w.Close()
		} else if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the reason is lost: %v", err)
		}
	}
	if places != maxWithoutFiles>>20 {
		t.Errorf("%d MiB wait in memory", places)
	}
}
