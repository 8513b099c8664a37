package value

import (
	"math"
	"math/big"
	"strings"
	"testing"
)

// CVE-2019-8341 and its like: hostile templates must not be able to take the memory or the time of
// the process with one operation.
func TestLimits(t *testing.T) {
	huge := Int(math.MaxInt64)
	list := NewList([]Value{Int(1)})
	loop := NewList(nil)
	l, _ := loop.List()
	l.Append(loop)
	deep := NewList(nil)
	for range 100000 {
		deep = NewList([]Value{deep})
	}
	call := func(v Value, name string, a ...Value) func() (Value, error) {
		return func() (Value, error) {
			m, ok := LookupMethod(v, name)
			if !ok {
				t.Fatal(name)
			}
			return m(nil, v, Positional(a...))
		}
	}
	rows := []struct {
		name string
		f    func() (Value, error)
		want string
	}{
		{"'x' * 2**63-1", func() (Value, error) { return Mul(String("x"), huge) }, "MemoryError"},
		{"2**63-1 * [1]", func() (Value, error) { return Mul(huge, list) }, "MemoryError"},
		{"'x' * 10**9", func() (Value, error) { return Mul(String("x"), Int(1e9)) }, "MemoryError"},
		{"10**10**10", func() (Value, error) { return Pow(Int(10), Int(1e10)) }, "OverflowError"},
		{"2 ** 2**63", func() (Value, error) { return Pow(Int(2), huge) }, "OverflowError"},
		{"10.0 ** 1000", func() (Value, error) { return Pow(Float(10), Int(1000)) }, "OverflowError"},
		{"'%1000000000d'", func() (Value, error) { return Mod(String("%1000000000d"), Int(1)) }, "MemoryError"},
		{"'%.1000000000f'", func() (Value, error) { return Mod(String("%.1000000000f"), Float(1)) }, "MemoryError"},
		{"'%*d'", func() (Value, error) { return Mod(String("%*d"), NewTuple([]Value{huge, Int(1)})) }, "MemoryError"},
		{"'{:1000000000}'", call(String("{:1000000000}"), "format", Int(1)), "MemoryError"},
		{"'{:.1000000000f}'", call(String("{:.1000000000f}"), "format", Float(1)), "MemoryError"},
		{"center", call(String("x"), "center", huge), "MemoryError"},
		{"zfill", call(String("x"), "zfill", Int(1e9)), "MemoryError"},
		{"ljust", call(String("x"), "ljust", Int(1e9)), "MemoryError"},
		{"expandtabs", call(String("\t"), "expandtabs", Int(1e9)), "MemoryError"},
		{"replace", call(String(strings.Repeat("a", 10000)), "replace", String("a"), String(strings.Repeat("b", 10000))), "MemoryError"},
		{"replace ''", call(String(strings.Repeat("a", 10000)), "replace", String(""), String(strings.Repeat("b", 10000))), "MemoryError"},
		{"join", call(String(strings.Repeat("a", 10000)), "join", NewList(make([]Value, 0)).append(String(""), 10000)), "MemoryError"},
		{"int('9' * 5000)", func() (Value, error) { return IntOf(String(strings.Repeat("9", 5000))) }, "ValueError"},
		{"list(range(10**9))", func() (Value, error) { v, err := Collect(NewRange(0, 1e9, 1)); return NewList(v), err }, "MemoryError"},
		{"str(10**4400)", func() (Value, error) {
			s, err := StrOf(BigInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(4400), nil)))
			return String(s), err
		}, "ValueError"},
		{"repr of a deep list", func() (Value, error) { s, err := ReprOf(deep); return String(s), err }, "RecursionError"},
		{"comparing deep lists", func() (Value, error) {
			b, err := Compare(Eq, deep, NewList([]Value{first2(deep, nil)}))
			return Bool(b), err
		}, ""},
		{"a list in itself", func() (Value, error) { b, err := Compare(Lt, loop, NewList([]Value{loop})); return Bool(b), err }, ""},
	}
	for _, row := range rows {
		_, err := row.f()
		switch {
		case row.want == "":
		case err == nil:
			t.Errorf("%s: no error", row.name)
		case !strings.HasPrefix(err.Error(), row.want):
			t.Errorf("%s: %v, want %s", row.name, err, row.want)
		}
	}
	if r, _ := ReprOf(loop); r != "[[...]]" {
		t.Error(r)
	}
	d := NewDict()
	d.SetString("self", d.Value())
	if r, _ := ReprOf(d.Value()); r != "{'self': {...}}" {
		t.Error(r)
	}
	v := Int(1 << 62)
	for range 20 { // squaring ends
		var err error
		if v, err = Mul(v, v); err != nil {
			return
		}
	}
	t.Error("integers grow without limit")
}

