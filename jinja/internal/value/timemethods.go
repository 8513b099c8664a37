package value

import (
	"strings"
	"time"
)

func init() {
	zero := func(name string, f func(Value) (Value, error)) Method { return number(name, f) }
	timeOf := func(v Value) time.Time { return *raw[time.Time](v) }
	date := map[string]Method{
		"strftime": timeStrftime, "__format__": timeStrftime,
		"isoformat": timeIsoformat, "replace": timeReplace,
		"weekday":    zero("weekday", func(v Value) (Value, error) { return Int(int64(timeOf(v).Weekday()+6) % 7), nil }),
		"isoweekday": zero("isoweekday", func(v Value) (Value, error) { return Int(int64(timeOf(v).Weekday()+6)%7 + 1), nil }),
		"isocalendar": zero("isocalendar", func(v Value) (Value, error) {
			t := timeOf(v)
			y, w := t.ISOWeek()
			return NewTuple([]Value{Int(int64(y)), Int(int64(w)), Int(int64(t.Weekday()+6)%7 + 1)}), nil
		}),
		"toordinal": zero("toordinal", func(v Value) (Value, error) { return Int(dayNumber(timeOf(v)) + 719163), nil }),
		"ctime":     zero("ctime", func(v Value) (Value, error) { return String(timeOf(v).Format("Mon Jan _2 15:04:05 2006")), nil }),
	}
	datetime := map[string]Method{
		"date":       zero("date", func(v Value) (Value, error) { return dateValue(timeOf(v)), nil }),
		"time":       zero("time", func(v Value) (Value, error) { return clockValue(timeOf(v)), nil }),
		"astimezone": timeAstimezone,
		"timestamp": zero("timestamp", func(v Value) (Value, error) {
			t := timeOf(v)
			if isNaive(t) {
				t = inLocal(t)
			}
			return Float(float64(t.Unix()) + float64(t.Nanosecond()/1000)/1e6), nil
		}),
		"utcoffset": zero("utcoffset", func(v Value) (Value, error) {
			if isNaive(timeOf(v)) {
				return None, nil
			}
			_, off := timeOf(v).Zone()
			return Duration(time.Duration(off) * time.Second), nil
		}),
		"tzname": zero("tzname", func(v Value) (Value, error) {
			if isNaive(timeOf(v)) {
				return None, nil
			}
			return String(zoneName(timeOf(v))), nil
		}),
	}
	for name, m := range date {
		datetime[name] = m
	}
	methodTables[KindTime] = datetime
	methodTables[KindDate] = date
	methodTables[KindClock] = map[string]Method{"strftime": timeStrftime, "isoformat": timeIsoformat, "replace": timeReplace}
	methodTables[KindDuration] = map[string]Method{
		"total_seconds": zero("total_seconds", func(v Value) (Value, error) {
			return Float(float64(floorDiv(int64(v.n), 1000)) / 1e6), nil
		}),
	}
}

func timeStrftime(_ State, self Value, a Args) (Value, error) {
	var stack [1]Value
	args, err := bindC(stack[:], "strftime", a, "format")
	if err != nil {
		return Value{}, err
	}
	layout, ok := args[0].Str()
	if !ok {
		if args[0].t == nil && a.Len() == 0 {
			return Value{}, typeErrorf("strftime() missing required argument 'format' (pos 1)")
		}
		return Value{}, typeErrorf("strftime() argument 1 must be str, not %s", TypeName(args[0]))
	}
	var room [64]byte
	text, _ := (&Layout{rest: layout}).Append(room[:0], self)
	return String(string(text)), nil
}

func timeIsoformat(_ State, self Value, a Args) (Value, error) {
	var stack [2]Value
	args, err := bindC(stack[:], "isoformat", a, "sep", "timespec")
	if err != nil {
		return Value{}, err
	}
	sep := 'T'
	if s, ok := args[0].Str(); ok && self.t.kind == KindTime {
		sep = []rune(s + "T")[0]
	}
	spec, _ := args[1].Str()
	s := string(appendISO(nil, self, sep))
	if spec == "" || spec == "auto" || self.t.kind == KindDate {
		return String(s), nil
	}
	t := *raw[time.Time](self)
	layouts := map[string]string{"hours": "15", "minutes": "15:04", "seconds": "15:04:05", "milliseconds": "15:04:05.000", "microseconds": "15:04:05.000000"}
	layout, ok := layouts[spec]
	if !ok {
		return Value{}, valueErrorf("Unknown timespec value")
	}
	out := t.Format(layout)
	if self.t.kind == KindTime {
		out = t.Format("2006-01-02") + string(sep) + out + offsetText(t)
	}
	return String(out), nil
}

