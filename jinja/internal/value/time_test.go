package value

import (
	"testing"
	"time"
)

func TestNaiveTimes(t *testing.T) {
	naive := Time(time.Date(2024, 2, 29, 1, 2, 3, 0, Naive))
	aware := Time(time.Date(2024, 2, 29, 1, 2, 3, 0, time.UTC))
	parsed, err := time.ParseInLocation(time.RFC3339, "2024-02-29T01:02:03+00:00", time.FixedZone("far", 3600))
	if err != nil {
		t.Fatal(err)
	}
	for v, want := range map[Value]string{
		naive: "2024-02-29 01:02:03", aware: "2024-02-29 01:02:03+00:00", Time(parsed): "2024-02-29 01:02:03+00:00",
	} {
		if got, _ := StrOf(v); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if Equal(naive, aware) {
		t.Error("a naive and an aware datetime are equal")
	}
	if _, err := Compare(Lt, naive, aware); err == nil || err.Error() != "TypeError: can't compare offset-naive and offset-aware datetimes" {
		t.Error(err)
	}
	if _, err := Sub(naive, aware); err == nil || err.Error() != "TypeError: can't subtract offset-naive and offset-aware datetimes" {
		t.Error(err)
	}
	if got, err := FormatValue(naive, "%H%z%Z|"); got != "01|" || err != nil {
		t.Error(got, err)
	}
	zone, _ := GetAttr(aware, "tzinfo")
	if s, _ := StrOf(zone); s != "UTC" || TypeName(zone) != "datetime.timezone" {
		t.Error(s, TypeName(zone))
	}
	in, _ := LookupMethod(Time(parsed), "astimezone")
	if v, err := in(nil, Time(parsed), Positional(zone)); err != nil || !Equal(v, aware) {
		t.Error(v, err)
	}
	m, _ := LookupMethod(naive, "utcoffset")
	if v, _ := m(nil, naive, Args{}); !v.IsNone() {
		t.Error("a naive datetime has an offset")
	}
}
