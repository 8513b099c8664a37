package value

import (
	"fmt"
	"time"
)

// Date returns a date, the day of t.
func Date(t time.Time) Value { return dateValue(t) }

// Clock returns a time, that of t within its day.
func Clock(t time.Time) Value { return clockValue(t) }

func dateValue(t time.Time) Value { return objectValue(dateType, &t) }

func clockValue(t time.Time) Value { return objectValue(clockType, &t) }

// Naive is the location of a time.Time that stands for a datetime without a time zone. Any other location, UTC too,
// makes a datetime aware.
//
// It has a name of its own because time.FixedZone returns one shared location for all zones without a name. A time that
// time.Parse read with the offset +00:00 would then be naive.
var Naive = time.FixedZone("naive", 0)

func isNaive(t time.Time) bool { return t.Location() == Naive }

// offsetText returns the offset at the end of an aware datetime.
func offsetText(t time.Time) string {
	if isNaive(t) {
		return ""
	}
	_, off := t.Zone()
	sign := '+'
	if off < 0 {
		sign, off = '-', -off
	}
	if off%60 != 0 {
		return fmt.Sprintf("%c%02d:%02d:%02d", sign, off/3600, off/60%60, off%60)
	}
	return fmt.Sprintf("%c%02d:%02d", sign, off/3600, off/60%60)
}

// appendTime appends str() of a datetime, date, time or timedelta.
func appendTime(buf []byte, v Value) []byte {
	if v.t.kind == KindDuration {
		return appendDelta(buf, time.Duration(v.n))
	}
	return appendISO(buf, v, ' ')
}

// appendISO appends isoformat(sep).
func appendISO(buf []byte, v Value, sep rune) []byte {
	t := *raw[time.Time](v)
	if v.t.kind != KindClock {
		buf = fmt.Appendf(buf, "%04d-%02d-%02d", t.Year(), t.Month(), t.Day())
		if v.t.kind == KindDate {
			return buf
		}
		buf = append(buf, string(sep)...)
	}
	buf = fmt.Appendf(buf, "%02d:%02d:%02d", t.Hour(), t.Minute(), t.Second())
	if us := t.Nanosecond() / 1000; us != 0 {
		buf = fmt.Appendf(buf, ".%06d", us)
	}
	if v.t.kind == KindTime {
		buf = append(buf, offsetText(t)...)
	}
	return buf
}

// deltaParts returns the days, seconds and microseconds of a timedelta. Seconds and microseconds are not negative.
func deltaParts(d time.Duration) (days, seconds, micros int64) {
	us := floorDiv(int64(d), 1000)
	days = floorDiv(us, 86400e6)
	us -= days * 86400e6
	return days, us / 1e6, us % 1e6
}

func appendDelta(buf []byte, d time.Duration) []byte {
	days, s, us := deltaParts(d)
	if days != 0 {
		buf = fmt.Appendf(buf, "%d day", days)
		if days != 1 && days != -1 {
			buf = append(buf, 's')
		}
		buf = append(buf, ", "...)
	}
	buf = fmt.Appendf(buf, "%d:%02d:%02d", s/3600, s/60%60, s%60)
	if us != 0 {
		buf = fmt.Appendf(buf, ".%06d", us)
	}
	return buf
}

func appendTimeRepr(buf []byte, v Value) []byte {
	if v.t.kind == KindDuration {
		days, s, us := deltaParts(time.Duration(v.n))
		sep := ""
		buf = append(buf, "datetime.timedelta("...)
		for _, p := range []struct {
			name string
			n    int64
		}{{"days", days}, {"seconds", s}, {"microseconds", us}} {
			if p.n != 0 {
				buf = fmt.Appendf(buf, "%s%s=%d", sep, p.name, p.n)
				sep = ", "
			}
		}
		if sep == "" {
			buf = append(buf, '0')
		}
		return append(buf, ')')
	}
	t := *raw[time.Time](v)
	clock := func(buf []byte, sep string) []byte {
		buf = fmt.Appendf(buf, "%s%d, %d", sep, t.Hour(), t.Minute())
		us := t.Nanosecond() / 1000
		if t.Second() != 0 || us != 0 {
			buf = fmt.Appendf(buf, ", %d", t.Second())
		}
		if us != 0 {
			buf = fmt.Appendf(buf, ", %d", us)
		}
		return buf
	}
	switch v.t.kind {
	case KindDate:
		return fmt.Appendf(buf, "datetime.date(%d, %d, %d)", t.Year(), t.Month(), t.Day())
	case KindClock:
		return append(clock(append(buf, "datetime.time("...), ""), ')')
	}
	buf = fmt.Appendf(buf, "datetime.datetime(%d, %d, %d", t.Year(), t.Month(), t.Day())
	buf = clock(buf, ", ")
	_, off := t.Zone()
	switch {
	case isNaive(t):
		return append(buf, ')')
	case off == 0:
		return append(buf, ", tzinfo=datetime.timezone.utc)"...)
	}
	buf = append(buf, ", tzinfo=datetime.timezone("...)
	buf = appendTimeRepr(buf, Duration(time.Duration(off)*time.Second))
	return append(buf, "))"...)
}

func subTimes(a, b Value) (Value, error) {
	x, _ := a.Time()
	y, _ := b.Time()
	if isNaive(x) != isNaive(y) {
		return Value{}, typeErrorf("can't subtract offset-naive and offset-aware datetimes")
	}
	return Duration(x.Sub(y)), nil
}

func timeProperty(v Value, name string) (Value, bool) {
	if d, ok := v.Duration(); ok {
		days, s, us := deltaParts(d)
		switch name {
		case "days":
			return Int(days), true
		case "seconds":
			return Int(s), true
		case "microseconds":
			return Int(us), true
		}
		return Value{}, false
	}
	t := *raw[time.Time](v)
	if v.t.kind != KindClock {
		switch name {
		case "year":
			return Int(int64(t.Year())), true
		case "month":
			return Int(int64(t.Month())), true
		case "day":
			return Int(int64(t.Day())), true
		}
	}
	if v.t.kind != KindDate {
		switch name {
		case "hour":
			return Int(int64(t.Hour())), true
		case "minute":
			return Int(int64(t.Minute())), true
		case "second":
			return Int(int64(t.Second())), true
		case "microsecond":
			return Int(int64(t.Nanosecond() / 1000)), true
		case "tzinfo":
			if v.t.kind == KindTime && !isNaive(t) {
				return zoneOf(t), true
			}
			return None, true
		}
	}
	return Value{}, false
}
