package value

import "github.com/dewar-go/dewar/markup"

type repr uint8

const (
	reprNone repr = iota
	reprString
	reprSlice
	reprObject
	reprStruct
	reprWord
)

// Type describes the values of one type. There is one Type for each type of the language and for each Go type that was
// seen. They live as long as the process.
type Type struct {
	kind Kind
	repr repr
	safe markup.Kind // the place where a text of the type is safe
	name string      // Python's name of the type
	goType
}

func newType(k Kind, r repr, name string) *Type { return &Type{kind: k, repr: r, name: name} }

var (
	undefinedType = newType(KindUndefined, reprObject, "Undefined")
	noneType      = newType(KindNone, reprNone, "NoneType")
	boolType      = newType(KindBool, reprNone, "bool")
	intType       = newType(KindInt, reprNone, "int")
	bigType       = newType(KindBig, reprObject, "int")
	floatType     = newType(KindFloat, reprNone, "float")
	complexType   = newType(KindComplex, reprObject, "complex")
	stringType    = newType(KindString, reprString, "str")
	bytesType     = newType(KindBytes, reprSlice, "bytes")
	listType      = newType(KindList, reprObject, "list")
	tupleType     = newType(KindTuple, reprSlice, "tuple")
	dictType      = newType(KindDict, reprObject, "dict")
	setType       = newType(KindSet, reprObject, "set")
	rangeType     = newType(KindRange, reprObject, "range")
	funcType      = newType(KindFunc, reprObject, "function")
	iteratorType  = newType(KindIterator, reprObject, "generator")
	typeType      = newType(KindType, reprObject, "type")
	timeType      = newType(KindTime, reprObject, "datetime.datetime")
	dateType      = newType(KindDate, reprObject, "datetime.date")
	clockType     = newType(KindClock, reprObject, "datetime.time")
	durationType  = newType(KindDuration, reprNone, "datetime.timedelta")
)

// Type returns the descriptor of v's type.
func (v Value) Type() *Type {
	if v.t == nil {
		return undefinedType
	}
	return v.t
}

// Kind returns the kind of the values of this type.
func (t *Type) Kind() Kind { return t.kind }

// Name returns Python's name of the type, the Go name for a Go type.
func (t *Type) Name() string { return t.name }

// TypeName returns the type name that CPython's error texts show: int, str, datetime.datetime.
func TypeName(v Value) string {
	switch v.Kind() {
	case KindUndefined:
		return v.undef().Mode.String()
	case KindIterator:
		return raw[iteratorBox](v).name
	case KindObject:
		if n, ok := v.Any().(TypeNamer); ok {
			return n.TypeName()
		}
	case KindFunc:
		if f := raw[Function](v); f.ofMarkup() {
			return "method"
		} else if f.Bound {
			return "builtin_function_or_method"
		}
	}
	return v.Type().name
}

// QualifiedTypeName returns the type name with its module, as Jinja's messages about missing
// attributes show it: int, markupsafe.Markup, jinja2.runtime.Undefined.
func QualifiedTypeName(v Value) string {
	switch v.Kind() {
	case KindUndefined:
		return "jinja2.runtime." + TypeName(v)
	case KindMarkup:
		return "markupsafe.Markup"
	case KindObject:
		if n, ok := v.Any().(interface{ QualifiedTypeName() string }); ok {
			return n.QualifiedTypeName()
		}
	}
	return TypeName(v)
}
