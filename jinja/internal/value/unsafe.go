package value

import (
	"reflect"
	"unsafe"

	"github.com/dewar-go/dewar/jinja/internal/output"
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

// The flags in n of reprStruct values.
const (
	addressable = 1 << iota // the memory at p may change, and methods with pointer receivers get p
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

// wordOf returns the type word of interfaces that hold an rt. direct reports whether such an interface holds the value
// itself (pointer-shaped types) and not a pointer to it.
func wordOf(rt reflect.Type) (word unsafe.Pointer, direct bool) {
	x := reflect.Zero(rt).Interface()
	e := efaceOf(&x)
	// Only a pointer-shaped type has a nil data word for its zero value.
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

// raw returns the object of a reprObject value. T must be the type that v.t stands for.
func raw[T any](v Value) *T { return (*T)(v.p) }

// load reads the Go value of type t.rt at p. A struct is not copied: its Value gets the flags.
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
	case loadObject: // an object that is pointer-shaped
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
	// Interfaces with methods, complex numbers and json.Number are rare: use reflection.
	return loadReflect(reflect.NewAt(t.rt, p).Elem())
}

// ofAny returns the Value of x, whose Type is t.
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
	// A struct or array that is a single pointer: it needs an address.
	p := new(unsafe.Pointer)
	*p = e.data
	return t.load(unsafe.Pointer(p), 0)
}

// ofMap and ofSlice are Of for the types that encoding/json decodes into.
func ofMap(m map[string]any) Value {
	return Value{anyMapType, 0, *(*unsafe.Pointer)(unsafe.Pointer(&m))}
}

func ofSlice(s []any) Value {
	return Value{anySliceType, uint64(len(s)), unsafe.Pointer(unsafe.SliceData(s))}
}

// typeWord returns the type word of x. It is the key of the cache of types.
func typeWord(x *any) unsafe.Pointer { return efaceOf(x).word }

type typeKey = unsafe.Pointer

// goAny returns the Go value of a reprStruct, reprWord or reprSlice value of a Go type. A value in addressable memory
// is copied.
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

// receiver returns the Go value of a reprStruct value for calling a method of t.rt or *t.rt: a pointer when v is
// addressable. It must not be kept.
func (v Value) receiver() any {
	if v.n != 0 {
		return makeAny(v.t.ptrWord, v.p)
	}
	if v.t.direct {
		return makeAny(v.t.word, *(*unsafe.Pointer)(v.p))
	}
	return makeAny(v.t.word, v.p)
}

// reflected returns the Go value of a reprStruct value as addressable memory of type t.rt.
func (v Value) reflected() reflect.Value { return reflect.NewAt(v.t.rt, v.p).Elem() }

// field reads field f of the struct at v.p.
func (v Value) field(f *goField) Value {
	p := unsafe.Add(v.p, f.offset)
	for s := f.next; s != nil; s = s.next { // follow embedded pointers
		p = *(*unsafe.Pointer)(p)
		if p == nil {
			return None
		}
		p = unsafe.Add(p, s.offset)
	}
	return f.typ.load(p, v.n&addressable)
}

// read reads the field of e from v, whose type is e.t.
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
	case loadTime:
		return Value{timeType, 0, unsafe.Add(v.p, e.offset)}, true
	case loadKey:
		return raw[Dict](v).GetString(e.key)
	case loadMapKey:
		return v.mapGetString(e.key)
	}
	return v.field(e.f), true
}

// AppendEscaped appends what Lookup finds, escaped as the function [AppendEscaped] does, without making a Value. ok is
// false when the entry does not fit v or the value needs more; then nothing is appended.
func (s *Site) AppendEscaped(buf []byte, v Value, name string) (_ []byte, ok bool) {
	e := s.p.Load()
	if e == nil || e.t != v.t || e.f == nil {
		return s.appendDirect(buf, v, name)
	}
	p := unsafe.Add(v.p, e.offset)
	switch {
	case e.loader == loadString && e.as == stringType:
		return markup.AppendEscape(buf, *(*string)(p)), true
	case e.loader == loadInt && e.as == intType:
		return output.AppendInt(buf, int64(*(*int)(p))), true
	case e.loader == loadString && e.as == htmlType:
		return append(buf, *(*string)(p)...), true
	}
	return buf, false
}

// elem returns element i of a Go slice or array.
func (v Value) elem(i int) Value {
	t := v.t.target()
	return t.load(unsafe.Add(v.p, uintptr(i)*t.size), addressable)
}

// structAt returns element i of a slice of structs.
func (s *Sequence) structAt(i int) Value {
	if uint(i) >= uint(s.n) {
		panic("value: index out of range")
	}
	return Value{s.et, addressable, unsafe.Add(s.v.p, uintptr(i)*s.et.size)}
}

// elem returns element i of a Go slice or array.
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

// The map of a reprWord value, read without reflection.
func (v Value) mapStringAny() map[string]any { return *(*map[string]any)(unsafe.Pointer(&v.p)) }
func (v Value) mapStringString() map[string]string {
	return *(*map[string]string)(unsafe.Pointer(&v.p))
}
func (v Value) mapStringInt() map[string]int { return *(*map[string]int)(unsafe.Pointer(&v.p)) }

// sameObject reports whether a and b have the same type, number and pointer.
func sameObject(a, b Value) bool { return a.t == b.t && a.n == b.n && a.p == b.p }

func (v Value) address() uintptr { return uintptr(v.p) }
