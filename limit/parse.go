package limit

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Bounds of limit strings.
const (
	// MaxAmount is the greatest amount of a limit.
	MaxAmount = 1_000_000_000
	// MaxWindow is the longest window: a hundred years of 360 days.
	MaxWindow = 36000 * 24 * time.Hour
	// MaxText is the greatest length of a limit string in bytes.
	MaxText = 1000
	// MaxLimits is the greatest number of limits in one string.
	MaxLimits = 16
)

// Parse reads a limit string with one or more limits in Flask-Limiter's
// notation:
//
//	amount ("/" | "per") [multiples] unit ["s"]
//
// joined by one of ",", ";" and "|". Units are second, minute, hour, day, month
// and year. Upper and lower case are the same, and spaces may stand anywhere
// between the parts or be left out: "10/minute", "10 per 2 Hours; 100/day" and
// "10perhour" are limit strings.
//
// Parse is stricter than Flask-Limiter on purpose. These are errors: multiples of zero ("10/0 seconds", where
// Flask-Limiter counts one second), a colon between two limits, letters and spaces outside ASCII, and anything beyond
// [MaxAmount], [MaxWindow], [MaxText] and [MaxLimits]. An amount of zero is accepted, as there: it lets nothing pass.
// In both, abbreviations such as "10/min", an empty string and a separator at the end are errors.
func Parse(text string) ([]Limit, error) {
	if len(text) > MaxText {
		return nil, fmt.Errorf("limit: the limit string %.40q… is %d bytes long, at most %d are allowed", text, len(text), MaxText)
	}
	var list []Limit
	for rest, more := text, true; more; {
		var part string
		part, rest, more = cutSeparator(rest)
		if len(list) == MaxLimits {
			return nil, fmt.Errorf("limit: the limit string %.40q… holds more than %d limits", text, MaxLimits)
		}
		l, err := parseOne(part)
		if err != nil {
			return nil, fmt.Errorf("limit: the limit string %q: %w", text, err)
		}
		list = append(list, l)
	}
	return list, nil
}

// cutSeparator cuts text at the first separator between limits.
func cutSeparator(text string) (before, after string, found bool) {
	if i := strings.IndexAny(text, ",;|"); i >= 0 {
		return text[:i], text[i+1:], true
	}
	return text, "", false
}

// parseOne reads one limit.
func parseOne(text string) (Limit, error) {
	s := skipSpace(text)
	if s == "" {
		return Limit{}, fmt.Errorf("a limit is missing; write one like 10/minute")
	}
	digits, s := cutDigits(s)
	if digits == "" {
		return Limit{}, fmt.Errorf("%q does not begin with an amount; write it like 10/minute", text)
	}
	amount, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || amount > MaxAmount {
		return Limit{}, fmt.Errorf("the amount of %q is above %d", text, MaxAmount)
	}
	s = skipSpace(s)
	switch {
	case strings.HasPrefix(s, "/"):
		s = s[1:]
	case hasWord(s, "per"):
		s = s[len("per"):]
	default:
		return Limit{}, fmt.Errorf("%q has no / or per after the amount; write it like 10/minute", text)
	}
	digits, s = cutDigits(skipSpace(s))
	multiples := int64(1)
	if digits != "" {
		multiples, err = strconv.ParseInt(digits, 10, 64)
		if err == nil && multiples == 0 {
			return Limit{}, fmt.Errorf("%q is for no time at all; leave the 0 out to mean one", text)
		}
	}
	s = skipSpace(s)
	for u, unit := range units {
		if !hasWord(s, unit.name) {
			continue
		}
		s = s[len(unit.name):]
		if hasWord(s, "s") {
			s = s[1:]
		}
		if s = skipSpace(s); s != "" {
			return Limit{}, fmt.Errorf("%q goes on with %q after its unit; join limits with a semicolon", text, s)
		}
		if err != nil || multiples > int64(MaxWindow/unit.length) {
			return Limit{}, fmt.Errorf("the window of %q is longer than %d days", text, int64(MaxWindow/(24*time.Hour)))
		}
		return Limit{Amount: amount, Multiples: multiples, Unit: Unit(u)}, nil
	}
	return Limit{}, fmt.Errorf("%q has no unit of time; it is one of second, minute, hour, day, month and year, written out", text)
}

// skipSpace drops the ASCII spaces at the front.
func skipSpace(s string) string { return strings.TrimLeft(s, " \t\n\v\f\r") }

// cutDigits cuts the ASCII digits off the front.
func cutDigits(s string) (digits, rest string) {
	i := 0
	for i < len(s) && '0' <= s[i] && s[i] <= '9' {
		i++
	}
	return s[:i], s[i:]
}

// hasWord reports whether s begins with word, which is lower-case ASCII, ignoring case. Unicode's folding is not used:
// it takes "ſ" for an s.
func hasWord(s, word string) bool {
	if len(s) < len(word) {
		return false
	}
	for i := range len(word) {
		if s[i]|0x20 != word[i] {
			return false
		}
	}
	return true
}
