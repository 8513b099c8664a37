package builtin

import (
	"strings"

	"github.com/dewar-go/dewar/jinja/internal/value"
)

var truncateSig = sig("do_truncate", onEnvS, value.Opt("length", value.Int(255)), value.Opt("killwords", value.False),
	value.Opt("end", value.String("...")), value.Opt("leeway", value.None))

// truncate is the filter truncate: it cuts a text that is longer than length plus the leeway.
func truncate(st State, v Value, a Args) (Value, error) {
	var arg [4]Value
	if err := truncateSig.bind(arg[:], a); err != nil {
		return Value{}, err
	}
	if arg[3].IsNone() {
		arg[3] = st.Policy("truncate.leeway")
		if arg[3].IsNone() || arg[3].IsUndefined() {
			arg[3] = value.Int(5)
		}
	}
	end, err := value.Len(arg[2])
	if err != nil {
		return Value{}, err
	}
	length, leeway := arg[0], arg[3]
	if ok, err := compare(value.Ge, length, value.Int(int64(end))); err != nil {
		return Value{}, err
	} else if !ok {
		l, err := value.StrOf(length)
		return Value{}, orElse(err, value.Errorf("AssertionError", "expected length >= %d, got %s", end, l))
	}
	if ok, err := compare(value.Ge, leeway, value.Int(0)); err != nil {
		return Value{}, err
	} else if !ok {
		l, err := value.StrOf(leeway)
		return Value{}, orElse(err, value.Errorf("AssertionError", "expected leeway >= 0, got %s", l))
	}
	n, err := value.Len(v)
	if err != nil {
		return Value{}, err
	}
	most, err := value.Add(length, leeway)
	if err != nil {
		return Value{}, err
	}
	if fits, err := compare(value.Le, value.Int(int64(n)), most); err != nil || fits {
		return v, err
	}
	keep, err := value.Sub(length, value.Int(int64(end)))
	if err != nil {
		return Value{}, err
	}
	cut, ok := keep.Int64()
	if !ok {
		return Value{}, typeError("slice indices must be integers or None or have an __index__ method")
	}
	kill, err := truth(arg[1])
	if err != nil {
		return Value{}, err
	}
	s, ok := v.Str()
	if !ok {
		items, err := value.Collect(v)
		if err != nil {
			return Value{}, err
		}
		if !kill {
			return Value{}, value.NoAttribute(v, "rsplit")
		}
		return value.Add(value.NewList(items[:min(int(cut), len(items))]), arg[2])
	}
	s = runePrefix(s, int(cut))
	if !kill {
		if i := strings.LastIndexByte(s, ' '); i >= 0 {
			s = s[:i]
		}
	}
	return value.Add(value.Piece(st, like(v, s)), arg[2])
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}
