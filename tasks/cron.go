package tasks

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"
)

// A spec is when a periodic task is due.
type spec struct {
	every                          time.Duration // with "@every", and nothing else
	minute, hour, day, month, week uint64        // a bit for each value
	anyDay, anyWeek, anyHour       bool          // the field begins with *
	zone                           *time.Location
}

// names of specs, as Vixie cron has them.
var named = map[string]string{
	"@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
	"@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
}

var (
	monthNames = []string{"", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}
	weekNames  = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
)

// parseSpec reads five fields (minute, hour, day, month, day of the week), one of the names, or "@every 90m".
func parseSpec(text string, zone *time.Location) (*spec, error) {
	s := &spec{zone: zone}
	text = strings.TrimSpace(text)
	if len(text) > 200 {
		return nil, fmt.Errorf("it has %d bytes and may have 200", len(text))
	}
	if every, ok := strings.CutPrefix(text, "@every "); ok {
		d, err := time.ParseDuration(strings.TrimSpace(every))
		if err != nil || d < time.Second || d%time.Second != 0 {
			return nil, fmt.Errorf("%q is no duration of whole seconds, such as 90m", every)
		}
		s.every = d
		return s, nil
	}
	if strings.HasPrefix(text, "@") {
		fields, ok := named[strings.ToLower(text)]
		if !ok {
			return nil, fmt.Errorf("%q is none of @hourly, @daily, @weekly, @monthly, @yearly and @every DURATION", text)
		}
		text = fields
	}
	fields := strings.Fields(text)
	if len(fields) != 5 {
		return nil, fmt.Errorf("it has %d fields; there are five: minute, hour, day, month and day of the week", len(fields))
	}
	for i, f := range []struct {
		name     string
		low, top int
		names    []string
		to       *uint64
	}{
		{"minute", 0, 59, nil, &s.minute}, {"hour", 0, 23, nil, &s.hour}, {"day", 1, 31, nil, &s.day},
		{"month", 1, 12, monthNames, &s.month}, {"day of the week", 0, 7, weekNames, &s.week},
	} {
		set, err := parseField(fields[i], f.low, f.top, f.names)
		if err != nil {
			return nil, fmt.Errorf("the %s %q: %w", f.name, fields[i], err)
		}
		*f.to = set
	}
	s.week |= s.week >> 7 & 1 // 7 is Sunday too
	s.anyHour, s.anyDay, s.anyWeek = fields[1][0] == '*', fields[2][0] == '*', fields[4][0] == '*'
	if s.Next(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return nil, fmt.Errorf("there is no such day")
	}
	return s, nil
}

// parseField reads a list of values, ranges and steps.
func parseField(text string, low, top int, names []string) (set uint64, err error) {
	value := func(v string) (int, error) {
		for n, name := range names {
			if name != "" && strings.EqualFold(v, name) {
				return n, nil
			}
		}
		n, err := strconv.ParseUint(v, 10, 8)
		if err != nil || int(n) < low || int(n) > top {
			return 0, fmt.Errorf("%q is not between %d and %d", v, low, top)
		}
		return int(n), nil
	}
	for part := range strings.SplitSeq(text, ",") {
		span, step, stepped := strings.Cut(part, "/")
		n := 1
		if stepped {
			if n, err = strconv.Atoi(step); err != nil || n < 1 || n > top {
				return 0, fmt.Errorf("the step %q is not between 1 and %d", step, top)
			}
		}
		from, to := low, top
		if span != "*" {
			first, last, ranged := strings.Cut(span, "-")
			if from, err = value(first); err != nil {
				return 0, err
			}
			switch {
			case ranged:
				if to, err = value(last); err != nil {
					return 0, err
				}
			case !stepped:
				to = from
			}
			if to < from {
				return 0, fmt.Errorf("%q runs backwards", span)
			}
		}
		for v := from; v <= to; v += n {
			set |= 1 << v
		}
	}
	return set, nil
}

// Next returns the first time after t, or the zero time when there is none within eight years. A time that a change of
// the clocks leaves out is due when the clocks have changed; one that comes twice is due the first time, except that a
// spec for every hour goes by elapsed time.
func (s *spec) Next(t time.Time) time.Time {
	if s.every > 0 {
		return time.Unix(0, 0).Add(t.Sub(time.Unix(0, 0)).Truncate(s.every) + s.every).In(s.zone)
	}
	t = t.In(s.zone)
	end := t.AddDate(8, 1, 0)
	if s.anyHour {
		for t = t.Truncate(time.Minute).Add(time.Minute); t.Before(end); {
			switch {
			case !s.onDay(t):
				t = t.Add(time.Duration(60-t.Minute()) * time.Minute)
			case s.hour>>t.Hour()&1 == 0 || s.minute>>t.Minute()&1 == 0:
				t = t.Add(time.Minute)
			default:
				return t
			}
		}
		return time.Time{}
	}
	// The wall clock is walked through as if it were UTC's.
	year, month, day := t.Date()
	for wall := time.Date(year, month, day, 0, 0, 0, 0, time.UTC); wall.Before(end.Add(48 * time.Hour)); wall = wall.AddDate(0, 0, 1) {
		if !s.onDay(wall) {
			continue
		}
		for hours := s.hour; hours != 0; hours &= hours - 1 {
			for minutes := s.minute; minutes != 0; minutes &= minutes - 1 {
				at := onClock(wall, bits.TrailingZeros64(hours), bits.TrailingZeros64(minutes), s.zone)
				if at.After(t) {
					return at
				}
			}
		}
	}
	return time.Time{}
}

// onDay reports whether the day is one of the spec. As in Vixie cron, one of the two kinds of day is enough when both
// are given.
func (s *spec) onDay(t time.Time) bool {
	day, week := s.day>>t.Day()&1 == 1, s.week>>t.Weekday()&1 == 1
	if s.month>>t.Month()&1 == 0 {
		return false
	}
	if s.anyDay || s.anyWeek {
		return day && week
	}
	return day || week
}

// onClock returns the first time at which the zone's clocks show hour and minute of the day, or the moment of the
// change when they never do.
func onClock(day time.Time, hour, minute int, zone *time.Location) time.Time {
	year, month, d := day.Date()
	at := time.Date(year, month, d, hour, minute, 0, 0, zone)
	begin, end := at.ZoneBounds()
	if at.Hour() != hour || at.Minute() != minute {
		// at is on one side of the gap: before it, the gap begins where its zone ends.
		wanted := time.Date(year, month, d, hour, minute, 0, 0, time.UTC)
		if shown := time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), 0, 0, time.UTC); shown.Before(wanted) {
			return end
		}
		return begin
	}
	if begin.IsZero() {
		return at
	}
	// The same clock before the last change, if it was shown.
	_, after := at.Zone()
	_, before := begin.Add(-time.Second).Zone()
	if first := at.Add(time.Duration(after-before) * time.Second); first.Before(begin) {
		return first
	}
	return at
}
