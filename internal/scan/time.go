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

// strftime replaces the directives of strftime by Go's layout, strptime those of strptime, which reads numbers with or
// without a leading zero.
var (
	strftime = strings.NewReplacer("%Y", "2006", "%y", "06", "%m", "01", "%d", "02", "%H", "15", "%I", "03", "%M", "04",
		"%S", "05", "%f", "000000", "%p", "PM", "%b", "Jan", "%B", "January", "%a", "Mon", "%A", "Monday", "%z", "-0700", "%Z", "MST", "%%", "%",
		"%-m", "1", "%-d", "2", "%-H", "15", "%-I", "3", "%-M", "4", "%-S", "5", "%j", "002")
	strptime = strings.NewReplacer("%Y", "2006", "%y", "06", "%m", "1", "%d", "2", "%H", "15", "%I", "3", "%M", "4",
		"%S", "5", "%f", "999999", "%p", "PM", "%b", "Jan", "%B", "January", "%a", "Mon", "%A", "Monday", "%z", "-0700", "%Z", "MST", "%%", "%",
		"%-m", "1", "%-d", "2", "%-H", "15", "%-I", "3", "%-M", "4", "%-S", "5", "%j", "002")
)

// Format writes a time in the layout. The empty Layout writes RFC 3339.
func (l Layout) Format(t time.Time) string {
	switch {
	case l == "":
		return t.Format(time.RFC3339)
	case strings.Contains(string(l), "%"):
		return t.Format(strftime.Replace(string(l)))
	}
	return t.Format(string(l))
}

func (l Layout) time(text string) (time.Time, error) {
	r := l.Reader()
	if t, ok := r.Time(text); ok {
		return t, nil
	}
	example := time.Date(2026, 1, 31, 15, 4, 0, 0, time.UTC).Format(r.layouts[min(1, len(r.layouts)-1)])
	return time.Time{}, &Error{fmt.Sprintf("%q is no date such as %s", text, example), "a date such as " + example + " is needed"}
}

// A TimeReader reads times of one layout.
type TimeReader struct {
	layouts  []string
	fraction bool // a fraction of a second may stand where the layout has none
}

// Reader returns what reads times of the layout.
func (l Layout) Reader() TimeReader {
	switch {
	case l == "":
		return TimeReader{usualLayouts, true}
	case !strings.Contains(string(l), "%"):
		return TimeReader{[]string{string(l)}, true}
	}
	// Parse reads a fraction behind the seconds that no strptime reads.
	r := TimeReader{[]string{strptime.Replace(string(l))}, strings.Contains(string(l), "%f")}
	if strings.Contains(string(l), "%p") {
		r.layouts = append(r.layouts, strings.Replace(r.layouts[0], "PM", "pm", 1))
	}
	return r
}

// Time reads a time. ok is false when the text is none.
func (r TimeReader) Time(text string) (t time.Time, ok bool) {
	for _, layout := range r.layouts {
		if t, err := time.Parse(layout, text); err == nil && (r.fraction || t.Nanosecond() == 0) {
			return t, true
		}
	}
	return time.Time{}, false
}
