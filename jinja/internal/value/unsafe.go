package value

import (
	"encoding/binary"
	"math/bits"
	"reflect"
	"slices"
	"strconv"
	"unsafe"

	"github.com/dewar-go/dewar/markup"
)

// Value is any value of a template: 24 bytes, never boxed.
//
// The zero Value is an undefined value without a name. Values are immutable except for the
// containers they refer to (lists, dicts, sets, Go values reached through a pointer).
//
// # Invariants
//
// This file is the only one that imports unsafe. What p and n hold follows from t.repr:
//
//   - reprNone: p is nil; n is the payload (bool, int64, float64 bits, time.Duration) or unused.
//   - reprString: p is unsafe.StringData of a string of n bytes, or nil when n is 0. The bytes are never written.
//   - reprSlice: p is unsafe.SliceData of a []elem with n elements (tuples, bytes, Go slices and arrays).
//   - reprObject: p is a *T of one type fixed by t (*List, *Dict, *big.Int, *Undef, *Function, …).
//   - reprStruct: p points to a Go value of type t.rt, kept alive by p; n holds the flags addressable and viaPointer.
//   - reprWord: p is the data word of an interface holding a pointer-shaped t.rt (map, func, chan).
//
// A pointer is only ever computed as base + i*size for 0 <= i < n, or base + the offset of a field of
// the struct at base, so it never points outside of its object (checkptr verifies this under -race).
// Interfaces are rebuilt from a type word that was read from an interface of the same type.
type Value struct {
	t *Type
	n uint64
	p unsafe.Pointer
}

// flags of reprStruct values
const (
	addressable = 1 << iota // the memory at p may change: methods with pointer receivers are callable
	viaPointer              // the Go value was a *T
)

// eface is the layout of an empty interface.
type eface struct {
	word unsafe.Pointer
	data unsafe.Pointer
}

func efaceOf(x *any) eface { return *(*eface)(unsafe.Pointer(x)) }

func makeAny(word, data unsafe.Pointer) (x any) {
	*(*eface)(unsafe.Pointer(&x)) = eface{word, data}
	return x
}

// wordOf returns the type word that interfaces holding rt carry and whether their data word is the
// value itself (pointer-shaped types) rather than a pointer to it.
func wordOf(rt reflect.Type) (word unsafe.Pointer, direct bool) {
	x := reflect.Zero(rt).Interface()
	e := efaceOf(&x)
	// Only the zero value of a pointer-shaped type has a nil data word.
	return e.word, e.data == nil
}

func stringValue(t *Type, s string) Value {
	return Value{t, uint64(len(s)), unsafe.Pointer(unsafe.StringData(s))}
}

// rawString is the text of a reprString value.
func (v Value) rawString() string { return unsafe.String((*byte)(v.p), int(v.n)) }

func bytesValue(t *Type, b []byte) Value {
	return Value{t, uint64(len(b)), unsafe.Pointer(unsafe.SliceData(b))}
}

func (v Value) rawBytes() []byte { return unsafe.Slice((*byte)(v.p), int(v.n)) }

func sliceValue(t *Type, s []Value) Value {
	return Value{t, uint64(len(s)), unsafe.Pointer(unsafe.SliceData(s))}
}

func (v Value) rawValues() []Value { return unsafe.Slice((*Value)(v.p), int(v.n)) }

func objectValue[T any](t *Type, p *T) Value { return Value{t, 0, unsafe.Pointer(p)} }

// raw returns the object behind a reprObject value; T must be the one type that v.t stands for.
func raw[T any](v Value) *T { return (*T)(v.p) }

