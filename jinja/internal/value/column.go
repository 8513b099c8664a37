package value

// ChunkSize is how many elements of a sequence are read into a column at once: as many as a Mask has bits.
const ChunkSize = 64

// A Mask has one bit for each element of a chunk, the lowest for the first.
type Mask = uint64

// Columns of numbers, one for each element of a chunk. Those behind the last element of a short chunk hold anything.
type (
	Ints   = [ChunkSize]int64
	Floats = [ChunkSize]float64
)

// A Column says how to read a field of every element of a Go slice, an entry of every map or the elements themselves,
// without a Value for each. It belongs to the one type of elements that it was asked for.
type Column struct {
	kind   Kind
	html   bool // of KindString: the text is Markup
	loader loader
	offset uintptr
	key    string // of a column of maps
}

// A Field prints a column behind a text. The zero Column stands for the number of the element, to which Plus is added.
type Field struct {
	Pre  Text
	Col  Column
	Plus int
}

// IsNumber reports whether the number of the element is printed.
func (f *Field) IsNumber() bool { return f.Col.loader == loadSlow }

// Kind is the kind of the values: bool, int, float, str or Markup.
func (c Column) Kind() Kind { return c.kind }

// Element identifies the type of the elements of a Go slice or array, nil for other sequences.
func (s *Sequence) Element() *Type {
	if s.kind == seqSlice || s.kind == seqStructs {
		return s.et
	}
	return nil
}

// Column returns the column of the field that environment.getattr finds under the name in elements that are structs,
// pointers to them or maps, of the elements themselves for the name "". ok is false for what is no plain number, text or truth
// value, or takes more than a read of the memory of the element.
func (s *Sequence) Column(name string) (c Column, ok bool) {
	et := s.Element()
	if et == nil {
		return c, false
	}
	if s.Keyed() {
		return s.typedCell(name)
	}
	if name == "" {
		return newColumn(et.loader, et.as, 0)
	}
	if et.loader == loadPointer {
		et = et.target()
	}
	if et.kind != KindStruct || et.repr != reprStruct || et.loader != loadStruct {
		return c, false
	}
	e := et.attrInfo().entry(et, name)
	if e == nil || e.f.next != nil {
		return c, false
	}
	return newColumn(e.f.typ.loader, e.as, e.offset)
}

func newColumn(l loader, as *Type, offset uintptr) (c Column, ok bool) {
	c = Column{loader: l, offset: offset}
	switch as {
	case boolType, intType, floatType, stringType:
		c.kind = as.kind
	case htmlType:
		c.kind, c.html = KindMarkup, true
	}
	switch l {
	case loadBool, loadInt, loadInt8, loadInt16, loadInt32, loadInt64, loadUint8, loadUint16, loadUint32, loadFloat64, loadString:
		return c, c.kind != KindUndefined
	}
	return c, false
}

// IsPlain reports whether v is None, an undefined value, or a bool, int, float, str or Markup of the language: its use
// runs no code of a Go type.
func (v Value) IsPlain() bool {
	switch v.t {
	case nil, noneType, boolType, intType, floatType, stringType, htmlType:
		return true
	}
	return v.t.kind == KindUndefined
}

// PlainField reports whether a field of the elements is plain (see [Value.IsPlain]) or a slice of what is. Of maps it
// says whether there is a column; that the values are plain has to be asked for each element: [Sequence.PlainCells].
func (s *Sequence) PlainField(name string) bool {
	if s.Keyed() {
		_, ok := s.Cell(name)
		return ok
	}
	if _, ok := s.Column(name); ok {
		return true
	}
	et := s.Element()
	if et == nil || name == "" {
		return false
	}
	if et.loader == loadPointer {
		et = et.target()
	}
	if et.kind != KindStruct || et.repr != reprStruct || et.loader != loadStruct {
		return false
	}
	e := et.attrInfo().entry(et, name)
	if e == nil {
		return false
	}
	t := e.f.typ
	if t.kind == KindSlice && t.loader == loadSlice {
		t = t.target()
	}
	switch t.as {
	case boolType, intType, floatType, stringType, htmlType:
		return true
	}
	return false
}

// PlainText returns the text of a str of the language itself: of no Markup and no named Go type.
func (v Value) PlainText() (string, bool) {
	if v.t == stringType {
		return v.rawString(), true
	}
	return "", false
}
