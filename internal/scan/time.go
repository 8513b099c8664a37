package scan

import (
	"fmt"
	"reflect"
	"strings"
	"time"
)

// A Layout is the format of times: Go's, or that of strptime when it holds a %. The empty Layout reads RFC 3339 and the
// values of HTML's inputs of type date and datetime-local.
type Layout string

// IsTime reports whether t is time.Time, a pointer to it or a slice of it.
func IsTime(t reflect.Type) bool {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	return t == timeType
}

var usualLayouts = []string{time.RFC3339, time.DateOnly, "2006-01-02T15:04", "2006-01-02T15:04:05"}

// strptime replaces the directives of strptime by Go's layout.
var strptime = strings.NewReplacer("%Y", "2006", "%y", "06", "%m", "01", "%d", "02", "%H", "15", "%I", "03", "%M", "04",
	"%S", "05", "%f", "000000", "%p", "PM", "%b", "Jan", "%B", "January", "%a", "Mon", "%A", "Monday", "%z", "-0700", "%Z", "MST", "%%", "%")

func (l Layout) time(text string) (time.Time, error) {
	layouts := usualLayouts
	if l != "" {
		layouts = []string{strptime.Replace(string(l))}
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	example := time.Date(2026, 1, 31, 15, 4, 0, 0, time.UTC).Format(layouts[min(1, len(layouts)-1)])
	return time.Time{}, &Error{fmt.Sprintf("%q is no date such as %s", text, example), "a date such as " + example + " is needed"}
}
