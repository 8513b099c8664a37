package value

// Read is one output of a loop body that prints nothing but its element: text, then the element
// itself or, with a Site, an attribute of it.
type Read struct {
	Pre  Text
	Site *Site
	Name string
}

// readStep is a Read for elements of one type.
type readStep struct {
	offset uintptr
	loader loader
	safe   bool
}

// AppendReads prints the elements from <= i < to of a Go slice as a loop with the body reads and
// post does, escaped with html. It returns the number of the first element that it has not printed,
// for which the general way has to be gone: from when the type of the elements is not one of those
// it knows, which are structs, pointers to them, map[string]any, and ints and strings themselves.
func (s *Sequence) AppendReads(buf []byte, from, to int, reads []Read, post *Text, html bool) ([]byte, int) {
	if len(reads) == 1 && s.kind == seqSlice && s.et.loader == loadInt && s.et.as == intType && reads[0].Site == nil {
		return s.appendInts(buf, from, min(to, s.n), &reads[0].Pre, post)
	}
	var plan [8]readStep
	if s.kind != seqStructs && s.kind != seqSlice || len(reads) > len(plan) {
		return buf, from
	}
	et := s.et
	if et.loader == loadPointer {
		et = et.target()
	}
	isMap := et.mapOf == mapStringAny && et.kind == KindMap && s.et == et && len(et.attrInfo().methods) == 0
	for i := range reads {
		r := &reads[i]
		step := &plan[i]
		if isMap {
			if r.Site == nil || !isKey(Value{t: et}, r.Name) {
				return buf, from
			}
			continue
		}
		as := et.as
		step.loader = et.loader
		if r.Site != nil {
			e := r.Site.entry(et, r.Name)
			if e == nil {
				return buf, from
			}
			step.offset, step.loader, as = e.offset, e.loader, e.as
		}
		switch step.loader {
		case loadInt, loadInt64:
			if as != intType {
				return buf, from
			}
		case loadString:
			if as != stringType && as != htmlType {
				return buf, from
			}
			step.safe = as == htmlType
		default:
			return buf, from
		}
	}
	to = min(to, s.n)
	if isMap {
		return s.appendMaps(buf, from, to, reads, post, html)
	}
	return s.appendStructs(buf, from, to, reads, plan[:len(reads)], post, html)
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
