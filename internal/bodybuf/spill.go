package bodybuf

import (
	"fmt"
	"io"
	"os"
	"sync/atomic"
)

// How much of long answers may wait in memory, in bytes: as long as there are
// files for the rest, and when there are not.
const (
	maxMemory       = 4 << 20
	maxWithoutFiles = 32 << 20
)

// A Room is where long answers wait for their clients. Some hundred clients that
// ask for a long page and do not read it would fill the memory; past a bound,
// answers wait in temporary files.
type Room struct{ memory atomic.Int64 }

// A Waiting is an answer in a [Room].
type Waiting struct {
	room   *Room
	buffer *Buffer
	memory int64    // the bytes of it that wait in memory
	file   *os.File // where it waits otherwise
}

// Keep finds a place for an answer, whose buffer it empties when the answer waits
// in a file. The error is why there is none.
func (r *Room) Keep(b *Buffer) (*Waiting, error) {
	w := &Waiting{room: r, buffer: b, memory: int64(cap(b.B))}
	inMemory := r.memory.Add(w.memory)
	if inMemory <= maxMemory {
		return w, nil
	}
	var err error
	if w.file, err = spill(b.B); err == nil {
		r.memory.Add(-w.memory)
		w.memory = 0
		b.Release() // somebody else can use it already
		return w, nil
	}
	if inMemory > maxWithoutFiles {
		w.Close()
		return nil, fmt.Errorf("%d MiB of long answers wait in memory, and no file can be written: %w", maxWithoutFiles>>20, err)
	}
	return w, nil
}

// WriteTo sends the answer.
func (w *Waiting) WriteTo(dst io.Writer) (int64, error) {
	if w.file == nil {
		n, err := dst.Write(w.buffer.B)
		w.buffer.Reset()
		return int64(n), err
	}
	// The copy's own buffer is small, as there may be many. net/http's way would
	// keep 32 KiB for each.
	return io.CopyBuffer(WriterOnly{dst}, readerOnly{w.file}, make([]byte, 8<<10))
}

// Close gives up the place.
func (w *Waiting) Close() {
	w.room.memory.Add(-w.memory)
	w.memory = 0
	if w.file != nil {
		w.file.Close()
	}
}

// WriterOnly hides from io.Copy that a writer has a ReadFrom.
type WriterOnly struct{ io.Writer }

// readerOnly hides from io.Copy that a reader has a WriteTo.
type readerOnly struct{ io.Reader }

// spill puts bytes into a temporary file that has no name any more.
func spill(b []byte) (*os.File, error) {
	file, err := os.CreateTemp("", "dewar-answer-")
	if err != nil {
		return nil, err
	}
	if err = os.Remove(file.Name()); err == nil {
		if _, err = file.Write(b); err == nil {
			_, err = file.Seek(0, io.SeekStart)
		}
	}
	if err != nil {
		file.Close()
		_ = os.Remove(file.Name())
		return nil, err
	}
	return file, nil
}
