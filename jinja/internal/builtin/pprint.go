package builtin

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dewar-go/dewar/jinja/internal/value"
)

var pprintSig = sig("do_pprint", onValue)

const (
	pprintWidth    = 80
	maxPprintDepth = 200
)

// pprint is the filter pprint: it lays a value out as Python's pprint does, in 80 columns.
func pprint(st State, v Value, a Args) (Value, error) {
	if err := pprintSig.none(a); err != nil {
		return Value{}, err
	}
	var p printer
	if err := p.format(v, 0, 0, 0); err != nil {
		return Value{}, err
	}
	return value.String(string(p.buf)), st.Grow(len(p.buf))
}

// Debug returns the text of the debug tag: v laid out by pprint, three levels deep, with as many short items on a line
// as fit.
func Debug(v Value) ([]byte, error) {
	p := printer{depth: 3, compact: true}
	err := p.format(v, 0, 0, 0)
	return p.buf, err
}

type printer struct {
	buf     []byte
	open    []Value // the containers that are being printed
	depth   int     // how many levels of containers are shown, 0 for all
	compact bool    // several items are put on a line
}

func (p *printer) recursion(v Value) []byte {
	return fmt.Appendf(nil, "<Recursion on %s with id=%d>", value.TypeName(v), len(p.open))
}

func (p *printer) isOpen(v Value) bool {
	return slices.ContainsFunc(p.open, func(o Value) bool { return value.Is(o, v) })
}

func (p *printer) enter(v Value) error {
	if len(p.open) >= maxPprintDepth {
		return value.NewError("RecursionError", "maximum recursion depth exceeded")
	}
	p.open = append(p.open, v)
	return nil
}

func (p *printer) leave() { p.open = p.open[:len(p.open)-1] }

// format writes v. It begins at column indent, and allowance columns of closing brackets follow it.
func (p *printer) format(v Value, indent, allowance, level int) error {
	if isContainer(v) && p.isOpen(v) {
		p.buf = append(p.buf, p.recursion(v)...)
		return nil
	}
	rep, err := p.repr(nil, v, level)
	if err != nil {
		return err
	}
	if utf8.RuneCount(rep) <= pprintWidth-indent-allowance {
		p.buf = append(p.buf, rep...)
		return nil
	}
	level++
	switch v.Kind() {
	case value.KindString:
		s, _ := v.Str()
		p.formatString(s, indent, allowance, level)
		return nil
	case value.KindBytes:
		b, _ := v.Bytes()
		return p.formatBytes(b, rep, indent, allowance, level)
	case value.KindDict, value.KindMap, value.KindList, value.KindSlice, value.KindTuple, value.KindSet:
	default:
		p.buf = append(p.buf, rep...)
		return nil
	}
	if err := p.enter(v); err != nil {
		return err
	}
	defer p.leave()
	switch v.Kind() {
	case value.KindDict, value.KindMap:
		return p.formatDict(v, indent, allowance, level)
	case value.KindSet:
		s, _ := v.Set()
		items := slices.Clone(s.Items())
		sortSafely(items, nil)
		return p.formatItems(items, '{', "}", indent, allowance, level)
	}
	items, err := value.Collect(v)
	if err != nil {
		return err
	}
	switch {
	case v.Kind() != value.KindTuple:
		return p.formatItems(items, '[', "]", indent, allowance, level)
	case len(items) == 1:
		return p.formatItems(items, '(', ",)", indent, allowance, level)
	}
	return p.formatItems(items, '(', ")", indent, allowance, level)
}

func isContainer(v Value) bool {
	switch v.Kind() {
	case value.KindDict, value.KindMap, value.KindList, value.KindSlice, value.KindTuple, value.KindSet:
		return true
	}
	return false
}

func (p *printer) newline(indent int) {
	p.buf = append(p.buf, '\n')
	for range indent {
		p.buf = append(p.buf, ' ')
	}
}

