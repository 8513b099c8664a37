package value

// Kind is the type of a Value in Python's terms.
type Kind uint8

const (
	KindUndefined Kind = iota
	KindNone
	KindBool
	KindInt
	KindBig
	KindFloat
	KindComplex
	KindString
	KindMarkup
	KindBytes
	KindList
	KindTuple
	KindDict
	KindSet
	KindRange
	KindFunc
	KindIterator // generators and iterators: can be consumed once
	KindView     // dict.keys(), dict.values(), dict.items()
	KindType     // what __class__ returns
	KindTime     // time.Time, a datetime
	KindDate     // the date part of a time.Time
	KindClock    // the time-of-day part of a time.Time
	KindDuration // time.Duration, a timedelta
	KindObject   // a Go type that implements an interface of this package (Attrer, Caller, …)
	KindStruct   // any other Go value: structs, pointers to structs, opaque values
	KindSlice    // Go slices and arrays
	KindMap      // Go maps
	KindGoFunc   // Go functions
	KindSeq      // iter.Seq and iter.Seq2
)

var kindNames = [...]string{
	KindUndefined: "Undefined", KindNone: "NoneType", KindBool: "bool", KindInt: "int", KindBig: "int", KindFloat: "float",
	KindComplex: "complex", KindString: "str", KindMarkup: "Markup", KindBytes: "bytes", KindList: "list",
	KindTuple: "tuple", KindDict: "dict", KindSet: "set", KindRange: "range", KindFunc: "function",
	KindIterator: "generator", KindView: "dict view", KindType: "type", KindTime: "datetime", KindDate: "date", KindClock: "time",
	KindDuration: "timedelta", KindObject: "object", KindStruct: "struct", KindSlice: "list", KindMap: "dict",
	KindGoFunc: "function", KindSeq: "generator",
}

// String returns the name of the Python type that values of this kind have.
func (k Kind) String() string { return kindNames[k] }

// Kind returns the kind of v.
func (v Value) Kind() Kind {
	if v.t == nil {
		return KindUndefined
	}
	return v.t.kind
}

// IsUndefined reports whether v is an undefined value of any mode.
func (v Value) IsUndefined() bool { return v.t == nil || v.t.kind == KindUndefined }

// IsNone reports whether v is None.
func (v Value) IsNone() bool { return v.t == noneType }

// IsString reports whether v is a str, Markup included.
func (v Value) IsString() bool {
	return v.t != nil && (v.t.kind == KindString || v.t.kind == KindMarkup)
}

// IsInteger reports whether v is an int (bool excluded).
func (v Value) IsInteger() bool { return v.t != nil && (v.t.kind == KindInt || v.t.kind == KindBig) }

// IsNumber reports whether v is a bool, int, float or complex.
func (v Value) IsNumber() bool {
	return v.t != nil && v.t.kind >= KindBool && v.t.kind <= KindComplex
}

// IsMapping reports whether v is a dict or a Go map.
func (v Value) IsMapping() bool {
	k := v.Kind()
	return k == KindDict || k == KindMap
}

// IsPlain reports whether v is None, undefined, or a bool, int, float, str or Markup of the language. Using it runs no
// code of a Go type.
func (v Value) IsPlain() bool {
	switch v.t {
	case nil, noneType, boolType, intType, floatType, stringType, htmlType:
		return true
	}
	return v.t.kind == KindUndefined
}
