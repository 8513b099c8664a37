package value

import (
	"reflect"

	"github.com/dewar-go/dewar/markup"
)

// # Columns of maps
//
// The elements of a slice of Go maps have columns too: the values of a key. What they are is only known when they are
// looked up, so that a column has the kind that the first of them has, and those that have another kind, or are absent,
// count as not known.

// Texts is a column of texts.
type Texts = [ChunkSize]string

// Cells are the elements of a chunk of a [Sequence.Keyed] sequence.
type Cells struct {
	maps  [ChunkSize]map[string]any // nil for those that are none
	items []any                     // of a slice of interfaces
	texts []map[string]string
	ints  []map[string]int
}

// Keyed reports whether the elements are maps whose values are found by a name, or may be: those of a []any.
func (s *Sequence) Keyed() bool {
	et := s.Element()
	return et != nil && (et.loader == loadAny || et.kind == KindMap && et.mapOf != mapOther)
}

// Keyed reports whether it is a column of a [Sequence.Keyed] sequence.
func (c *Column) Keyed() bool { return c.loader == loadMapKey }

var anyMapType = typeOf(reflect.TypeFor[map[string]any]())

// Cell returns the column of what environment.getattr finds under the name in the elements of a Keyed sequence, without
// its kind; the name "" is an element itself. ok is false where that is not an entry of the map.
func (s *Sequence) Cell(name string) (c Column, ok bool) {
	if !s.Keyed() {
		return c, false
	}
	t := s.et
	if t.loader == loadAny {
		t = anyMapType
	}
	if name == "" && t == s.et || name != "" && !isKey(Value{t: t}, name) {
		return c, false
	}
	return Column{loader: loadMapKey, key: name}, true
}

// maxProbes is how many elements are looked at to find the kind of a column.
const maxProbes = 8

// typedCell is [Sequence.Cell] with the kind.
func (s *Sequence) typedCell(name string) (c Column, ok bool) {
	if c, ok = s.Cell(name); !ok {
		return c, false
	}
	for i := range min(s.n, maxProbes) {
		if c.kind = s.CellKind(&c, i); c.kind != KindUndefined {
			return c, true
		}
	}
	return c, false
}

// CellKind returns the kind of a column of element i, KindUndefined if it is absent or none that columns are made of.
func (s *Sequence) CellKind(c *Column, i int) Kind {
	switch s.et.mapOf {
	case mapStringString:
		return KindString
	case mapStringInt:
		return KindInt
	}
	x, _ := s.cell(c, i)
	switch x.(type) {
	case bool:
		return KindBool
	case int, int64:
		return KindInt
	case float64:
		return KindFloat
	case string:
		return KindString
	case markup.HTML:
		return KindMarkup
	}
	return KindUndefined
}

// cell looks up a column of element i of a slice of interfaces or map[string]any; ok is false for elements that are no
// map.
func (s *Sequence) cell(c *Column, i int) (x any, ok bool) {
	if s.et.loader != loadAny {
		return s.maps()[i][c.key], true
	}
	x = s.anys()[i]
	if c.key == "" {
		return x, true
	}
	m, ok := x.(map[string]any)
	return m[c.key], ok
}

// PlainCells reports whether the columns of element i are plain: see [Value.IsPlain], or a slice of what is.
func (s *Sequence) PlainCells(cols []Column, i int) bool {
	if s.et.loader != loadAny && s.et.mapOf != mapStringAny {
		return true
	}
	for j := range cols {
		x, ok := s.cell(&cols[j], i)
		if !ok || !plainCell(x) {
			return false
		}
	}
	return true
}

func plainCell(x any) bool {
	switch x := x.(type) {
	case nil, bool, int, int64, float64, string, markup.HTML, []string, []int:
		return true
	case []any:
		for _, y := range x {
			switch y.(type) {
			case nil, bool, int, int64, float64, string, markup.HTML:
			default:
				return false
			}
		}
		return true
	}
	return false
}

// AppendCell prints a column of element i, escaped with html. ok is false, and nothing is printed, if it is absent or
// not plain.
func (s *Sequence) AppendCell(buf []byte, c *Column, i int, html bool) (out []byte, ok bool) {
	text := ""
	switch s.et.mapOf {
	case mapStringString:
		if text, ok = s.textMaps()[i][c.key]; !ok {
			return buf, false
		}
	case mapStringInt:
		x, ok := s.intMaps()[i][c.key]
		if !ok {
			return buf, false
		}
		return appendInt(buf, int64(x)), true
	default:
		x, _ := s.cell(c, i)
		switch x := x.(type) {
		case string:
			text = x
		case markup.HTML:
			return append(buf, x...), true
		case int:
			return appendInt(buf, int64(x)), true
		case int64:
			return appendInt(buf, x), true
		case float64:
			buf, _ = AppendStr(buf, Float(x))
			return buf, true
		case bool:
			if x {
				return append(buf, "True"...), true
			}
			return append(buf, "False"...), true
		default:
			return buf, false
		}
	}
	if html {
		return markup.AppendEscape(buf, text), true
	}
	return append(buf, text...), true
}