func (p *printer) formatItems(items []Value, open byte, end string, indent, allowance, level int) error {
	p.buf = append(p.buf, open)
	indent++
	allowance += len(end)
	full := pprintWidth - indent + 1 // columns of a line
	room := full                     // columns that are free on the current line
	written, newLine := false, false // an item was written; the next item begins a line
	separate := func() {
		switch {
		case written && newLine:
			p.buf = append(p.buf, ',')
			p.newline(indent)
		case written:
			p.buf = append(p.buf, ", "...)
		}
		written = true
	}
	for i, item := range items {
		after := 1
		if i == len(items)-1 {
			after = allowance
			full -= allowance
			room -= allowance
		}
		if p.compact {
			rep, err := p.repr(nil, item, level)
			if err != nil {
				return err
			}
			n := utf8.RuneCount(rep) + 2
			if room < n {
				room, newLine = full, true
			}
			if room >= n {
				room -= n
				separate()
				newLine = false
				p.buf = append(p.buf, rep...)
				continue
			}
		}
		separate()
		newLine = true
		if err := p.format(item, indent, after, level); err != nil {
			return err
		}
	}
	p.buf = append(p.buf, end...)
	return nil
}

func (p *printer) formatDict(v Value, indent, allowance, level int) error {
	keys, values, _ := value.Pairs(v)
	sortSafely(keys, values)
	p.buf = append(p.buf, '{')
	indent++
	for i, k := range keys {
		if i > 0 {
			p.buf = append(p.buf, ',')
			p.newline(indent)
		}
		rep, err := p.repr(nil, k, level)
		if err != nil {
			return err
		}
		p.buf = append(append(p.buf, rep...), ": "...)
		after := 1
		if i == len(keys)-1 {
			after = allowance + 1
		}
		if err := p.format(values[i], indent+utf8.RuneCount(rep)+2, after, level); err != nil {
			return err
		}
	}
	p.buf = append(p.buf, '}')
	return nil
}

// formatString breaks a long str after line ends and after white space.
func (p *printer) formatString(s string, indent, allowance, level int) {
	if level == 1 {
		indent++
		allowance++
	}
	width := pprintWidth - indent
	fits := func(s string, width int) bool { return utf8.RuneCount(value.AppendQuoted(nil, s)) <= width }
	var chunks []string
	lines := value.SplitLines(s, true)
	for i, line := range lines {
		lineWidth := width
		lastLine := i == len(lines)-1
		if lastLine {
			lineWidth -= allowance
		}
		if fits(line, lineWidth) {
			chunks = append(chunks, line)
			continue
		}
		parts := wordsWithSpace(line)
		current := ""
		partWidth := width
		for j, part := range parts {
			if j == len(parts)-1 && lastLine {
				partWidth -= allowance
			}
			if fits(current+part, partWidth) {
				current += part
				continue
			}
			if current != "" {
				chunks = append(chunks, current)
			}
			current = part
		}
		if current != "" {
			chunks = append(chunks, current)
		}
	}
	if len(chunks) == 1 {
		p.buf = value.AppendQuoted(p.buf, lines[len(lines)-1])
		return
	}
	if level == 1 {
		p.buf = append(p.buf, '(')
	}
	for i, c := range chunks {
		if i > 0 {
			p.newline(indent)
		}
		p.buf = value.AppendQuoted(p.buf, c)
	}
	if level == 1 {
		p.buf = append(p.buf, ')')
	}
}

// wordsWithSpace splits s into words, each with the white space after it.
func wordsWithSpace(s string) []string {
	var parts []string
	start, space := 0, false
	for i, r := range s {
		if value.IsSpace(r) {
			space = true
		} else if space {
			parts = append(parts, s[start:i])
			start, space = i, false
		}
	}
	if start < len(s) {
		parts = append(parts, s[start:])
	}
	return parts
}

