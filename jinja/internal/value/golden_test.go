package value

import (
	"encoding/json"
	"math/big"
	"os"
	"strconv"
	"testing"
	"time"
)

// The files under testdata were written by testdata/goldens.py: what CPython, markupsafe and Jinja
// give for the same operation.

func readGolden(t *testing.T, name string) [][]json.RawMessage {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var cases [][]json.RawMessage
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 100 {
		t.Fatalf("only %d cases", len(cases))
	}
	return cases
}

func untag(t *testing.T, raw json.RawMessage) Value {
	t.Helper()
	var m map[string]json.RawMessage
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	list := func(raw json.RawMessage) []Value {
		var parts []json.RawMessage
		_ = json.Unmarshal(raw, &parts)
		out := make([]Value, len(parts))
		for i, p := range parts {
			out[i] = untag(t, p)
		}
		return out
	}
	text := func(raw json.RawMessage) (s string) {
		_ = json.Unmarshal(raw, &s)
		return s
	}
	for k, x := range m {
		switch k {
		case "n":
			return None
		case "b":
			return Bool(string(x) == "true")
		case "i":
			b, _ := new(big.Int).SetString(text(x), 10)
			return BigInt(b)
		case "f":
			f, _ := strconv.ParseFloat(text(x), 64)
			return Float(f)
		case "c":
			var p [2]string
			_ = json.Unmarshal(x, &p)
			re, _ := strconv.ParseFloat(p[0], 64)
			im, _ := strconv.ParseFloat(p[1], 64)
			return Complex(complex(re, im))
		case "s":
			return String(text(x))
		case "m":
			return Safe(text(x))
		case "y":
			var b []byte
			for _, r := range text(x) {
				b = append(b, byte(r))
			}
			return Bytes(b)
		case "l":
			return NewList(list(x))
		case "t":
			return NewTuple(list(x))
		case "e":
			s, _ := NewSet(list(x))
			return s
		case "d":
			d := NewDict()
			var pairs [][2]json.RawMessage
			_ = json.Unmarshal(x, &pairs)
			for _, p := range pairs {
				if err := d.Set(untag(t, p[0]), untag(t, p[1])); err != nil {
					t.Fatal(err)
				}
			}
			return d.Value()
		case "r":
			var p [3]int64
			_ = json.Unmarshal(x, &p)
			return NewRange(p[0], p[1], p[2])
		case "sl":
			p := list(x)
			return NewSlice(p[0], p[1], p[2])
		case "dt":
			d, err := time.Parse(time.RFC3339Nano, text(x))
			if err != nil {
				t.Fatal(err)
			}
			if _, off := d.Zone(); off == 0 {
				d = d.UTC()
			}
			return Time(d)
		case "td":
			us, _ := strconv.ParseInt(string(x), 10, 64)
			return Duration(time.Duration(us) * time.Microsecond)
		case "u":
			var p [2]string
			_ = json.Unmarshal(x, &p)
			mode := map[string]UndefMode{"Undefined": UndefDefault, "StrictUndefined": UndefStrict, "ChainableUndefined": UndefChainable}[p[0]]
			return NewUndefined(&Undef{Name: String(p[1]), Mode: mode})
		}
	}
	t.Fatalf("cannot read %s", raw)
	return Value{}
}

type outcome struct{ Repr, Error string }

func outcomeOf(v Value, err error) outcome {
	if err == nil {
		var s string
		if s, err = ReprOf(v); err == nil {
			return outcome{Repr: s}
		}
	}
	return outcome{Error: err.Error()}
}

func check(t *testing.T, failures *int, raw json.RawMessage, what func() string, v Value, err error) {
	t.Helper()
	var want outcome
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	if got := outcomeOf(v, err); got != want {
		if *failures++; *failures <= 40 {
			t.Errorf("%s\n got %q\nwant %q", what(), got, want)
		}
	}
}

func describe(parts ...Value) string {
	s := ""
	for _, p := range parts {
		r, _ := ReprOf(p)
		s += " " + r
	}
	return s
}

func TestBinaryOperators(t *testing.T) {
	failures := 0
	cases := readGolden(t, "binary")
	arith := map[string]func(a, b Value) (Value, error){"+": Add, "-": Sub, "*": Mul, "/": Div, "//": FloorDiv, "%": Mod, "**": Pow}
	comparisons := map[string]Op{"<": Lt, "<=": Le, ">": Gt, ">=": Ge, "==": Eq, "!=": Ne}
	for _, c := range cases {
		var op string
		_ = json.Unmarshal(c[1], &op)
		a, b := untag(t, c[2]), untag(t, c[3])
		var v Value
		var err error
		if f := arith[op]; f != nil {
			v, err = f(a, b)
		} else if cmp, ok := comparisons[op]; ok {
			var r bool
			r, err = Compare(cmp, a, b)
			v = Bool(r)
		} else {
			var r bool
			r, err = Contains(b, a)
			v = Bool(r)
		}
		check(t, &failures, c[4], func() string { return describe(a) + " " + op + describe(b) }, v, err)
	}
	t.Logf("%d failures of %d", failures, len(cases))
}