// Cells gathers the n elements from from on.
func (s *Sequence) Cells(cs *Cells, from, n int) {
	cs.items, cs.texts, cs.ints = nil, nil, nil
	switch {
	case s.et.loader == loadAny:
		cs.items = s.anys()[from : from+n]
		for i, x := range cs.items {
			cs.maps[i&63], _ = x.(map[string]any)
		}
	case s.et.mapOf == mapStringAny:
		copy(cs.maps[:], s.maps()[from:from+n])
	case s.et.mapOf == mapStringString:
		cs.texts = s.textMaps()[from : from+n]
	case s.et.mapOf == mapStringInt:
		cs.ints = s.intMaps()[from : from+n]
	}
}

// cell looks up a column of element i of the chunk.
func (cs *Cells) cell(c *Column, i int) any {
	if c.key == "" {
		return cs.items[i]
	}
	return cs.maps[i&63][c.key]
}

// Ints reads a column of ints of n elements. It returns a bound of them, as LoadInts does, and the mask of those that
// are not known. small says that Lanes hold them; the numbers behind the last element do not keep them from it.
func (cs *Cells) Ints(dst *Ints, c *Column, n int) (bound uint64, small bool, bad Mask) {
	var bits, sign int64
	for i := range dst[:n] {
		var k int64
		if cs.ints != nil {
			x, ok := cs.ints[i][c.key]
			k = int64(x)
			bad |= bit(!ok) << (i & 63)
		} else {
			switch x := cs.cell(c, i).(type) {
			case int:
				k = int64(x)
			case int64:
				k = x
			default:
				bad |= 1 << (i & 63)
			}
		}
		dst[i] = k
		sign |= k
		bits |= k ^ k>>63
	}
	if small = sign >= 0 && bits <= MaxLane; small {
		clear(dst[n:])
	}
	return uint64(bits) + 1, small, bad // of a negative number, the bits say one less
}

// Floats reads a column of floats.
func (cs *Cells) Floats(dst *Floats, c *Column, n int) (bad Mask) {
	for i := range dst[:n] {
		x, ok := cs.cell(c, i).(float64)
		if dst[i] = x; !ok {
			bad |= 1 << (i & 63)
		}
	}
	return bad
}

// Bools reads a column of bools.
func (cs *Cells) Bools(c *Column, n int) (m, bad Mask) {
	for i := range n {
		x, ok := cs.cell(c, i).(bool)
		m |= bit(x) << (i & 63)
		bad |= bit(!ok) << (i & 63)
	}
	return m, bad
}

// Truth reads the truth of the values of a column, whatever they are. Absent ones are false, or not known if they are
// strict.
func (cs *Cells) Truth(c *Column, n int, strict bool) (m, bad Mask) {
	for i := range n {
		truth, ok := cs.truth(c, i, strict)
		m |= bit(truth) << (i & 63)
		bad |= bit(!ok) << (i & 63)
	}
	return m, bad
}

func (cs *Cells) truth(c *Column, i int, strict bool) (truth, ok bool) {
	var x any
	switch {
	case cs.texts != nil:
		text, ok := cs.texts[i][c.key]
		return text != "", ok || !strict
	case cs.ints != nil:
		k, ok := cs.ints[i][c.key]
		return k != 0, ok || !strict
	case c.key == "":
		x = cs.items[i]
	case cs.maps[i&63] == nil:
		return false, false
	default:
		if x, ok = cs.maps[i&63][c.key]; !ok {
			return false, !strict
		}
	}
	switch x := x.(type) {
	case nil:
		return false, true
	case bool:
		return x, true
	case string:
		return x != "", true
	case int:
		return x != 0, true
	case int64:
		return x != 0, true
	case float64:
		return x != 0, true
	case markup.HTML:
		return x != "", true
	case []any:
		return len(x) > 0, true
	case []string:
		return len(x) > 0, true
	case map[string]any:
		return len(x) > 0, true
	}
	return false, false
}

// Texts reads a column of texts.
func (cs *Cells) Texts(dst *Texts, c *Column, n int) (bad Mask) {
	for i := range dst[:n] {
		var text string
		var ok bool
		switch {
		case cs.texts != nil:
			text, ok = cs.texts[i][c.key]
		case c.kind == KindMarkup:
			var x markup.HTML
			x, ok = cs.cell(c, i).(markup.HTML)
			text = string(x)
		default:
			text, ok = cs.cell(c, i).(string)
		}
		if dst[i] = text; !ok {
			bad |= 1 << (i & 63)
		}
	}
	return bad
}

// MaskOfTexts is the mask of the n texts that are k.
func MaskOfTexts(a *Texts, k string, n int) (m Mask) {
	for i := range a[:n] {
		if a[i] == k {
			m |= 1 << (i & 63)
		}
	}
	return m
}
