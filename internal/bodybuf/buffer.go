// Package bodybuf holds the bodies of answers: each in a buffer until it is
// whole, and the long ones until their clients have taken them.
package bodybuf

import "sync"

// Short is the length of an answer that a client takes in one go: one deadline is
// enough for it.
const Short = 64 << 10

// The pools keep long buffers apart: a short answer must not hold a long one.
var (
	shortPool = sync.Pool{New: func() any { b := make([]byte, 0, 4<<10); return &b }}
	longPool  sync.Pool
)

// A Buffer holds the body of one answer. The zero value is empty.
type Buffer struct {
	B   []byte  // what it holds; whoever appends puts the result here
	box *[]byte // what the pool knows B by, nil while B is none of its
}

// Open takes memory from the pool when the buffer has none yet: long where the
// answer will probably be.
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

// Reset drops what it holds.
func (b *Buffer) Reset() { b.B = b.B[:0] }

// Release drops what it holds and gives the memory back.
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
