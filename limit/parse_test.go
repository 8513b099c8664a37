package limit

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	for _, row := range []struct {
		name, text string
		want       []Limit
	}{
		{"slash", "10/minute", []Limit{{10, 1, Minute}}},
		{"per", "10 per minute", []Limit{{10, 1, Minute}}},
		{"multiples", "10 per 2 hours", []Limit{{10, 2, Hour}}},
		{"multiples after slash", "10/2hours", []Limit{{10, 2, Hour}}},
		{"no spaces", "10perhour", []Limit{{10, 1, Hour}}},
		{"spaces everywhere", " \t10 / 3 seconds\n", []Limit{{10, 3, Second}}},
		{"upper case", "10 PER 2 HoUrS", []Limit{{10, 2, Hour}}},
		{"singular with multiples", "1 per 2 day", []Limit{{1, 2, Day}}},
		{"plural without", "1/months", []Limit{{1, 1, Month}}},
		{"year", "1/year", []Limit{{1, 1, Year}}},
		{"semicolon", "10 per 2 hours; 100/day", []Limit{{10, 2, Hour}, {100, 1, Day}}},
		{"comma and bar", "1/second,2/minute|3/hour", []Limit{{1, 1, Second}, {2, 1, Minute}, {3, 1, Hour}}},
		{"amount zero", "0/second", []Limit{{0, 1, Second}}},
		{"leading zeros", "010/05 minutes", []Limit{{10, 5, Minute}}},
		{"greatest", "1000000000/36000 days", []Limit{{MaxAmount, 36000, Day}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := Parse(row.text)
			if err != nil || !slices.Equal(got, row.want) {
				t.Fatalf("Parse(%q) = %v, %v; want %v", row.text, got, err, row.want)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"empty", "", "a limit is missing"},
		{"spaces", "   ", "a limit is missing"},
		{"trailing separator", "10/minute;", "a limit is missing"},
		{"leading separator", ";10/minute", "a limit is missing"},
		{"two separators", "1/second;;2/minute", "a limit is missing"},
		{"abbreviation", "10/min", "no unit of time"},
		{"no unit", "10/", "no unit of time"},
		{"unknown unit", "10/week", "no unit of time"},
		{"no amount", "/minute", "does not begin with an amount"},
		{"negative", "-1/minute", "does not begin with an amount"},
		{"fraction", "1.5/minute", "no / or per"},
		{"no separator", "10 minute", "no / or per"},
		{"nothing else", "10", "no / or per"},
		{"zero multiples", "10/0 seconds", "for no time at all"},
		{"stray colon", "1/second:;5/minute", `goes on with ":"`},
		{"something behind", "10/minute please", `goes on with "please"`},
		{"two plurals", "10/minutess", `goes on with "s"`},
		{"long s", "10/minuteſ", `goes on with "ſ"`},
		{"long s in the unit", "10/ſecond", "no unit of time"},
		{"space beyond ASCII", "10\u00a0/minute", "no / or per"},
		{"digits beyond ASCII", "１０/minute", "does not begin with an amount"},
		{"amount too great", "1000000001/day", "above 1000000000"},
		{"amount beyond int64", strings.Repeat("9", 40) + "/day", "above 1000000000"},
		{"window too long", "1/101 years", "longer than 36000 days"},
		{"window beyond int64", "1/" + strings.Repeat("9", 40) + " seconds", "longer than 36000 days"},
		{"too many", strings.Repeat("1/day;", 16) + "1/day", "more than 16 limits"},
		{"too long", strings.Repeat(" ", MaxText) + "1/day", "at most 1000"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := Parse(row.text)
			if err == nil || !strings.Contains(err.Error(), row.want) || !strings.HasPrefix(err.Error(), "limit: ") {
				t.Fatalf("Parse(%q) = %v, %v; want an error with %q", row.text, got, err, row.want)
			}
		})
	}
}

func TestLimit(t *testing.T) {
	for _, row := range []struct {
		limit  Limit
		text   string
		window time.Duration
	}{
		{Limit{10, 1, Minute}, "10 per 1 minute", time.Minute},
		{Limit{1, 2, Hour}, "1 per 2 hour", 2 * time.Hour},
		{Limit{5, 1, Month}, "5 per 1 month", 2592000 * time.Second},
		{Limit{0, 1, Year}, "0 per 1 year", 31104000 * time.Second},
	} {
		if row.limit.String() != row.text || row.limit.Window() != row.window {
			t.Errorf("%#v: %q, %v; want %q, %v", row.limit, row.limit.String(), row.limit.Window(), row.text, row.window)
		}
	}
}

// notation is Flask-Limiter's grammar without what Parse leaves out.
var notation = regexp.MustCompile(`(?i)^[ \t\n\v\f\r]*\d+[ \t\n\v\f\r]*(?:per|/)[ \t\n\v\f\r]*\d*[ \t\n\v\f\r]*(?:year|month|day|hour|minute|second)s?[ \t\n\v\f\r]*$`)

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"10/minute", "10 per 2 hours; 100/day", "1/second,2/MINUTES|3perhour", "0/0 seconds", "1/second:;5/minute",
		"10/min", "", ";", "1/1", "ſ/ſ", "9999999999999999999/day", "1/36000 days", "1 per 1 month s",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		limits, err := Parse(text)
		if err != nil {
			return
		}
		parts := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",;|", r) })
		if len(parts) != len(limits) {
			t.Fatalf("Parse(%q) gives %d limits, want %d", text, len(limits), len(parts))
		}
		for i, l := range limits {
			if !notation.MatchString(parts[i]) {
				t.Fatalf("Parse(%q) takes %q", text, parts[i])
			}
			if l.Amount < 0 || l.Amount > MaxAmount || l.Window() <= 0 || l.Window() > MaxWindow {
				t.Fatalf("Parse(%q) gives %v beyond the bounds", text, l)
			}
			again, err := Parse(l.String())
			if err != nil || len(again) != 1 || again[0] != l {
				t.Fatalf("Parse(%q) = %v, %v; want %v", l.String(), again, err, l)
			}
		}
	})
}
