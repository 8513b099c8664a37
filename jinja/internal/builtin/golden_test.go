package builtin_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/big"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/dewar-go/dewar/jinja/internal/builtin"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// golden is a call that testdata/builtin.py made on the real Jinja.
type golden struct {
	Kind, Name string
	V          json.RawMessage
	Args       []json.RawMessage
	Kw         [][2]json.RawMessage
	Auto       bool
	Und        string
	OK         *string
	Err, Msg   string
}

// decode makes a value of the notation of builtin.py.
func decode(t testing.TB, mode value.UndefMode, raw json.RawMessage) value.Value {
	t.Helper()
	list := func(raw json.RawMessage) []value.Value {
		var items []json.RawMessage
		if err := json.Unmarshal(raw, &items); err != nil {
			t.Fatal(err)
		}
		out := make([]value.Value, len(items))
		for i := range items {
			out[i] = decode(t, mode, items[i])
		}
		return out
	}
	text := func(raw json.RawMessage) (s string) {
		if err := json.Unmarshal(raw, &s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	switch s := string(raw); {
	case s == "null":
		return value.None
	case s == "true":
		return value.True
	case s == "false":
		return value.False
	case s[0] == '"':
		return value.String(text(raw))
	case s[0] == '[':
		return value.NewList(list(raw))
	}
	var tagged map[string]json.RawMessage
	if err := json.Unmarshal(raw, &tagged); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	for tag, raw := range tagged {
		switch tag {
		case "i":
			n, _ := new(big.Int).SetString(text(raw), 10)
			return value.BigInt(n)
		case "f":
			switch s := text(raw); s {
			case "inf":
				return value.Float(math.Inf(1))
			case "-inf":
				return value.Float(math.Inf(-1))
			case "nan":
				return value.Float(math.NaN())
			default:
				f, err := strconv.ParseFloat(s, 64)
				if err != nil {
					t.Fatal(err)
				}
				return value.Float(f)
			}
		case "c":
			var c [2]float64
			json.Unmarshal(raw, &c)
			return value.Complex(complex(c[0], c[1]))
		case "m":
			return value.Safe(text(raw))
		case "b":
			var b []byte
			for _, r := range text(raw) {
				b = append(b, byte(r))
			}
			return value.Bytes(b)
		case "u":
			return value.NewUndefined(&value.Undef{Name: value.String("x"), Mode: mode})
		case "t":
			return value.NewTuple(list(raw))
		case "s":
			s, err := value.NewSet(list(raw))
			if err != nil {
				t.Fatal(err)
			}
			return s
		case "r":
			var r [3]int64
			json.Unmarshal(raw, &r)
			return value.NewRange(r[0], r[1], r[2])
		case "g":
			items := list(raw)
			i := 0
			return value.NewIterator(value.IteratorFunc(func() (value.Value, bool, error) {
				if i == len(items) {
					return value.Value{}, false, nil
				}
				i++
				return items[i-1], true, nil
			}))
		case "d":
			var pairs [][2]json.RawMessage
			json.Unmarshal(raw, &pairs)
			d := value.NewDict()
			for _, p := range pairs {
				if err := d.Set(decode(t, mode, p[0]), decode(t, mode, p[1])); err != nil {
					t.Fatal(err)
				}
			}
			return d.Value()
		}
	}
	t.Fatalf("unknown notation %s", raw)
	return value.Value{}
}

// call makes what the function is called with.
func (g *golden) call(t testing.TB) (st *state, v value.Value, a value.Args) {
	mode := map[string]value.UndefMode{"": value.UndefDefault, "strict": value.UndefStrict, "chainable": value.UndefChainable, "debug": value.UndefDebug}[g.Und]
	st = &state{autoescape: g.Auto, mode: mode}
	v = decode(t, mode, g.V)
	for _, raw := range g.Args {
		a.Pos = append(a.Pos, decode(t, mode, raw))
	}
	for _, kw := range g.Kw {
		var name string
		json.Unmarshal(kw[0], &name)
		a.Kw = append(a.Kw, value.Kw{Name: name, Value: decode(t, mode, kw[1])})
	}
	return st, v, a
}

// outcome runs the call and prints its result as builtin.py does.
func (g *golden) outcome(t testing.TB) (result string, err error) {
	st, v, a := g.call(t)
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	var r value.Value
	switch g.Kind {
	case "filter":
		r, err = builtin.Filters[g.Name](st, v, a)
	case "test":
		var yes bool
		yes, err = builtin.Tests[g.Name](st, v, a)
		r = value.Bool(yes)
	case "global":
		r, err = st.Call(builtin.Globals()[g.Name], a)
	}
	if err != nil {
		return "", err
	}
	if u, ok := r.Undefined(); ok {
		return "undefined: " + u.Message(), nil
	}
	if r.Kind() == value.KindIterator {
		items, err := value.Collect(r)
		if err != nil {
			return "", err
		}
		s, err := value.ReprOf(value.NewList(items))
		return "iterator: " + s, err
	}
	return value.ReprOf(r)
}

func (g *golden) String() string {
	s := g.Kind + " " + g.Name + " " + string(g.V)
	for _, a := range g.Args {
		s += " " + string(a)
	}
	for _, kw := range g.Kw {
		s += " " + string(kw[0]) + "=" + string(kw[1])
	}
	if g.Auto {
		s += " autoescape"
	}
	return s + " " + g.Und
}

func (g *golden) check(t testing.TB) string {
	got, err := g.outcome(t)
	if err != nil {
		got = err.Error()
	}
	want := g.Err + ": " + g.Msg
	if g.OK != nil {
		want = *g.OK
	} else if g.Msg == "" {
		want = g.Err
	}
	if got == want {
		return ""
	}
	return fmt.Sprintf("%s\n\tgot  %s\n\twant %s", g, got, want)
}

// readGoldens calls f for every line of a file of builtin.py.
func readGoldens(t testing.TB, path string, f func(*golden)) {
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var r io.Reader = file
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(file); err != nil {
			t.Fatal(err)
		}
	}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		g := new(golden)
		if err := json.Unmarshal(lines.Bytes(), g); err != nil {
			t.Fatal(err)
		}
		f(g)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}

// goldenFile is testdata/builtin.json.gz, or the file of all cases that
// DEWAR_BUILTIN_GOLDENS names.
func goldenFile() string {
	if p := os.Getenv("DEWAR_BUILTIN_GOLDENS"); p != "" {
		return p
	}
	return "testdata/builtin.json.gz"
}

func TestLikeJinja(t *testing.T) {
	n := 0
	failed := map[string]int{}
	readGoldens(t, goldenFile(), func(g *golden) {
		n++
		if diff := g.check(t); diff != "" {
			failed[g.Name]++
			if failed[g.Name] <= 5 {
				t.Error(diff)
			}
		}
	})
	if n < 5000 {
		t.Errorf("only %d cases", n)
	}
	total := 0
	for _, k := range failed {
		total += k
	}
	if total > 0 {
		t.Errorf("%d of %d differ: %v", total, n, failed)
	}
}
