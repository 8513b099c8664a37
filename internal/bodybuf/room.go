package bodybuf

import (
	"fmt"
	"io"
	"os"
	"sync/atomic"
)

// Bounds of the bytes that long answers occupy in memory. maxMemory holds while temporary files can be made,
// maxWithoutFiles when they cannot.
const (
	maxMemory       = 4 << 20
	maxWithoutFiles = 32 << 20
)

// A Room holds long answers while their clients read them. A few hundred clients that ask for a long page and do not
// read it would fill the memory. So answers beyond maxMemory wait in temporary files.
type Room struct{ memory atomic.Int64 }

// A Waiting is an answer in a [Room].
type Waiting struct {
	room   *Room
	buffer *Buffer
	memory int64    // bytes of the answer that are in memory
	file   *os.File // the temporary file that holds the answer, or nil
}

// Keep stores an answer until its Waiting is closed. An answer that goes into a file releases b at once. The error says
// why there is neither memory nor a file.
func (r *Room) Keep(b *Buffer) (*Waiting, error) {
	w := &Waiting{room: r, buffer: b, memory: int64(cap(b.B))}
	inMemory := r.memory.Add(w.memory)
	if inMemory <= maxMemory {
		return w, nil
	}
	var err error
	if w.file, err = tempFile(b.B); err == nil {
		r.memory.Add(-w.memory)
		w.memory = 0
		b.Release() // its memory is free for other requests
		return w, nil
	}
	if inMemory > maxWithoutFiles {
		w.Close()
		return nil, fmt.Errorf("%d MiB of long answers wait in memory, and no file can be written: %w", maxWithoutFiles>>20, err)
	}
	return w, nil
}

// WriteTo sends the answer to dst.
func (w *Waiting) WriteTo(dst io.Writer) (int64, error) {
	if w.file == nil {
		n, err := dst.Write(w.buffer.B)
		w.buffer.Reset()
		return int64(n), err
	}
	// Many answers may be sent at once, so each copy has a buffer of 8 KiB. io.Copy would let net/http use 32 KiB for
	// each.
	return io.CopyBuffer(WriterOnly{dst}, readerOnly{w.file}, make([]byte, 8<<10))
}

// Close frees the memory or the file.
func (w *Waiting) Close() {
	w.room.memory.Add(-w.memory)
	w.memory = 0
	if w.file != nil {
		w.file.Close()
	}
}

// WriterOnly hides a writer's ReadFrom from io.Copy.
type WriterOnly struct{ io.Writer }

// readerOnly hides a reader's WriteTo from io.Copy.
type readerOnly struct{ io.Reader }

// tempFile writes b to a temporary file whose name is removed at once. Closing the file frees its space.
func tempFile(b []byte) (*os.File, error) {
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
