package dewar

import (
	"io"
	"net/http"
	"os"
	"sync/atomic"
)

// spilled counts the bytes of long answers that wait in memory for their
// clients. Some hundred clients that ask for a long page and do not read it would
// fill the memory with them; past the bound, answers wait in files.
type spilled struct{ waiting atomic.Int64 }

// maxWaiting is how much of long answers may wait in memory, in bytes.
const maxWaiting = 4 << 20

// sendLong sends a buffered answer that the client may not take in one go.
func (w *response) sendLong() error {
	atomic.StoreUint32(&w.c.at.long, 1)
	size := int64(cap(w.buf))
	waiting := &w.c.app.spilled.waiting
	if waiting.Add(size) > maxWaiting && w.c.r.Method != http.MethodHead {
		if file := spill(w.buf); file != nil {
			waiting.Add(-size)
			w.release() // somebody else can use it already
			defer file.Close()
			// The buffer is small, as there may be many of them. net/http's own
			// way would keep 32 KiB for each.
			_, err := io.CopyBuffer(onlyWriter{w}, onlyReader{file}, make([]byte, 8<<10))
			return err
		}
	}
	defer waiting.Add(-size)
	_, err := w.count(w.w.Write(w.buf))
	w.buf = w.buf[:0]
	return err
}

// onlyWriter and onlyReader hide from io.CopyBuffer that there are other ways.
type (
	onlyWriter struct{ io.Writer }
	onlyReader struct{ io.Reader }
)

// spill puts bytes into a temporary file that has no name any more; nil where
// that cannot be, for they can wait in memory still.
func spill(b []byte) *os.File {
	file, err := os.CreateTemp("", "dewar-answer-")
	if err != nil {
		return nil
	}
	if err = os.Remove(file.Name()); err == nil {
		if _, err = file.Write(b); err == nil {
			_, err = file.Seek(0, io.SeekStart)
		}
	}
	if err != nil {
		file.Close()
		_ = os.Remove(file.Name())
		return nil
	}
	return file
}
