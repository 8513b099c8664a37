package value

import (
	"encoding/json"
	"fmt"
	"math/big"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dewar-go/dewar/markup"
)

// loader says how a Go value in memory is read as a Value.
type loader uint8

const (
	loadSlow loader = iota // through reflect
	loadBool
	loadInt
	loadInt8
	loadInt16
	loadInt32
	loadInt64
	loadUint8
	loadUint16
	loadUint32
	loadUint64
	loadFloat32
	loadFloat64
	loadString
	loadBytes
	loadStruct
	loadPointer
	loadObject
	loadAny
	loadSlice
	loadArray
	loadWord
	loadTime
	loadValue
	loadKey    // only in a siteEntry: a key of a dict
	loadMapKey // only in a siteEntry: a key of a Go map
)

// caps are the interfaces that a Go type implements.
type caps uint32

const (
	capStringer caps = 1 << iota
	capError
	capHTMLer
	capLener
	capTruther
	capAttrer
	capItemer
	capIterable
	capCaller
	capTypeNamer
	capComparer
	capContainer
	capReprer
	capHasher
	capHTMLAppender
)

// objectCaps are the interfaces that make a Go type an object of the language. The others are too common among Go
// types.
const objectCaps = capAttrer | capItemer | capIterable | capCaller | capTypeNamer | capComparer | capContainer

// goType is the part of a Type that describes a Go type.
type goType struct {
	rt            reflect.Type
	as            *Type // the type of the values that load returns: t itself, or a type of the language
	loader        loader
	direct        bool    // an interface holds the value itself and not a pointer to it
	word          typeKey // the type word of interfaces that hold an rt
	ptrWord       typeKey // the type word of interfaces that hold an *rt
	size          uintptr
	caps, ptrCaps caps // the interfaces of rt and of *rt
	mapOf         mapOf
	elem          atomic.Pointer[Type] // the type of the elements of a slice or array, or of what a pointer points to
	attrs         atomic.Pointer[goAttrs]
}

type mapOf uint8

const (
	mapOther mapOf = iota
	mapStringAny
	mapStringString
	mapStringInt
)

// target returns the type of a slice's elements or of what a pointer points to.
func (t *Type) target() *Type {
	if e := t.elem.Load(); e != nil {
		return e
	}
	e := typeOf(t.rt.Elem())
	t.elem.Store(e)
	return e
}

var goTypes struct {
	byWord [1024]atomic.Pointer[Type] // a hash table of those that values have had
	byType sync.Map                   // reflect.Type -> *Type
}

// typeOfAny returns the Type of the value in x.
func typeOfAny(x *any) *Type {
	w := typeWord(x)
	h := uintptr(w) >> 5
	for i := range uintptr(4) {
		slot := &goTypes.byWord[(h+i)%uintptr(len(goTypes.byWord))]
		t := slot.Load()
		if t == nil {
			t = typeOf(reflect.TypeOf(*x))
			slot.CompareAndSwap(nil, t)
			return t
		}
		if t.word == w {
			return t
		}
	}
	return typeOf(reflect.TypeOf(*x))
}

// typeOf returns the Type of a Go type. There is one for each.
func typeOf(rt reflect.Type) *Type {
	if t, ok := goTypes.byType.Load(rt); ok {
		return t.(*Type)
	}
	t, _ := goTypes.byType.LoadOrStore(rt, makeType(rt))
	return t.(*Type)
}

var (
	rtValue      = reflect.TypeFor[Value]()
	rtTime       = reflect.TypeFor[time.Time]()
	rtDuration   = reflect.TypeFor[time.Duration]()
	rtBig        = reflect.TypeFor[big.Int]()
	rtJSONNumber = reflect.TypeFor[json.Number]()
	rtStringer   = reflect.TypeFor[fmt.Stringer]()
	rtError      = reflect.TypeFor[error]()
)