// load reads the Go value of type t.rt at p. flags are those of a struct found there.
func (t *Type) load(p unsafe.Pointer, flags uint64) Value {
	switch t.loader {
	case loadString:
		s := *(*string)(p)
		return Value{t.as, uint64(len(s)), unsafe.Pointer(unsafe.StringData(s))}
	case loadInt:
		return Value{t.as, uint64(*(*int)(p)), nil}
	case loadInt64:
		return Value{t.as, uint64(*(*int64)(p)), nil}
	case loadBool:
		if *(*bool)(p) {
			return Value{t.as, 1, nil}
		}
		return Value{t.as, 0, nil}
	case loadStruct:
		return Value{t, flags, p}
	case loadPointer:
		q := *(*unsafe.Pointer)(p)
		if q == nil {
			return None
		}
		return t.target().load(q, addressable|viaPointer)
	case loadObject: // pointer-shaped object
		q := *(*unsafe.Pointer)(p)
		if q == nil {
			return None
		}
		return Value{t.as, 0, q}
	case loadAny:
		return Of(*(*any)(p))
	case loadSlice:
		s := *(*[]byte)(p) // any slice: pointer and length
		return Value{t, uint64(len(s)), unsafe.Pointer(unsafe.SliceData(s))}
	case loadBytes:
		return Bytes(*(*[]byte)(p))
	case loadArray:
		return Value{t, uint64(t.rt.Len()), p}
	case loadWord:
		q := *(*unsafe.Pointer)(p)
		if q == nil && t.kind == KindGoFunc {
			return None
		}
		return Value{t, 0, q}
	case loadTime:
		return Value{timeType, 0, p}
	case loadInt8:
		return Value{t.as, uint64(*(*int8)(p)), nil}
	case loadInt16:
		return Value{t.as, uint64(*(*int16)(p)), nil}
	case loadInt32:
		return Value{t.as, uint64(*(*int32)(p)), nil}
	case loadUint8:
		return Value{t.as, uint64(*(*uint8)(p)), nil}
	case loadUint16:
		return Value{t.as, uint64(*(*uint16)(p)), nil}
	case loadUint32:
		return Value{t.as, uint64(*(*uint32)(p)), nil}
	case loadUint64:
		if u := *(*uint64)(p); u>>63 != 0 {
			return Uint(u)
		}
		return Value{t.as, *(*uint64)(p), nil}
	case loadFloat64:
		return Value{t.as, *(*uint64)(p), nil}
	case loadFloat32:
		return float32Value(*(*float32)(p))
	case loadValue:
		return *(*Value)(p)
	}
	// Interfaces with methods, complex numbers, json.Number: rare, through reflect.
	return loadReflect(reflect.NewAt(t.rt, p).Elem())
}

// ofAny is the Value of x, whose type is t.
func (t *Type) ofAny(x *any) Value {
	e := efaceOf(x)
	if !t.direct {
		return t.load(e.data, 0)
	}
	switch t.loader {
	case loadPointer:
		if e.data == nil {
			return None
		}
		return t.target().load(e.data, addressable|viaPointer)
	case loadObject, loadWord:
		if e.data == nil && t.loader == loadObject || t.kind == KindGoFunc && e.data == nil {
			return None
		}
		return Value{t.as, 0, e.data}
	}
	// A struct or array that is one pointer: give it an address.
	p := new(unsafe.Pointer)
	*p = e.data
	return t.load(unsafe.Pointer(p), 0)
}

// ofMap and ofSlice are Of for the types that JSON is decoded to.
func ofMap(m map[string]any) Value {
	return Value{anyMapType, 0, *(*unsafe.Pointer)(unsafe.Pointer(&m))}
}

func ofSlice(s []any) Value {
	return Value{anySliceType, uint64(len(s)), unsafe.Pointer(unsafe.SliceData(s))}
}

// typeWord is the type word of x, the key of the cache of types.
func typeWord(x *any) unsafe.Pointer { return efaceOf(x).word }

type typeKey = unsafe.Pointer

// goAny rebuilds the Go value of a reprStruct, reprWord or reprSlice value of a Go type. The result of
// a value in addressable memory is a copy.
func (v Value) goAny() any {
	t := v.t
	switch t.repr {
	case reprWord:
		return makeAny(t.word, v.p)
	case reprStruct:
		switch {
		case v.n&viaPointer != 0:
			return makeAny(t.ptrWord, v.p)
		case v.n&addressable != 0:
			return reflect.NewAt(t.rt, v.p).Elem().Interface()
		case t.direct:
			return makeAny(t.word, *(*unsafe.Pointer)(v.p))
		}
		return makeAny(t.word, v.p)
	}
	if t.rt.Kind() == reflect.Array {
		return reflect.NewAt(t.rt, v.p).Elem().Interface()
	}
	if v.p == nil {
		return reflect.Zero(t.rt).Interface()
	}
	return reflect.SliceAt(t.rt.Elem(), v.p, int(v.n)).Convert(t.rt).Interface()
}

// receiver is the Go value of a reprStruct value for calling methods that its type t.rt or *t.rt
// has: a pointer where that is allowed. It must not be kept.
func (v Value) receiver() any {
	if v.n != 0 {
		return makeAny(v.t.ptrWord, v.p)
	}
	if v.t.direct {
		return makeAny(v.t.word, *(*unsafe.Pointer)(v.p))
	}
	return makeAny(v.t.word, v.p)
}

