package builtin

import (
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// format is the filter format: value % args, or value % kwargs.
func format(st State, v Value, a Args) (Value, error) {
	if len(a.Pos) > 0 && len(a.Kw) > 0 {
		return Value{}, argumentError("can't handle positional and keyword arguments at the same time")
	}
	v, err := softStr(v)
	if err != nil {
		return Value{}, err
	}
	if len(a.Kw) == 0 {
		text, _ := v.Str()
		s, err := value.PercentFormatArgs(st, text, v.IsSafe(), a.Pos)
		if v.IsSafe() {
			return value.Safe(s), err
		}
		return value.String(s), err
	}
	d := value.NewDictSize(len(a.Kw))
	for _, kw := range a.Kw {
		d.SetString(kw.Name, kw.Value)
	}
	return value.ModState(st, v, d.Value())
}