var capTypes = []struct {
	cap caps
	rt  reflect.Type
}{
	{capStringer, rtStringer},
	{capError, rtError},
	{capHTMLer, reflect.TypeFor[HTMLer]()},
	{capLener, reflect.TypeFor[Lener]()},
	{capTruther, reflect.TypeFor[Truther]()},
	{capAttrer, reflect.TypeFor[Attrer]()},
	{capItemer, reflect.TypeFor[Itemer]()},
	{capIterable, reflect.TypeFor[Iterable]()},
	{capCaller, reflect.TypeFor[Caller]()},
	{capTypeNamer, reflect.TypeFor[TypeNamer]()},
	{capComparer, reflect.TypeFor[Comparer]()},
	{capContainer, reflect.TypeFor[Container]()},
	{capReprer, reflect.TypeFor[Reprer]()},
	{capHasher, reflect.TypeFor[Hasher]()},
	{capHTMLAppender, reflect.TypeFor[HTMLAppender]()},
}

func capsOf(rt reflect.Type) (c caps) {
	if rt.NumMethod() == 0 {
		return 0
	}
	for _, ct := range capTypes {
		if rt.Implements(ct.rt) {
			c |= ct.cap
		}
	}
	return c
}

// languageTypes maps Go types whose pointers are values of the language to their Type.
var languageTypes = map[reflect.Type]*Type{
	reflect.TypeFor[List]():     listType,
	reflect.TypeFor[Dict]():     dictType,
	reflect.TypeFor[Set]():      setType,
	reflect.TypeFor[Range]():    rangeType,
	reflect.TypeFor[Function](): funcType,
	reflect.TypeFor[Undef]():    undefinedType,
}

var safeTypes = map[reflect.Type]markup.Kind{
	reflect.TypeFor[markup.HTML]():        markup.KindHTML,
	reflect.TypeFor[markup.Attrs]():       markup.KindAttrs,
	reflect.TypeFor[markup.URL]():         markup.KindURL,
	reflect.TypeFor[markup.ResourceURL](): markup.KindResourceURL,
	reflect.TypeFor[markup.JS]():          markup.KindJS,
	reflect.TypeFor[markup.CSS]():         markup.KindCSS,
	reflect.TypeFor[markup.JSON]():        markup.KindJSON,
}

var basicLoaders = map[reflect.Kind]struct {
	loader loader
	as     *Type
}{
	reflect.Bool: {loadBool, boolType}, reflect.String: {loadString, stringType},
	reflect.Int: {loadInt, intType}, reflect.Int8: {loadInt8, intType}, reflect.Int16: {loadInt16, intType},
	reflect.Int32: {loadInt32, intType}, reflect.Int64: {loadInt64, intType},
	reflect.Uint: {loadUint64, intType}, reflect.Uint8: {loadUint8, intType}, reflect.Uint16: {loadUint16, intType},
	reflect.Uint32: {loadUint32, intType}, reflect.Uint64: {loadUint64, intType}, reflect.Uintptr: {loadUint64, intType},
	reflect.Float32: {loadFloat32, floatType}, reflect.Float64: {loadFloat64, floatType},
}