// reflected is the Go value of a reprStruct value as addressable memory of t.rt.
func (v Value) reflected() reflect.Value { return reflect.NewAt(v.t.rt, v.p).Elem() }

// field reads the field at off of the struct at v.p.
func (v Value) field(f *goField) Value {
	p := unsafe.Add(v.p, f.offset)
	for s := f.next; s != nil; s = s.next { // through embedded pointers
		p = *(*unsafe.Pointer)(p)
		if p == nil {
			return None
		}
		p = unsafe.Add(p, s.offset)
	}
	return f.typ.load(p, v.n&addressable)
}

// read reads the field that e describes of v, whose type is e.t.
func (e *siteEntry) read(v Value) (Value, bool) {
	switch e.loader {
	case loadString:
		s := *(*string)(unsafe.Add(v.p, e.offset))
		return Value{e.as, uint64(len(s)), unsafe.Pointer(unsafe.StringData(s))}, true
	case loadInt:
		return Value{e.as, uint64(*(*int)(unsafe.Add(v.p, e.offset))), nil}, true
	case loadInt64, loadFloat64:
		return Value{e.as, *(*uint64)(unsafe.Add(v.p, e.offset)), nil}, true
	case loadBool:
		if *(*bool)(unsafe.Add(v.p, e.offset)) {
			return Value{e.as, 1, nil}, true
		}
		return Value{e.as, 0, nil}, true
	case loadSlice:
		b := *(*[]byte)(unsafe.Add(v.p, e.offset)) // any slice: pointer and length
		return Value{e.as, uint64(len(b)), unsafe.Pointer(unsafe.SliceData(b))}, true
	case loadKey:
		return raw[Dict](v).GetString(e.key)
	case loadMapKey:
		return v.mapGetString(e.key)
	}
	return v.field(e.f), true
}

// int, bool and string read fields of these types.
func (e *siteEntry) int(v Value) int64     { return int64(*(*int)(unsafe.Add(v.p, e.offset))) }
func (e *siteEntry) bool(v Value) bool     { return *(*bool)(unsafe.Add(v.p, e.offset)) }
func (e *siteEntry) string(v Value) string { return *(*string)(unsafe.Add(v.p, e.offset)) }

// appendEscaped appends the field as AppendEscaped does.
func (e *siteEntry) appendEscaped(buf []byte, v Value) ([]byte, bool) {
	p := unsafe.Add(v.p, e.offset)
	switch e.loader {
	case loadString:
		switch e.as {
		case stringType:
			return AppendText(buf, *(*string)(p)), true
		case htmlType:
			return append(buf, *(*string)(p)...), true
		}
	case loadInt:
		if e.as == intType {
			return appendInt(buf, int64(*(*int)(p))), true
		}
	case loadInt64:
		if e.as == intType {
			return appendInt(buf, *(*int64)(p)), true
		}
	}
	return buf, false
}

// attrer is the Attrer behind an object. For pointers the interface is put together from the method
// table of the type, which was taken from an interface of the same type.
func (v Value) attrer() (a Attrer, ok bool) {
	t := v.t
	if t.attrTab != nil && t.repr == reprWord {
		*(*eface)(unsafe.Pointer(&a)) = eface{t.attrTab, v.p}
		return a, true
	}
	a, ok = v.Any().(Attrer)
	return a, ok
}

// attrTable is the method table of interfaces of type Attrer that hold an rt, nil when rt is none.
func attrTable(rt reflect.Type) unsafe.Pointer {
	a, ok := reflect.Zero(rt).Interface().(Attrer)
	if !ok {
		return nil
	}
	return (*eface)(unsafe.Pointer(&a)).word
}

// pointerMethod calls method m of a type *T, which has no arguments and returns an R, on values whose p
// is a *T. A pointer is passed in the same way whatever it points to, so that the function can be
// called as one of an unsafe.Pointer.
func pointerMethod[R any](m reflect.Method) func(v Value) R {
	x := m.Func.Interface()
	data := efaceOf(&x).data
	f := *(*func(unsafe.Pointer) R)(unsafe.Pointer(&data))
	return func(v Value) R { return f(v.p) }
}

// elem reads element i of a Go slice or array.
func (v Value) elem(i int) Value {
	t := v.t.target()
	return t.load(unsafe.Add(v.p, uintptr(i)*t.size), addressable)
}

