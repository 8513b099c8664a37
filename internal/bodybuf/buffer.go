// Package bodybuf holds the bodies of answers: a [Buffer] until an answer is whole, and a [Room] while a long answer
// waits for its client.
package bodybuf

import "sync"

// Short is the greatest length, in bytes, of an answer that is sent under one deadline.
const Short = 64 << 10

// shortPool holds buffers of at most Short bytes and longPool longer ones, so that a short answer does not occupy a
// long buffer.
var (
	shortPool = sync.Pool{New: func() any { b := make([]byte, 0, 4<<10); return &b }}
	longPool  sync.Pool
)

// A Buffer holds the body of one answer. The zero value is empty.
type Buffer struct {
	B   []byte  // the body; whoever appends to it stores the result here
	box *[]byte // the pool's pointer to B; nil when B is not from a pool
}

// Open takes a buffer from the pool unless b has one. long asks for a long one, for an answer that is probably longer
// than Short.
func (b *Buffer) Open(long bool) {
	if b.box != nil {
		return
	}
	if long {
		b.box, _ = longPool.Get().(*[]byte)
	}
	if b.box == nil {
		b.box = shortPool.Get().(*[]byte)
	}
	b.B = (*b.box)[:0]
}

// Reset empties the buffer and keeps its memory.
func (b *Buffer) Reset() { b.B = b.B[:0] }

// Release empties the buffer and returns its memory to the pool.
func (b *Buffer) Release() {
	if b.box == nil {
		return
	}
	*b.box = b.B[:0]
	if cap(b.B) <= Short {
		shortPool.Put(b.box)
	} else {
		longPool.Put(b.box)
	}
	b.box, b.B = nil, nil
}
