package value

import (
	"fmt"
	"strings"
	"time"
)

func strftimeOf(v Value, layout string) string {
	t := *raw[time.Time](v)
	if v.t.kind == KindDate {
		y, m, d := t.Date()
		t = time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return strftime(t, layout, v.t.kind == KindTime)
}

// Strftime is datetime.strftime in the C locale, with the flags -, _, 0, ^ and # of the GNU C library.
func Strftime(t time.Time, layout string) string { return strftime(t, layout, true) }

func strftime(t time.Time, layout string, zone bool) string {
	var b strings.Builder
	for i := 0; i < len(layout); i++ {
		c := layout[i]
		if c != '%' || i+1 == len(layout) {
			b.WriteByte(c)
			continue
		}
		start := i
		i++
		flag, upper := byte(0), false
		for i < len(layout)-1 && strings.IndexByte("-_0^#", layout[i]) >= 0 {
			if layout[i] == '^' {
				upper = true
			} else {
				flag = layout[i]
			}
			i++
		}
		if layout[i] == 'E' || layout[i] == 'O' {
			if i+1 < len(layout) {
				i++
			}
		}
		s, ok := directive(t, layout[i], flag, zone)
		if !ok {
			b.WriteString(layout[start : i+1])
			continue
		}
		if upper {
			s = strings.ToUpper(s)
		}
		b.WriteString(s)
	}
	return b.String()
}

func directive(t time.Time, c, flag byte, zone bool) (string, bool) {
	num := func(n, width int, pad byte) string {
		switch flag {
		case '-':
			return fmt.Sprint(n)
		case '_':
			pad = ' '
		case '0':
			pad = '0'
		}
		if pad == ' ' {
			return fmt.Sprintf("%*d", width, n)
		}
		return fmt.Sprintf("%0*d", width, n)
	}
	hour12 := (t.Hour()+11)%12 + 1
	switch c {
	case '%':
		return "%", true
	case 'n':
		return "\n", true
	case 't':
		return "\t", true
	case 'Y':
		return num(t.Year(), 1, '0'), true
	case 'y':
		return num(((t.Year()%100)+100)%100, 2, '0'), true
	case 'C':
		return num(t.Year()/100, 2, '0'), true
	case 'm':
		return num(int(t.Month()), 2, '0'), true
	case 'd':
		return num(t.Day(), 2, '0'), true
	case 'e':
		return num(t.Day(), 2, ' '), true
	case 'H':
		return num(t.Hour(), 2, '0'), true
	case 'k':
		return num(t.Hour(), 2, ' '), true
	case 'I':
		return num(hour12, 2, '0'), true
	case 'l':
		return num(hour12, 2, ' '), true
	case 'M':
		return num(t.Minute(), 2, '0'), true
	case 'S':
		return num(t.Second(), 2, '0'), true
	case 'f':
		return fmt.Sprintf("%06d", t.Nanosecond()/1000), true
	case 'j':
		return num(t.YearDay(), 3, '0'), true
	case 'B':
		return swapped(t.Month().String(), flag), true
	case 'b', 'h':
		return swapped(t.Month().String()[:3], flag), true
	case 'A':
		return swapped(t.Weekday().String(), flag), true
	case 'a':
		return swapped(t.Weekday().String()[:3], flag), true
	case 'p':
		if flag == '#' {
			return strings.ToLower(t.Format("PM")), true
		}
		return t.Format("PM"), true
	case 'P':
		return strings.ToLower(t.Format("PM")), true
	case 'w':
		return num(int(t.Weekday()), 1, '0'), true
	case 'u':
		return num((int(t.Weekday())+6)%7+1, 1, '0'), true
	case 'U':
		return num((t.YearDay()+6-int(t.Weekday()))/7, 2, '0'), true
	case 'W':
		return num((t.YearDay()+6-(int(t.Weekday())+6)%7)/7, 2, '0'), true
	case 'V', 'G', 'g':
		y, w := t.ISOWeek()
		switch c {
		case 'V':
			return num(w, 2, '0'), true
		case 'G':
			return num(y, 4, '0'), true
		}
		return num(y%100, 2, '0'), true
	case 's':
		// The C library takes the fields for local time.
		y, m, d := t.Date()
		return fmt.Sprint(time.Date(y, m, d, t.Hour(), t.Minute(), t.Second(), 0, time.Local).Unix()), true
	case 'z', 'Z':
		if !zone || isNaive(t) {
			return "", true
		}
		if c == 'Z' {
			return zoneName(t), true
		}
		return strings.ReplaceAll(offsetText(t), ":", ""), true
	case 'c':
		return strftime(t, "%a %b %e %H:%M:%S %Y", zone), true
	case 'x', 'D':
		return strftime(t, "%m/%d/%y", zone), true
	case 'X', 'T':
		return strftime(t, "%H:%M:%S", zone), true
	case 'F':
		return strftime(t, "%Y-%m-%d", zone), true
	case 'R':
		return strftime(t, "%H:%M", zone), true
	case 'r':
		return strftime(t, "%I:%M:%S %p", zone), true
	}
	return "", false
}

func swapped(s string, flag byte) string {
	if flag == '#' {
		return strings.ToUpper(s)
	}
	return s
}

// zoneName is tzname(): the abbreviation, or UTC+01:00 for a zone that has none.
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
