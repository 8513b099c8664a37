package limit

import (
	"strconv"
	"time"
)

// A Limit is an amount for a length of time: a limit string such as "100 per 2 hours". Make it with [Parse].
type Limit struct {
	// Amount is how much is allowed, 0 to [MaxAmount]. 0 lets nothing pass.
	Amount int64
	// Multiples is the number of units, 1 or more: the 2 of "2 hours".
	Multiples int64
	// Unit is the unit of time.
	Unit Unit
}

// A Unit is a unit of time in a limit.
type Unit uint8

// The units of limit strings. A month has 30 days and a year 360, as in Flask-Limiter.
const (
	Second Unit = iota
	Minute
	Hour
	Day
	Month
	Year
)

var units = [...]struct {
	name   string
	length time.Duration
}{
	Second: {"second", time.Second},
	Minute: {"minute", time.Minute},
	Hour:   {"hour", time.Hour},
	Day:    {"day", 24 * time.Hour},
	Month:  {"month", 30 * 24 * time.Hour},
	Year:   {"year", 360 * 24 * time.Hour},
}

// String gives the unit's name in the singular, such as "minute".
func (u Unit) String() string {
	if int(u) < len(units) {
		return units[u].name
	}
	return "unit(" + strconv.Itoa(int(u)) + ")"
}

// Duration is the unit's length.
func (u Unit) Duration() time.Duration {
	if int(u) < len(units) {
		return units[u].length
	}
	return 0
}

// Window returns the length of time that the amount is for.
func (l Limit) Window() time.Duration { return time.Duration(l.Multiples) * l.Unit.Duration() }

// String returns the canonical form, "100 per 2 hour", as Flask-Limiter's answers show it. [Parse] reads it back.
func (l Limit) String() string {
	b := strconv.AppendInt(make([]byte, 0, 32), l.Amount, 10)
	b = append(b, " per "...)
	b = strconv.AppendInt(b, l.Multiples, 10)
	b = append(b, ' ')
	return string(append(b, l.Unit.String()...))
}