// structAt is element i of a slice of structs.
func (s *Sequence) structAt(i int) Value {
	if uint(i) >= uint(s.n) {
		panic("value: index out of range")
	}
	return Value{s.et, addressable, unsafe.Add(s.v.p, uintptr(i)*s.et.size)}
}

// elem is element i of a Go slice or array.
func (s *Sequence) elem(i int) Value {
	if uint(i) >= uint(s.n) {
		panic("value: index out of range")
	}
	p := unsafe.Add(s.v.p, uintptr(i)*s.et.size)
	switch s.et.loader {
	case loadInt:
		return Value{s.et.as, uint64(*(*int)(p)), nil}
	case loadString:
		text := *(*string)(p)
		return Value{s.et.as, uint64(len(text)), unsafe.Pointer(unsafe.StringData(text))}
	case loadSlice:
		b := *(*[]byte)(p)
		return Value{s.et, uint64(len(b)), unsafe.Pointer(unsafe.SliceData(b))}
	}
	return s.et.load(p, addressable)
}

// appendStructs is AppendReads for slices of structs and of pointers to structs.
func (s *Sequence) appendStructs(buf []byte, from, to int, plan *readPlan) ([]byte, int) {
	size, indirect := s.et.size, s.et.loader == loadPointer
	buf = plan.first.Append(buf)
	p, o, limit := unsafe.Pointer(unsafe.SliceData(buf)), len(buf), cap(buf)-plan.room
	for i := from; i < to; i++ {
		e := unsafe.Add(s.v.p, uintptr(i)*size)
		if indirect {
			if e = *(*unsafe.Pointer)(e); e == nil {
				return plan.finish(buf[:o]), i
			}
		}
		if end := putStruct(p, o, limit, plan.steps, e); end >= 0 {
			o = end
			continue
		}
		buf = plan.appendStruct(buf[:o], e)
		p, o, limit = unsafe.Pointer(unsafe.SliceData(buf)), len(buf), cap(buf)-plan.room
	}
	return plan.finish(buf[:o]), to
}

// putStruct writes one element. It returns -1 when there may not be enough room: beyond limit there is what an element
// needs without the texts that it has itself.
func putStruct(p unsafe.Pointer, o, limit int, steps []readStep, e unsafe.Pointer) int {
	if o > limit {
		return -1
	}
	for j := range steps {
		step := &steps[j]
		f := unsafe.Add(e, step.offset)
		switch step.loader {
		case loadString:
			text := *(*string)(f) // read once: another goroutine may make it longer
			if o+5*len(text) > limit {
				return -1
			}
			if step.html {
				o = putEscaped(p, o, text)
			} else {
				o = putString(p, o, text)
			}
		case loadInt:
			o = putInt(p, o, int64(*(*int)(f)))
		case loadInt64:
			o = putInt(p, o, *(*int64)(f))
		}
		o = step.after.put(p, o)
	}
	return o
}

// appendStruct is putStruct for a buffer that has to grow.
func (plan *readPlan) appendStruct(buf []byte, e unsafe.Pointer) []byte {
	for j := range plan.steps {
		step := &plan.steps[j]
		f := unsafe.Add(e, step.offset)
		switch step.loader {
		case loadInt:
			buf = appendInt(buf, int64(*(*int)(f)))
		case loadInt64:
			buf = appendInt(buf, *(*int64)(f))
		case loadString:
			if text := *(*string)(f); step.html {
				buf = markup.AppendEscape(buf, text)
			} else {
				buf = append(buf, text...)
			}
		}
		buf = step.after.Append(buf)
	}
	return buf
}

// appendInts is AppendReads for a []int.
func (s *Sequence) appendInts(buf []byte, from, to int, plan *readPlan) ([]byte, int) {
	buf = plan.first.Append(buf)
	after := &plan.steps[0].after
	p, o, limit := unsafe.Pointer(unsafe.SliceData(buf)), len(buf), cap(buf)-plan.room
	for _, i := range unsafe.Slice((*int)(s.v.p), s.n)[min(from, to):to] {
		if o > limit {
			buf = slices.Grow(buf[:o], (to-from)*plan.room)
			p, limit = unsafe.Pointer(unsafe.SliceData(buf)), cap(buf)-plan.room
		}
		o = after.put(p, putInt(p, o, int64(i)))
	}
	return plan.finish(buf[:o]), to
}

// mapAt is element i of a slice of map[string]any, or of a []any with such elements.
func (s *Sequence) mapAt(i int) (m map[string]any, ok bool) {
	p := unsafe.Add(s.v.p, uintptr(i)*s.et.size)
	if s.et.loader == loadAny {
		m, ok = (*(*any)(p)).(map[string]any)
		return m, ok
	}
	return *(*map[string]any)(p), true
}

