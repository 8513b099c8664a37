package value

import (
	"strconv"
	"strings"
	"time"

	"github.com/dewar-go/dewar/jinja/internal/output"
)

// appendFormatted appends a datetime, date or time in the format layout.
func appendFormatted(buf []byte, v Value, layout string) []byte {
	t := *raw[time.Time](v)
	if v.t.kind == KindDate {
		y, m, d := t.Date()
		t = time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return appendStrftime(buf, t, layout, v.t.kind == KindTime)
}

// Strftime is datetime.strftime in the C locale, with the flags -, _, 0, ^ and # of the GNU C library.
func Strftime(t time.Time, layout string) string {
	var room [64]byte
	return string(appendStrftime(room[:0], t, layout, true))
}

// appendStrftime appends t in the format layout. An unknown directive is copied.
func appendStrftime(buf []byte, t time.Time, layout string, zone bool) []byte {
	d := dated{Time: t, zone: zone}
	d.year, d.month, d.day = t.Date()
	for i := 0; i < len(layout); i++ {
		c := layout[i]
		if c != '%' || i+1 == len(layout) {
			buf = append(buf, c)
			continue
		}
		start := i
		i++
		flag, upper := byte(0), false
	flags:
		for ; i < len(layout)-1; i++ {
			switch layout[i] {
			case '^':
				upper = true
			case '-', '_', '0', '#':
				flag = layout[i]
			default:
				break flags
			}
		}
		if (layout[i] == 'E' || layout[i] == 'O') && i+1 < len(layout) {
			i++
		}
		at, ok := len(buf), false
		if buf, ok = d.append(buf, layout[i], flag); !ok {
			buf = append(buf, layout[start:i+1]...)
		} else if upper {
			buf = append(buf[:at], strings.ToUpper(string(buf[at:]))...)
		}
	}
	return buf
}

// dated is a time with its date.
type dated struct {
	time.Time
	year  int
	month time.Month
	day   int
	zone  bool // it may have a zone
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
	if layout := composed[c&0x7f]; layout != "" && c < 0x80 {
		return appendStrftime(buf, t.Time, layout, t.zone), true
	}
	return buf, false
}

// composed holds the directives that stand for several others.
var composed = [128]string{
	'c': "%a %b %e %H:%M:%S %Y", 'x': "%m/%d/%y", 'D': "%m/%d/%y", 'X': "%H:%M:%S", 'T': "%H:%M:%S",
	'F': "%Y-%m-%d", 'R': "%H:%M", 'r': "%I:%M:%S %p",
}

// appendField appends n in a width, padded with pad. The flag may ask for another padding: - for none, _ for spaces, 0
// for zeros.
func appendField(buf []byte, n, width int, pad, flag byte) []byte {
	if width == 2 && pad == '0' && flag == 0 && 0 <= n && n < 100 { // most fields
		return append(buf, '0'+byte(n/10), '0'+byte(n%10))
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
