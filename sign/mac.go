package sign

import (
	"crypto/hmac"
	"crypto/subtle"
	"hash"
	"sync"
)

// An Algorithm makes the signature of a value with a derived key. Signatures are compared in constant time. The default
// is [HMAC].
type Algorithm interface {
	Signature(key, value []byte) []byte
}

// HMAC is the algorithm that a signer uses when it is given none.
type HMAC struct {
	// Digest is the hash. It is required.
	Digest func() hash.Hash
}

// Signature returns HMAC(key, value).
func (a HMAC) Signature(key, value []byte) []byte {
	h := hmac.New(a.Digest, key)
	h.Write(value)
	return h.Sum(nil)
}

// NoSignature is an algorithm whose signature is empty: everything verifies.
// It is itsdangerous' NoneAlgorithm, useful in tests only.
type NoSignature struct{}

// Signature returns nothing.
func (NoSignature) Signature(key, value []byte) []byte { return nil }

// A keyedMAC makes signatures with one derived key. The states of the hash after the inner and the outer pad are
// computed once for each pooled macState, so that signing costs only the blocks of the value.
type keyedMAC struct {
	key       func() []byte // a function, because fmt prints unexported fields
	algorithm Algorithm     // nil: HMAC with states from the pool
	states    sync.Pool
}

// A macState is a reusable HMAC with buffers for the value and the sum, so that signing and verifying do not allocate.
type macState struct {
	mac  hash.Hash
	buf  []byte
	sum  []byte
	sent []byte // the decoded signature to compare with
}

// maxPooledBuffer is the largest buffer kept between uses, in bytes.
const maxPooledBuffer = 16 << 10

func tooLargeToKeep(buf []byte) bool { return cap(buf) > maxPooledBuffer }

func newKeyedMAC(key []byte, digest func() hash.Hash, algorithm Algorithm) *keyedMAC {
	k := &keyedMAC{key: func() []byte { return key }, algorithm: algorithm}
	k.states.New = func() any {
		st := &macState{buf: make([]byte, 0, 512), sum: make([]byte, 0, 64), sent: make([]byte, 0, 64)}
		if algorithm == nil {
			st.mac = hmac.New(digest, key)
			st.mac.Reset() // stores the states after the pads
		}
		return st
	}
	return k
}

func (k *keyedMAC) get() *macState { return k.states.Get().(*macState) }

func (k *keyedMAC) put(st *macState) {
	if tooLargeToKeep(st.buf) {
		st.buf = make([]byte, 0, 512)
	}
	if cap(st.sent) > 1024 {
		st.sent = make([]byte, 0, 64)
	}
	k.states.Put(st)
}

// compute writes the signature of st.buf to st.sum.
func (k *keyedMAC) compute(st *macState) {
	if k.algorithm != nil {
		st.sum = append(st.sum[:0], k.algorithm.Signature(k.key(), st.buf)...)
		return
	}
	st.mac.Reset()
	st.mac.Write(st.buf)
	st.sum = st.mac.Sum(st.sum[:0])
}

// verify reports whether sig is the signature of value.
func (k *keyedMAC) verify(value string, sig []byte) bool {
	st := k.get()
	st.buf = append(st.buf[:0], value...)
	k.compute(st)
	ok := subtle.ConstantTimeCompare(st.sum, sig) == 1
	k.put(st)
	return ok
}
