package value

import "time"

// timezone is the value of a datetime's tzinfo.
type timezone struct {
	loc  *time.Location
	name string
}

// zoneOf returns t.tzinfo.
func zoneOf(t time.Time) Value {
	name := t.Location().String()
	if name == "" {
		name = zoneName(t)
	}
	return Of(timezone{t.Location(), name})
}

// String is the name of the zone.
func (z timezone) String() string { return z.name }

// Repr returns datetime.timezone.utc for UTC and a constructor call for other zones, as Python does.
func (z timezone) Repr() string {
	if z.loc == time.UTC {
		return "datetime.timezone.utc"
	}
	return "zoneinfo.ZoneInfo(key='" + z.name + "')"
}

// TypeName is the name of Python's class.
func (z timezone) TypeName() string { return "datetime.timezone" }

// Compare compares two time zones by their locations.
func (z timezone) Compare(op Op, other Value) (result, ok bool) {
	o, is := other.Any().(timezone)
	if !is || op > Ne {
		return false, false
	}
	return (o.loc == z.loc) == (op == Eq), true
}