// words of maps, for access without reflect
func (v Value) mapStringAny() map[string]any { return *(*map[string]any)(unsafe.Pointer(&v.p)) }
func (v Value) mapStringString() map[string]string {
	return *(*map[string]string)(unsafe.Pointer(&v.p))
}
func (v Value) mapStringInt() map[string]int { return *(*map[string]int)(unsafe.Pointer(&v.p)) }

// sameObject reports whether a and b share type, payload and memory.
func sameObject(a, b Value) bool { return a.t == b.t && a.n == b.n && a.p == b.p }

func (v Value) address() uintptr { return uintptr(v.p) }

// What is printed most goes word by word to the room that a buffer has behind it, without what append does for each
// piece. The functions below write at offset o of p, return where they have ended, and may write up to putSlack bytes
// more: whoever calls them has made sure of that room.

func load8(p unsafe.Pointer, i int) uint64 {
	return binary.LittleEndian.Uint64((*[8]byte)(unsafe.Add(p, i))[:])
}

func load4(p unsafe.Pointer, i int) uint64 {
	return uint64(binary.LittleEndian.Uint32((*[4]byte)(unsafe.Add(p, i))[:]))
}

func store4(p unsafe.Pointer, i int, x uint32) {
	binary.LittleEndian.PutUint32((*[4]byte)(unsafe.Add(p, i))[:], x)
}

func store8(p unsafe.Pointer, i int, x uint64) {
	binary.LittleEndian.PutUint64((*[8]byte)(unsafe.Add(p, i))[:], x)
}

// putSlack is how many bytes behind the end are written.
const putSlack = shortText

// escapedRoom is the room that putEscaped needs for a text of n bytes.
func escapedRoom(n int) int { return 5*n + putSlack }

// put writes the text.
func (t *Text) put(p unsafe.Pointer, o int) int {
	*(*[shortText]byte)(unsafe.Add(p, o)) = t.head
	if t.n > shortText {
		putString(p, o, t.s)
	}
	return o + t.n
}

// putString writes s and nothing behind it.
//
//go:noinline
func putString(p unsafe.Pointer, o int, s string) int {
	if s == "" {
		return o
	}
	return o + copy(unsafe.Slice((*byte)(unsafe.Add(p, o)), len(s)), s)
}

// intRoom is the room that putInt needs.
const intRoom = 20 + putSlack

// putInt writes the decimal digits of i.
func putInt(p unsafe.Pointer, o int, i int64) int {
	switch u := uint64(i); {
	case u < 10:
		*(*byte)(unsafe.Add(p, o)) = '0' + byte(u)
		return o + 1
	case u < 100:
		store4(p, o, pairs[u])
		return o + 2
	case u < 10000:
		return putPairs(p, o, u/100, uint64(pairs[u%100]), 2)
	case u < 1e6:
		hi, lo := u/10000, u%10000
		return putPairs(p, o, hi, uint64(pairs[lo/100])|uint64(pairs[lo%100])<<16, 4)
	}
	return len(strconv.AppendInt(unsafe.Slice((*byte)(p), o+intRoom)[:o], i, 10))
}

// putPairs writes one or two digits, hi, and the n that are in lo.
func putPairs(p unsafe.Pointer, o int, hi, lo uint64, n int) int {
	x := uint64(pairs[hi%100]) | lo<<16
	if hi < 10 {
		store8(p, o, x>>8)
		return o + 1 + n
	}
	store8(p, o, x)
	return o + 2 + n
}