func TestConversions(t *testing.T) {
	failures := 0
	text := func(f func(Value) (string, error)) func(Value) (Value, error) {
		return func(v Value) (Value, error) {
			s, err := f(v)
			return String(s), err
		}
	}
	funcs := map[string]func(Value) (Value, error){
		"str": text(StrOf), "repr": text(ReprOf), "int": IntOf, "float": FloatOf, "abs": AbsOf, "neg": Neg, "pos": Pos, "escape": Escape,
		"bool": func(v Value) (Value, error) {
			b, err := TruthErr(v)
			return Bool(b), err
		},
		"len": func(v Value) (Value, error) {
			n, err := Len(v)
			return Int(int64(n)), err
		},
		"list": func(v Value) (Value, error) {
			items, err := Collect(v)
			return NewList(items), err
		},
		"hash": func(v Value) (Value, error) {
			_, err := Hash(v)
			return None, err
		},
	}
	for _, c := range readGolden(t, "unary") {
		var name string
		_ = json.Unmarshal(c[0], &name)
		a := untag(t, c[1])
		v, err := funcs[name](a)
		check(t, &failures, c[2], func() string { return name + describe(a) }, v, err)
	}
}

func TestSubscripts(t *testing.T) {
	failures := 0
	for _, c := range readGolden(t, "items") {
		a, k := untag(t, c[0]), untag(t, c[1])
		v, err := Subscript(a, k)
		check(t, &failures, c[2], func() string {
			if s, ok := k.slice(); ok {
				return describe(a, s.start, s.stop, s.step)
			}
			return describe(a, k)
		}, v, err)
	}
}

func TestMethods(t *testing.T) {
	failures := 0
	for _, c := range readGolden(t, "methods") {
		var name string
		_ = json.Unmarshal(c[1], &name)
		self := untag(t, c[0])
		before := describe(self)
		var a Args
		var pos []json.RawMessage
		_ = json.Unmarshal(c[2], &pos)
		for _, p := range pos {
			a.Pos = append(a.Pos, untag(t, p))
		}
		var kw [][2]json.RawMessage
		_ = json.Unmarshal(c[3], &kw)
		for _, k := range kw {
			var n string
			_ = json.Unmarshal(k[0], &n)
			a.Kw = append(a.Kw, Kw{n, untag(t, k[1])})
		}
		m, ok := LookupMethod(self, name)
		if !ok {
			t.Errorf("%s has no method %s", TypeName(self), name)
			continue
		}
		v, err := m(nil, self, a)
		if len(c) > 5 && err == nil {
			v = NewTuple([]Value{v, self})
		}
		check(t, &failures, c[4], func() string { return before + "." + name + describe(a.Pos...) }, v, err)
	}
}

func TestPercentFormat(t *testing.T) {
	failures := 0
	for _, c := range readGolden(t, "percent") {
		a, b := untag(t, c[0]), untag(t, c[1])
		v, err := Mod(a, b)
		check(t, &failures, c[2], func() string { return describe(a) + " %" + describe(b) }, v, err)
	}
}

func TestStrFormat(t *testing.T) {
	failures := 0
	for _, c := range readGolden(t, "formats") {
		var kind string
		if json.Unmarshal(c[0], &kind) == nil {
			var spec string
			_ = json.Unmarshal(c[2], &spec)
			a := untag(t, c[1])
			s, err := FormatValue(a, spec)
			check(t, &failures, c[3], func() string { return "format" + describe(a, String(spec)) }, String(s), err)
			continue
		}
		self := untag(t, c[0])
		var a Args
		var pos []json.RawMessage
		_ = json.Unmarshal(c[1], &pos)
		for _, p := range pos {
			a.Pos = append(a.Pos, untag(t, p))
		}
		var kw [][2]json.RawMessage
		_ = json.Unmarshal(c[2], &kw)
		for _, k := range kw {
			var n string
			_ = json.Unmarshal(k[0], &n)
			a.Kw = append(a.Kw, Kw{n, untag(t, k[1])})
		}
		v, err := strFormat(nil, self, a)
		check(t, &failures, c[3], func() string { return describe(self) + ".format" + describe(a.Pos...) }, v, err)
	}
}