func makeType(rt reflect.Type) *Type {
	t := &Type{kind: KindStruct, repr: reprStruct, name: goTypeName(rt)}
	t.rt, t.as, t.size, t.caps = rt, t, rt.Size(), capsOf(rt)
	if rt.Kind() != reflect.Interface {
		t.word, t.direct = wordOf(rt)
		t.ptrWord, _ = wordOf(reflect.PointerTo(rt))
		t.ptrCaps = capsOf(reflect.PointerTo(rt))
	}
	switch rt {
	case rtValue:
		t.loader = loadValue
		return t
	case rtTime:
		t.loader = loadTime
		return t
	case rtDuration:
		t.loader, t.as = loadInt64, durationType
		return t
	case rtJSONNumber:
		return t
	}
	if k, ok := safeTypes[rt]; ok {
		t.loader, t.as = loadString, markupTypes[k]
		return t
	}
	if isNullable(rt) {
		return t
	}
	t.loader = loadStruct
	if t.caps&objectCaps != 0 && rt.Kind() != reflect.Interface {
		t.kind = KindObject
		if t.direct && rt.Kind() != reflect.Struct && rt.Kind() != reflect.Array {
			t.loader, t.repr = loadObject, reprWord
		}
		return t
	}
	if b, ok := basicLoaders[rt.Kind()]; ok {
		t.loader, t.as = b.loader, b.as
		if rt.NumMethod() > 0 {
			t.kind, t.repr, t.as = b.as.kind, b.as.repr, t
			if rt.Kind() == reflect.Float32 { // the bits of a float32 are not those that a Value holds
				t.kind, t.repr, t.loader, t.as = KindStruct, reprStruct, loadStruct, t
			}
		}
		return t
	}
	t.makeComposite(rt)
	return t
}

func (t *Type) makeComposite(rt reflect.Type) {
	switch rt.Kind() {
	case reflect.Pointer:
		t.loader = loadPointer
		if lt, ok := languageTypes[rt.Elem()]; ok {
			t.loader, t.as = loadObject, lt
		} else if rt.Elem() == rtBig {
			t.loader = loadSlow
		}
	case reflect.Interface:
		t.loader = loadSlow
		if rt.NumMethod() == 0 {
			t.loader = loadAny
		}
	case reflect.Slice:
		t.kind, t.repr, t.loader = KindSlice, reprSlice, loadSlice
		if rt.Elem().Kind() == reflect.Uint8 && rt.NumMethod() == 0 {
			t.loader = loadBytes
		}
	case reflect.Array:
		t.kind, t.repr, t.loader = KindSlice, reprSlice, loadArray
	case reflect.Map:
		t.kind, t.repr, t.loader = KindMap, reprWord, loadWord
		if rt.Key() == reflect.TypeFor[string]() {
			switch rt.Elem() {
			case reflect.TypeFor[any]():
				t.mapOf = mapStringAny
			case reflect.TypeFor[string]():
				t.mapOf = mapStringString
			case reflect.TypeFor[int]():
				t.mapOf = mapStringInt
			}
		}
	case reflect.Func:
		t.kind, t.repr, t.loader = KindGoFunc, reprWord, loadWord
		if isSeq(rt) {
			t.kind = KindSeq
		}
	case reflect.Chan, reflect.UnsafePointer:
		t.repr, t.loader = reprWord, loadWord
	case reflect.Complex64, reflect.Complex128:
		t.loader = loadSlow
	}
	switch t.kind {
	case KindSlice:
		t.name = "list"
	case KindMap:
		t.name = "dict"
	case KindGoFunc:
		t.name = "function"
	case KindSeq:
		t.name = "generator"
	}
}

// isNullable reports whether rt is a value of a database that may be NULL: sql.NullString, sql.Null and their like.
func isNullable(rt reflect.Type) bool {
	if rt.Kind() != reflect.Struct || rt.NumField() < 2 || !rt.Field(0).IsExported() {
		return false
	}
	m, ok := rt.MethodByName("Value")
	valid := rt.Field(rt.NumField() - 1)
	return ok && valid.Name == "Valid" && valid.Type.Kind() == reflect.Bool && m.Type.NumOut() == 2 && m.Type.Out(0).String() == "driver.Value"
}

// isSeq reports whether rt is an iter.Seq or iter.Seq2.
func isSeq(rt reflect.Type) bool {
	return (rt.CanSeq() || rt.CanSeq2()) && rt.Kind() == reflect.Func
}

// goTypeName returns the name of the type without its package.
func goTypeName(rt reflect.Type) string {
	for rt.Kind() == reflect.Pointer && rt.Name() == "" {
		rt = rt.Elem()
	}
	if rt.Name() != "" {
		return rt.Name()
	}
	return rt.String()
}