// formatBytes breaks a long bytes object after a few groups of four bytes.
func (p *printer) formatBytes(b []byte, rep []byte, indent, allowance, level int) error {
	if len(b) <= 4 {
		p.buf = append(p.buf, rep...)
		return nil
	}
	if level == 1 {
		indent++
		allowance++
		p.buf = append(p.buf, '(')
	}
	width := pprintWidth - indent
	first := true
	emit := func(chunk []byte) error {
		if !first {
			p.newline(indent)
		}
		first = false
		var err error
		p.buf, err = value.AppendRepr(p.buf, value.Bytes(chunk))
		return err
	}
	from := 0
	for i := 0; i < len(b); i += 4 {
		end := min(i+4, len(b))
		if i == len(b)/4*4 {
			width -= allowance
		}
		rep, err := value.AppendRepr(nil, value.Bytes(b[from:end]))
		if err != nil {
			return err
		}
		if len(rep) > width {
			if from < i {
				if err := emit(b[from:i]); err != nil {
					return err
				}
			}
			from = i
		}
	}
	if from < len(b) {
		if err := emit(b[from:]); err != nil {
			return err
		}
	}
	if level == 1 {
		p.buf = append(p.buf, ')')
	}
	return nil
}

// repr appends the representation on one line, with the keys of dicts sorted.
func (p *printer) repr(buf []byte, v Value, level int) ([]byte, error) {
	switch v.Kind() {
	case value.KindDict, value.KindMap, value.KindList, value.KindSlice, value.KindTuple:
	default:
		return value.AppendRepr(buf, v)
	}
	if p.depth > 0 && level >= p.depth {
		return append(buf, cutShort(v)...), nil
	}
	level++
	if p.isOpen(v) {
		// v itself is being laid out: only its parts can contain it again.
		return append(buf, p.recursion(v)...), nil
	}
	if err := p.enter(v); err != nil {
		return buf, err
	}
	defer p.leave()
	if keys, values, ok := value.Pairs(v); ok {
		sortSafely(keys, values)
		buf = append(buf, '{')
		var err error
		for i, k := range keys {
			if i > 0 {
				buf = append(buf, ", "...)
			}
			if buf, err = p.repr(buf, k, level); err != nil {
				return buf, err
			}
			if buf, err = p.repr(append(buf, ": "...), values[i], level); err != nil {
				return buf, err
			}
		}
		return append(buf, '}'), nil
	}
	items, err := value.Collect(v)
	if err != nil {
		return buf, err
	}
	open, end := byte('['), "]"
	if v.Kind() == value.KindTuple {
		open, end = '(', ")"
		if len(items) == 1 {
			end = ",)"
		}
	}
	buf = append(buf, open)
	for i, item := range items {
		if i > 0 {
			buf = append(buf, ", "...)
		}
		if buf, err = p.repr(buf, item, level); err != nil {
			return buf, err
		}
	}
	return append(buf, end...), nil
}

// cutShort returns what is shown for a container below the last level.
func cutShort(v Value) string {
	n, _ := value.Len(v)
	switch {
	case v.Kind() == value.KindDict || v.Kind() == value.KindMap:
		if n == 0 {
			return "{}"
		}
		return "{...}"
	case v.Kind() != value.KindTuple:
		if n == 0 {
			return "[]"
		}
		return "[...]"
	case n == 0:
		return "()"
	case n == 1:
		return "(...,)"
	}
	return "(...)"
}

// sortSafely sorts keys, and values with them. Keys that Python cannot compare are ordered by the names of their types.
func sortSafely(keys, values []Value) {
	less := func(a, b Value) (bool, error) {
		yes, err := lessValue(a, b)
		if err != nil {
			return strings.Compare(typeRepr(a), typeRepr(b)) < 0, nil
		}
		return yes, nil
	}
	if values != nil {
		_ = sortBy(values, slices.Clone(keys), false, less)
	}
	_ = sortBy(keys, slices.Clone(keys), false, less)
}

func typeRepr(v Value) string { return "<class '" + value.TypeName(v) + "'>" }
