package value

import (
	"reflect"
	"sync/atomic"
)

// anyMapType is the type of what a JSON object is decoded to.
var anyMapType = typeOf(reflect.TypeFor[map[string]any]())

// Read is one output of a loop body that prints nothing but its element: text, then the element
// itself or, with a Site, an attribute of it.
type Read struct {
	Pre   Text
	Site  *Site
	Name  string
	Place Place
}

// Place says what a Read may print in a short way.
type Place uint8

// The places.
const (
	InText  Place = iota // all there is a short way for
	InQuote              // all but Markup, which has to be escaped too
)

// Reads is a loop body of nothing but [Read]s. It may be used by many goroutines.
type Reads struct {
	Reads []Read
	Post  Text // behind the last one
	HTML  bool // what is printed is escaped

	plan atomic.Pointer[readPlan] // for the last type of elements
}

// readPlan is how Reads are done for elements of one type. The text before the first step is written once, and then
// behind each element, in one piece with the text that stands there; the last one is taken away again.
type readPlan struct {
	et    *Type // of the elements
	kind  readKind
	first Text
	steps []readStep
	html  bool
	room  int // for one element without the texts that it has itself
}

type readKind uint8

const (
	readNothing readKind = iota // the general way has to be gone
	readStructs
	readMaps
	readInts
)

// readStep is a Read for elements of one type.
type readStep struct {
	offset uintptr
	loader loader
	html   bool // the text is escaped
	name   string
	after  Text
}

// AppendReads prints the elements from <= i < to of a Go slice as a loop with the body r does. It
// returns the number of the first element that it has not printed,
// for which the general way has to be gone: from when the type of the elements is not one of those
// it knows, which are structs, pointers to them, map[string]any, and ints and strings themselves.
func (s *Sequence) AppendReads(buf []byte, from, to int, r *Reads) ([]byte, int) {
	if s.kind != seqStructs && s.kind != seqSlice {
		return buf, from
	}
	p := r.plan.Load()
	if p == nil || p.et != s.et {
		p = r.planFor(s.et)
		r.plan.Store(p)
	}
	to = min(to, s.n)
	switch p.kind {
	case readInts:
		return s.appendInts(buf, from, to, p)
	case readMaps:
		return s.appendMaps(buf, from, to, p)
	case readStructs:
		return s.appendStructs(buf, from, to, p)
	}
	return buf, from
}

func (r *Reads) planFor(elem *Type) *readPlan {
	p := &readPlan{et: elem, first: r.Reads[0].Pre, steps: make([]readStep, len(r.Reads)), html: r.HTML, room: putSlack}
	et := elem
	if et.loader == loadAny {
		et = anyMapType // of what JSON becomes
	}
	if et.loader == loadPointer {
		et = et.target()
	}
	isMap := et.mapOf == mapStringAny && et.kind == KindMap && elem.loader != loadPointer && len(et.attrInfo().methods) == 0
	for i := range r.Reads {
		x := &r.Reads[i]
		step := &p.steps[i]
		*step = readStep{loader: et.loader, name: x.Name, after: NewText(r.Post.s + p.first.s)}
		if i+1 < len(r.Reads) {
			step.after = r.Reads[i+1].Pre
		}
		p.room += step.after.n + intRoom
		if isMap {
			if x.Site == nil || !isKey(Value{t: et}, x.Name) {
				return &readPlan{et: elem}
			}
			continue
		}
		as := et.as
		if x.Site != nil {
			e := x.Site.entry(et, x.Name)
			if e == nil {
				return &readPlan{et: elem}
			}
			step.offset, step.loader, as = e.offset, e.loader, e.as
		}
		switch step.loader {
		case loadInt, loadInt64:
			if as != intType {
				return &readPlan{et: elem}
			}
		case loadString:
			if as != stringType && as != htmlType || as == htmlType && x.Place != InText {
				return &readPlan{et: elem}
			}
			step.html = r.HTML && as == stringType
		default:
			return &readPlan{et: elem}
		}
	}
	switch {
	case isMap:
		p.kind = readMaps
	case len(r.Reads) == 1 && elem.loader == loadInt && elem.as == intType && r.Reads[0].Site == nil:
		p.kind = readInts
	default:
		p.kind = readStructs
	}
	return p
}

// finish takes away the text before an element that does not follow.
func (p *readPlan) finish(buf []byte) []byte { return buf[:len(buf)-p.first.n] }

// appendMaps is AppendReads for maps.
func (s *Sequence) appendMaps(buf []byte, from, to int, p *readPlan) ([]byte, int) {
	buf = p.first.Append(buf)
	for i := from; i < to; i++ {
		start := len(buf)
		m, ok := s.mapAt(i)
		for j := 0; ok && j < len(p.steps); j++ {
			step := &p.steps[j]
			switch x := m[step.name].(type) {
			case string:
				if p.html {
					buf = AppendText(buf, x)
				} else {
					buf = append(buf, x...)
				}
			case int:
				buf = appendInt(buf, int64(x))
			case float64:
				buf = AppendFloat(buf, x)
			default:
				ok = false
			}
			buf = step.after.Append(buf)
		}
		if !ok {
			return p.finish(buf[:start]), i
		}
	}
	return p.finish(buf), to
}

// entry is how the site reads its attribute of a struct type, nil when that is not a field.
func (s *Site) entry(t *Type, name string) *siteEntry {
	if e := s.p.Load(); e != nil && e.t == t {
		return e
	}
	if t.kind != KindStruct || t.repr != reprStruct {
		return nil
	}
	e := t.attrInfo().entry(t, name)
	if e != nil {
		s.p.Store(e)
	}
	return e
}