func (v Value) append(x Value, n int) Value {
	l, _ := v.List()
	for range n {
		l.Append(x)
	}
	return v
}

func TestDict(t *testing.T) {
	d := NewDict()
	for i := range 1000 {
		if err := d.Set(Int(int64(i)), Int(int64(i*i))); err != nil {
			t.Fatal(err)
		}
	}
	for i := 0; i < 1000; i += 2 {
		if ok, _ := d.Delete(Float(float64(i))); !ok {
			t.Fatal("no", i)
		}
	}
	for i := range 1000 {
		v, ok, _ := d.Get(Int(int64(i)))
		if ok != (i%2 == 1) || ok && !Equal(v, Int(int64(i*i))) {
			t.Fatal(i, ok)
		}
	}
	keys := d.Keys()
	if len(keys) != 500 || d.Len() != 500 || !Equal(keys[0], Int(1)) || !Equal(keys[499], Int(999)) {
		t.Fatal(len(keys), d.Len())
	}
	// The first of equal keys stays.
	d = NewDict()
	for _, k := range []Value{Int(1), Float(1), True, String("a"), Safe("a"), BigInt(big.NewInt(1))} {
		_ = d.Set(k, k)
	}
	if r, _ := ReprOf(d.Value()); r != "{1: 1, 'a': Markup('a')}" {
		t.Error(r)
	}
	c := d.Copy()
	c.SetString("new", None)
	if d.Len() != 2 || c.Len() != 3 {
		t.Error("a copy is not one")
	}
	if err := d.Set(NewList(nil), None); err == nil || err.Error() != "TypeError: unhashable type: 'list'" {
		t.Error(err)
	}
	s, _ := Seq(ItemsOf(d.Value()))
	if k, v, ok := s.Pair(1); !ok || !Equal(k, String("a")) || !v.IsSafe() {
		t.Error(k, v, ok)
	}
	it, _ := Iterate(d.Value())
	d.SetString("grown", None)
	if _, _, err := it.Next(); err == nil || err.Error() != "RuntimeError: dictionary changed size during iteration" {
		t.Error(err)
	}
}

func TestBind(t *testing.T) {
	params := []Param{Req("a"), Opt("b", Int(2)), Opt("c", None)}
	kw := func(names ...string) (out []Kw) {
		for i, n := range names {
			out = append(out, Kw{n, Int(int64(10 + i))})
		}
		return out
	}
	rows := []struct {
		args     Args
		implicit []string
		want     string
	}{
		{Positional(Int(1)), nil, "(1, 2, None)"},
		{Args{Pos: []Value{Int(1)}, Kw: kw("c")}, nil, "(1, 2, 10)"},
		{Args{Pos: nil, Kw: kw("b", "a")}, nil, "(11, 10, None)"},
		{Args{}, nil, "TypeError: f() missing 1 required positional argument: 'a'"},
		{Positional(None, None, None, None), nil, "TypeError: f() takes from 1 to 3 positional arguments but 4 were given"},
		{Positional(None, None, None, None), []string{"value"}, "TypeError: f() takes from 2 to 4 positional arguments but 5 were given"},
		{Args{Pos: []Value{None}, Kw: kw("a")}, nil, "TypeError: f() got multiple values for argument 'a'"},
		{Args{Pos: []Value{None}, Kw: kw("z")}, nil, "TypeError: f() got an unexpected keyword argument 'z'"},
		{Args{Pos: []Value{None}, Kw: kw("value")}, []string{"value"}, "TypeError: f() got multiple values for argument 'value'"},
	}
	for _, row := range rows {
		out, err := row.args.BindAfter("f", row.implicit, params...)
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			got, _ = ReprOf(NewTuple(out))
		}
		if got != row.want {
			t.Errorf("got %s, want %s", got, row.want)
		}
	}
	_, err := Args{}.Bind("g", Req("x"), Req("y"), Req("z"))
	if err == nil || err.Error() != "TypeError: g() missing 3 required positional arguments: 'x', 'y', and 'z'" {
		t.Error(err)
	}
}
