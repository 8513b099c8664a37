package value

import (
	"strconv"
	"strings"
	"time"

	"github.com/dewar-go/dewar/jinja/internal/output"
)

// A Layout is a format of strftime. [NewLayout] reads its first parts in advance.
type Layout struct {
	parts []layoutPart
	rest  string // what is read each time
	Plain bool   // nothing that it makes needs to be escaped
}

// maxParts is the greatest number of parts of a format that are kept.
const maxParts = 16

// NewLayout returns the format layout.
func NewLayout(layout string) *Layout {
	l := &Layout{rest: layout, Plain: !strings.ContainsAny(layout, `Z&<>'"`)} // the name of a zone is any text
	for l.rest != "" && len(l.parts) < maxParts {
		var p layoutPart
		l.rest = p.read(l.rest)
		l.parts = append(l.parts, p)
	}
	return l
}

// Append appends what v.strftime returns. ok is false when v is no datetime, date or time.
func (l *Layout) Append(buf []byte, v Value) (_ []byte, ok bool) {
	if v.t == nil || v.t.kind != KindTime && v.t.kind != KindDate && v.t.kind != KindClock {
		return buf, false
	}
	t := *raw[time.Time](v)
	if v.t.kind == KindDate {
		y, m, d := t.Date()
		t = time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return l.append(buf, t, v.t.kind == KindTime), true
}

// Strftime is datetime.strftime in the C locale, with the flags -, _, 0, ^ and # of the GNU C library.
func Strftime(t time.Time, layout string) string {
	var room [64]byte
	return string((&Layout{rest: layout}).append(room[:0], t, true))
}

func (l *Layout) append(buf []byte, t time.Time, zone bool) []byte {
	d := dated{Time: t, zone: zone}
	d.year, d.month, d.day = t.Date()
	return d.layout(buf, l)
}

// layoutPart is a directive with the text before it.
type layoutPart struct {
	text      string
	directive string // "" for the text behind the last one
	verb      byte
	flag      byte
	upper     bool
}

// read reads the first part of a layout and returns what is behind it.
func (p *layoutPart) read(layout string) (rest string) {
	start := strings.IndexByte(layout, '%')
	if start < 0 || start+1 == len(layout) {
		p.text = layout
		return ""
	}
	i := start + 1
flags:
	for ; i < len(layout)-1; i++ {
		switch layout[i] {
		case '^':
			p.upper = true
		case '-', '_', '0', '#':
			p.flag = layout[i]
		default:
			break flags
		}
	}
	if (layout[i] == 'E' || layout[i] == 'O') && i+1 < len(layout) {
		i++
	}
	p.text, p.directive, p.verb = layout[:start], layout[start:i+1], layout[i]
	return layout[i+1:]
}

// dated is a time with its date.
type dated struct {
	time.Time
	year  int
	month time.Month
	day   int
	zone  bool // it may have a zone
}

// layout appends the time in a layout.
func (t *dated) layout(buf []byte, l *Layout) []byte {
	for i := range l.parts {
		buf = t.part(buf, &l.parts[i])
	}
	for rest := l.rest; rest != ""; {
		var p layoutPart
		rest = p.read(rest)
		buf = t.part(buf, &p)
	}
	return buf
}

// part appends a part of a layout. An unknown directive is copied.
func (t *dated) part(buf []byte, p *layoutPart) []byte {
	if len(p.text) == 1 {
		buf = append(buf, p.text[0])
	} else {
		buf = append(buf, p.text...)
	}
	if p.directive == "" {
		return buf
	}
	at, ok := len(buf), false
	if buf, ok = t.append(buf, p.verb, p.flag); !ok {
		return append(buf, p.directive...)
	}
	if p.upper {
		buf = append(buf[:at], strings.ToUpper(string(buf[at:]))...)
	}
	return buf
}

// append appends the field that the directive c stands for. ok is false when c is no directive.
func (t *dated) append(buf []byte, c, flag byte) (_ []byte, ok bool) {
	num := func(n, width int) ([]byte, bool) { return appendField(buf, n, width, '0', flag), true }
	spaced := func(n, width int) ([]byte, bool) { return appendField(buf, n, width, ' ', flag), true }
	name := func(s string) ([]byte, bool) {
		if flag == '#' {
			s = strings.ToUpper(s)
		}
		return append(buf, s...), true
	}
	switch c {
	case '%':
		return append(buf, '%'), true
	case 'n':
		return append(buf, '\n'), true
	case 't':
		return append(buf, '\t'), true
	case 'Y':
		return num(t.year, 1)
	case 'y':
		return num(((t.year%100)+100)%100, 2)
	case 'C':
		return num(t.year/100, 2)
	case 'm':
		return num(int(t.month), 2)
	case 'd':
		return num(t.day, 2)
	case 'e':
		return spaced(t.day, 2)
	case 'H':
		return num(t.Hour(), 2)
	case 'k':
		return spaced(t.Hour(), 2)
	case 'I':
		return num((t.Hour()+11)%12+1, 2)
	case 'l':
		return spaced((t.Hour()+11)%12+1, 2)
	case 'M':
		return num(t.Minute(), 2)
	case 'S':
		return num(t.Second(), 2)
	case 'f':
		return appendField(buf, t.Nanosecond()/1000, 6, '0', 0), true
	case 'j':
		return num(t.YearDay(), 3)
	case 'B':
		return name(t.month.String())
	case 'b', 'h':
		return name(t.month.String()[:3])
	case 'A':
		return name(t.Weekday().String())
	case 'a':
		return name(t.Weekday().String()[:3])
	case 'p', 'P':
		half := [2]string{"AM", "PM"}[t.Hour()/12]
		if c == 'P' || flag == '#' {
			half = strings.ToLower(half)
		}
		return append(buf, half...), true
	case 'w':
		return num(int(t.Weekday()), 1)
	case 'u':
		return num((int(t.Weekday())+6)%7+1, 1)
	case 'U':
		return num((t.YearDay()+6-int(t.Weekday()))/7, 2)
	case 'W':
		return num((t.YearDay()+6-(int(t.Weekday())+6)%7)/7, 2)
	case 'V':
		_, w := t.ISOWeek()
		return num(w, 2)
	case 'G':
		y, _ := t.ISOWeek()
		return num(y, 4)
	case 'g':
		y, _ := t.ISOWeek()
		return num(y%100, 2)
	case 's':
		// The C library takes the fields as local time.
		return strconv.AppendInt(buf, time.Date(t.year, t.month, t.day, t.Hour(), t.Minute(), t.Second(), 0, time.Local).Unix(), 10), true
	case 'Z':
		if t.zone && !isNaive(t.Time) {
			buf = append(buf, zoneName(t.Time)...)
		}
		return buf, true
	case 'z':
		if t.zone && !isNaive(t.Time) {
			buf = append(buf, strings.ReplaceAll(offsetText(t.Time), ":", "")...)
		}
		return buf, true
	}
	if l := composed[c&0x7f]; l != nil && c < 0x80 {
		return t.layout(buf, l), true
	}
	return buf, false
}

// composed holds the directives that stand for several others. None of these is composed.
var composed = func() (layouts [128]*Layout) {
	for c, layout := range map[byte]string{
		'c': "%a %b %e %H:%M:%S %Y", 'x': "%m/%d/%y", 'D': "%m/%d/%y", 'X': "%H:%M:%S", 'T': "%H:%M:%S",
		'F': "%Y-%m-%d", 'R': "%H:%M", 'r': "%I:%M:%S %p",
	} {
		layouts[c] = NewLayout(layout)
	}
	return layouts
}()

// appendField appends n in a width, padded with pad. The flag may ask for another padding: - for none, _ for spaces, 0
// for zeros.
func appendField(buf []byte, n, width int, pad, flag byte) []byte {
	if flag == 0 && n >= 0 { // most fields
		switch {
		case width == 1:
			return output.AppendInt(buf, int64(n))
		case width == 2 && pad == '0' && n < 100:
			return append(buf, '0'+byte(n/10), '0'+byte(n%10))
		}
	}
	switch flag {
	case '-':
		width = 0
	case '_':
		pad = ' '
	case '0':
		pad = '0'
	}
	if pad == '0' && n < 0 {
		buf, n, width = append(buf, '-'), -n, width-1
	}
	digits := 1
	for x := n; x >= 10; x /= 10 {
		digits++
	}
	if n < 0 {
		digits = len(strconv.Itoa(n))
	}
	for ; digits < width; digits++ {
		buf = append(buf, pad)
	}
	return output.AppendInt(buf, int64(n))
}

// zoneName returns tzname(): the abbreviation of the zone, or UTC+01:00 when it has none.
func zoneName(t time.Time) string {
	name, off := t.Zone()
	switch {
	case name == "" && off == 0:
		return "UTC"
	case name == "":
		return "UTC" + offsetText(t)
	}
	return name
}
