package dewar

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"sync/atomic"
	"time"
)

// spilled counts the bytes of long answers that wait in memory for their
// clients. Some hundred clients that ask for a long page and do not read it would
// fill the memory with them; past the bound, answers wait in files.
type spilled struct{ waiting atomic.Int64 }

// How much of long answers may wait in memory, in bytes: as long as there are
// files for the rest, and when there are not.
const (
	maxWaiting      = 4 << 20
	maxWithoutFiles = 32 << 20
)

// crowdedFor is how long somebody waits for the news that there is no room for
// their answer. Who comes back at once would have the next one made at once.
const crowdedFor = 5 * time.Second

// A longAnswer is an answer that the client may not take in one go.
type longAnswer struct {
	c      *Context
	size   int64    // of the answer
	memory int64    // of it that waits in memory
	file   *os.File // where it waits otherwise
}

// close gives up what the answer held.
func (l *longAnswer) close() {
	l.c.admission.Kept(l.size)
	l.c.app.spilled.waiting.Add(-l.memory)
	if l.file != nil {
		l.file.Close()
	}
}

// keep finds the place where a long answer waits for its client. The error says
// that there is none; the answer is dropped then.
func (w *response) keep() (*longAnswer, error) {
	atomic.StoreUint32(&w.c.at.long, 1)
	l := &longAnswer{c: w.c, size: int64(len(w.buf)), memory: int64(cap(w.buf))}
	if !w.c.admission.Keep(l.size) {
		return nil, w.crowded()
	}
	waiting := w.c.app.spilled.waiting.Add(l.memory)
	if waiting <= maxWaiting {
		return l, nil
	}
	if l.file = spill(w.buf); l.file != nil {
		w.c.app.spilled.waiting.Add(-l.memory)
		l.memory = 0
		w.release() // somebody else can use it already
		return l, nil
	}
	if waiting > maxWithoutFiles {
		l.close()
		return nil, w.crowded()
	}
	return l, nil
}

// crowded drops an answer that there is no room for.
func (w *response) crowded() error {
	w.release()
	w.c.admission.Answer(time.Now(), 0) // its place can be taken
	select {
	case <-time.After(crowdedFor):
	case <-w.c.base.Done():
	}
	w.c.admission.Pause(time.Now())
	return &HTTPError{
		Code: http.StatusServiceUnavailable, Header: http.Header{"Retry-After": {"10"}},
		Err: fmt.Errorf("dewar: an answer was dropped: %d bytes of others wait for clients that do not take them (MaxBacklog %d)", w.c.app.connections.Backlog(), w.c.app.cfg.MaxBacklog),
	}
}

// sendLong sends a long answer.
func (w *response) sendLong(l *longAnswer) error {
	if l.file == nil {
		_, err := w.count(w.w.Write(w.buf))
		w.buf = w.buf[:0]
		return err
	}
	// The buffer is small, as there may be many of them. net/http's own way would
	// keep 32 KiB for each.
	_, err := io.CopyBuffer(onlyWriter{w}, onlyReader{l.file}, make([]byte, 8<<10))
	return err
}

// onlyWriter and onlyReader hide from io.CopyBuffer that there are other ways.
type (
	onlyWriter struct{ io.Writer }
	onlyReader struct{ io.Reader }
)

// spill puts bytes into a temporary file that has no name any more; nil where
// that cannot be.
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