func timeReplace(_ State, self Value, a Args) (Value, error) {
	names := []string{"year", "month", "day", "hour", "minute", "second", "microsecond"}
	switch self.t.kind {
	case KindDate:
		names = names[:3]
	case KindClock:
		names = names[3:]
	}
	t := *raw[time.Time](self)
	part := map[string]int{"year": t.Year(), "month": int(t.Month()), "day": t.Day(), "hour": t.Hour(), "minute": t.Minute(), "second": t.Second(), "microsecond": t.Nanosecond() / 1000}
	loc := t.Location()
	kw := a.Kw
	for i, v := range a.Pos {
		if i >= len(names) {
			return Value{}, typeErrorf("function takes at most %d arguments (%d given)", len(names), len(a.Pos))
		}
		kw = append(kw[:len(kw):len(kw)], Kw{names[i], v})
	}
	for _, k := range kw {
		if _, ok := part[k.Name]; !ok {
			if k.Name == "tzinfo" {
				continue
			}
			return Value{}, typeErrorf("'%s' is an invalid keyword argument for replace()", k.Name)
		}
		n, err := indexArg(k.Value)
		if err != nil {
			return Value{}, err
		}
		part[k.Name] = n
	}
	switch {
	case part["year"] < 1 || part["year"] > 9999:
		return Value{}, valueErrorf("year %d is out of range", part["year"])
	case part["month"] < 1 || part["month"] > 12:
		return Value{}, valueErrorf("month must be in 1..12")
	case part["hour"] < 0 || part["hour"] > 23:
		return Value{}, valueErrorf("hour must be in 0..23")
	case part["minute"] < 0 || part["minute"] > 59:
		return Value{}, valueErrorf("minute must be in 0..59")
	case part["second"] < 0 || part["second"] > 59:
		return Value{}, valueErrorf("second must be in 0..59")
	case part["microsecond"] < 0 || part["microsecond"] > 999999:
		return Value{}, valueErrorf("microsecond must be in 0..999999")
	}
	days := time.Date(part["year"], time.Month(part["month"])+1, 0, 0, 0, 0, 0, time.UTC).Day()
	if part["day"] < 1 || part["day"] > days {
		return Value{}, valueErrorf("day is out of range for month")
	}
	n := time.Date(part["year"], time.Month(part["month"]), part["day"], part["hour"], part["minute"], part["second"], part["microsecond"]*1000, loc)
	return objectValue(self.t, &n), nil
}

// timeAstimezone takes a *time.Location, the name of a zone, or nothing for the local zone.
func timeAstimezone(_ State, self Value, a Args) (Value, error) {
	var stack [1]Value
	args, err := bindC(stack[:], "astimezone", a, "tz")
	if err != nil {
		return Value{}, err
	}
	t := *raw[time.Time](self)
	loc := time.Local
	switch {
	case args[0].t == nil || args[0].IsNone():
	case args[0].IsString():
		name, _ := args[0].Str()
		if strings.Contains(name, "..") || strings.HasPrefix(name, "/") {
			return Value{}, valueErrorf("unknown time zone %s", reprOrEmpty(args[0]))
		}
		if loc, err = time.LoadLocation(name); err != nil {
			return Value{}, valueErrorf("unknown time zone %s", reprOrEmpty(args[0]))
		}
	default:
		switch z := args[0].Any().(type) {
		case *time.Location:
			loc = z
		case timezone:
			loc = z.loc
		default:
			return Value{}, typeErrorf("tzinfo argument must be None or of a tzinfo subclass, not type '%s'", TypeName(args[0]))
		}
	}
	if isNaive(t) {
		t = inLocal(t)
	}
	return Time(t.In(loc)), nil
}

// inLocal returns the local time with the same fields as the naive t.
func inLocal(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.Local)
}