// putEscaped writes s as markup.AppendEscape does.
func putEscaped(p unsafe.Pointer, o int, s string) int {
	q, n, i := unsafe.Pointer(unsafe.StringData(s)), len(s), 0
	var x uint64 // what is left in the end, with zeros above
	switch {
	case n >= 8:
		for n-i >= 16 { // two words at a time, as the constants of marks are many
			x, y := load8(q, i), load8(q, i+8)
			store8(p, o, x)
			store8(p, o+8, y)
			a, b := marks(x), marks(y)
			if (a|b)&topBits == 0 {
				i, o = i+16, o+16
				continue
			}
			if a = a &^ x & topBits; a == 0 {
				if a = b &^ y & topBits; a == 0 {
					i, o = i+16, o+16
					continue
				}
				x, i, o = y, i+8, o+8
			}
			bit := bits.TrailingZeros64(a) // of the highest bit of the character
			r := &references[x>>((bit-7)&63)%32]
			o += bit >> 3
			store8(p, o, r.word)
			i, o = i+bit>>3+1, o+r.n
		}
		for n-i > 8 { // the second word is the end of the text, with zeros above
			x, y := load8(q, i), load8(q, n-8)>>((128-8*(n-i))&63)
			store8(p, o, x)
			store8(p, o+8, y)
			a, b := marks(x), marks(y)
			if (a|b)&topBits == 0 {
				return o + n - i
			}
			if a = a &^ x & topBits; a == 0 {
				i, o = i+8, o+8
				break
			}
			bit := bits.TrailingZeros64(a)
			r := &references[x>>((bit-7)&63)%32]
			o += bit >> 3
			store8(p, o, r.word)
			i, o = i+bit>>3+1, o+r.n
		}
		if i == n {
			return o
		}
		x = load8(q, n-8) >> ((64 - 8*(n-i)) & 63)
	case n >= 4:
		x = load4(q, 0) | load4(q, n-4)<<((8*(n-4))&63)
	case n > 0:
		x = uint64(s[0]) | uint64(s[n/2])<<((8*(n/2))&63) | uint64(s[n-1])<<((8*(n-1))&63)
	}
	for {
		store8(p, o, x)
		a := marks(x) &^ x & topBits
		if a == 0 {
			return o + n - i
		}
		bit := bits.TrailingZeros64(a)
		r := &references[x>>((bit-7)&63)%32]
		o += bit >> 3
		store8(p, o, r.word)
		if i, o = i+bit>>3+1, o+r.n; i == n {
			return o
		}
		x = x >> ((bit - 7) & 63) >> 8
	}
}

// putCased is putEscaped, or putString without html, for a text whose letters of one case become those of the other. ok
// is false for texts beyond ASCII.
func putCased(p unsafe.Pointer, o int, s string, c *letters, html bool) (end int, ok bool) {
	q, n, i := unsafe.Pointer(unsafe.StringData(s)), len(s), 0
	for i < n {
		var x uint64
		left := min(n-i, 8)
		switch {
		case left == 8:
			x = load8(q, i)
		case n >= 8:
			x = load8(q, n-8) >> ((64 - 8*left) & 63)
		default:
			x = loadFew(unsafe.Add(q, i), left)
		}
		if x&topBits != 0 {
			return o, false
		}
		x = c.swap(x)
		store8(p, o, x)
		if html {
			if a := marks(x) &^ x & topBits; a != 0 {
				bit := bits.TrailingZeros64(a)
				r := &references[x>>((bit-7)&63)%32]
				o += bit >> 3
				store8(p, o, r.word)
				i, o = i+bit>>3+1, o+r.n
				continue
			}
		}
		i, o = i+left, o+left
	}
	return o, true
}

// loadFew is a text of 0 < n < 8 bytes, with zeros above.
func loadFew(q unsafe.Pointer, n int) uint64 {
	if n >= 4 {
		return load4(q, 0) | load4(q, n-4)<<((8*(n-4))&63)
	}
	a, b, c := *(*byte)(q), *(*byte)(unsafe.Add(q, n/2)), *(*byte)(unsafe.Add(q, n-1))
	return uint64(a) | uint64(b)<<((8*(n/2))&63) | uint64(c)<<((8*(n-1))&63)
}

// appendCased appends s as putCased writes it. It appends nothing when ok is false.
func appendCased(buf []byte, s string, c *letters, html bool) (_ []byte, ok bool) {
	start := len(buf)
	for {
		part := s[:min(len(s), 256)] // not to ask for the room of the worst case of a long text
		n, room := len(buf), escapedRoom(len(part))
		if cap(buf)-n < room {
			buf = slices.Grow(buf, room)
		}
		if n, ok = putCased(unsafe.Pointer(unsafe.SliceData(buf)), n, part, c, html); !ok {
			return buf[:start], false
		}
		if buf, s = buf[:n], s[len(part):]; s == "" {
			return buf, true
		}
	}
}

// AppendText is markup.AppendEscape for a buffer that has room in most cases.
func AppendText(buf []byte, s string) []byte {
	if cap(buf)-len(buf) < escapedRoom(len(s)) {
		return markup.AppendEscape(buf, s)
	}
	return buf[:putEscaped(unsafe.Pointer(unsafe.SliceData(buf)), len(buf), s)]
}
