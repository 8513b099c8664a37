package value

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"
	"math/big"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dewar-go/dewar/markup"
)

type address struct {
	Street string
	ZIP    int `json:"zip_code"`
}

type base struct {
	ID      int64
	private string
}

func (b base) Key() string { return fmt.Sprint("key-", b.ID) }

type status int

func (s status) String() string { return [...]string{"draft", "live"}[s] }
func (s status) Live() bool     { return s == 1 }

type color string

func (c color) Upper2() string { return strings.ToUpper(string(c)) }

type account struct {
	base
	*address
	Name      string `jinja:"full_name"`
	Email     string `json:"mail,omitempty"`
	CreatedAt time.Time
	UserID    int
	HTTPPort  uint16
	Parent    *account
	Tags      []string
	Scores    [3]int
	Meta      map[string]any
	ByID      map[int]string
	Any       any
	Err       error
	Status    status
	Color     color
	Ratio     float32
	Bio       markup.HTML
	Secret    string `jinja:"-"`
	hidden    string
	Point     *int
	Fn        func(string) (string, error)
	Dict      *Dict
	Val       Value
	Number    json.Number
	Big       *big.Int
	When      *time.Time
	Timeout   time.Duration
	Bytes     []byte
	Nested    struct{ Deep struct{ X int } }
	Words     iter.Seq[string]
	Big64     uint64
	C         complex128
}

func (a account) Greet(name string) string { return "hi " + name + " from " + a.Name }
func (a *account) SetName(s string)        { a.Name = s }
func (a *account) PtrName() string         { return "*" + a.Name }
func (a account) Fail() (string, error)    { return "", errors.New("no luck") }
func (a account) Sum(xs ...int) int {
	t := 0
	for _, x := range xs {
		t += x
	}
	return t
}
func (a account) WithState(st State, s string) string        { return fmt.Sprint(st == nil, s) }
func (a account) WithContext(c context.Context) string       { return fmt.Sprint(c != nil) }
func (a account) Pair() (int, string)                        { return 1, "x" }
func (a account) Options(name string, kw map[string]any) int { return len(kw) }
func (a account) Take(p *address) string                     { return p.Street }
func (a account) List(xs []string) int                       { return len(xs) }

func sample() *account {
	now := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	n := 7
	d := NewDict()
	d.SetString("k", Int(1))
	return &account{
		base: base{ID: 9, private: "p"}, address: &address{"Main St", 1234}, Name: "Ann", Email: "a@b", CreatedAt: now, UserID: 3, HTTPPort: 8080,
		Tags: []string{"x", "y"}, Scores: [3]int{1, 2, 3}, Meta: map[string]any{"b": 1, "a": []int{2}}, ByID: map[int]string{2: "two", 1: "one", 10: "ten"},
		Any: map[string]string{"q": "v"}, Err: errors.New("boom"), Status: 1, Color: "red", Ratio: 0.1, Bio: "<b>", Secret: "s", hidden: "h", Point: &n,
		Fn:   func(s string) (string, error) { return s + "!", nil },
		Dict: d, Val: String("val"), Number: "12345678901234567890", Big: big.NewInt(5), When: &now, Timeout: 90 * time.Second, Bytes: []byte("hi"),
		Words: slices.Values([]string{"a", "b"}), Big64: math.MaxUint64, C: complex(1, 2),
	}
}

func TestFieldsOfStructs(t *testing.T) {
	a := sample()
	rows := []struct{ name, want string }{
		{"Name", "'Ann'"}, {"full_name", "'Ann'"}, {"name", "'Ann'"}, {"mail", "'a@b'"}, {"email", "'a@b'"}, {"created_at", "datetime.datetime(2024, 2, 29, 12, 0, tzinfo=datetime.timezone.utc)"},
		{"user_id", "3"}, {"http_port", "8080"}, {"ID", "9"}, {"id", "9"}, {"street", "'Main St'"}, {"zip_code", "1234"}, {"zip", "1234"}, {"parent", "None"},
		{"tags", "['x', 'y']"}, {"scores", "[1, 2, 3]"}, {"meta", "{'a': [2], 'b': 1}"}, {"by_id", "{1: 'one', 2: 'two', 10: 'ten'}"}, {"any", "{'q': 'v'}"}, {"err", "boom"},
		{"ratio", "0.1"}, {"bio", "Markup('<b>')"}, {"point", "7"}, {"dict", "{'k': 1}"}, {"val", "'val'"}, {"number", "12345678901234567890"}, {"big", "5"},
		{"timeout", "datetime.timedelta(seconds=90)"}, {"bytes", "b'hi'"}, {"big64", "18446744073709551615"}, {"c", "(1+2j)"},
		{"secret", ""}, {"Secret", ""}, {"hidden", ""}, {"private", ""}, {"nope", ""}, {"set_name", "method"}, {"SetName", "method"}, {"ptr_name", "method"}, {"key", "method"},
	}
	for _, v := range []Value{Of(a), Of(*a), mustAt(t, Of([]account{*a}), 0), mustAt(t, Of([]*account{a}), 0)} {
		for _, row := range rows {
			got, ok := GetAttr(v, row.name)
			switch row.want {
			case "":
				if ok {
					t.Errorf("%s is visible", row.name)
				}
			case "method":
				if _, isFunc := got.Function(); !isFunc {
					t.Errorf("%s: no method", row.name)
				}
			default:
				if r, _ := ReprOf(got); r != row.want {
					t.Errorf("%s = %s, want %s", row.name, r, row.want)
				}
				var s Site
				for range 2 { // the second time from the cache
					x, ok := s.Lookup(v, row.name)
					if r, _ := ReprOf(x); !ok || r != row.want {
						t.Errorf("site %s = %s, want %s", row.name, r, row.want)
					}
				}
			}
		}
	}
}

func mustAt(t *testing.T, v Value, i int64) Value {
	t.Helper()
	x, ok, err := GetItem(v, Int(i))
	if !ok || err != nil {
		t.Fatal("no element", i)
	}
	return x
}

func TestNilPointers(t *testing.T) {
	v := Of(&account{})
	for _, name := range []string{"street", "parent", "point", "dict", "big", "when", "fn", "err", "any", "address"} {
		x, ok := GetAttr(v, name)
		if name == "address" {
			if ok {
				t.Error("the unexported embedded struct is visible")
			}
			continue
		}
		if !ok || !x.IsNone() {
			t.Errorf("%s is not None", name)
		}
	}
	for _, x := range []any{(*account)(nil), (*int)(nil), error(nil), (func())(nil)} {
		if !Of(x).IsNone() {
			t.Errorf("%T nil is not None", x)
		}
	}
	for name, want := range map[string]string{"tags": "[]", "meta": "{}", "by_id": "{}"} {
		x, _ := GetAttr(v, name)
		if r, err := ReprOf(x); r != want || err != nil || Truth(x) {
			t.Errorf("%s = %s, %v", name, r, err)
		}
		if _, ok, err := GetItem(x, String("k")); ok || err != nil {
			t.Errorf("%s['k']: %v", name, err)
		}
	}
}

func TestMethodsOfGoValues(t *testing.T) {
	a := sample()
	rows := []struct {
		name string
		args Args
		want string
	}{
		{"greet", Positional(String("Bob")), "'hi Bob from Ann'"},
		{"Greet", Args{}, "TypeError: Greet() takes 1 argument but 0 were given"},
		{"greet", Positional(Int(1)), "TypeError: Greet() argument 1: cannot use int as string"},
		{"greet", Positional(String("a"), String("b")), "TypeError: Greet() takes 1 argument but 2 were given"},
		{"ptr_name", Args{}, "'*Ann'"}, {"key", Args{}, "'key-9'"}, {"fail", Args{}, "no luck"},
		{"sum", Args{}, "0"}, {"sum", Positional(Int(1), Int(2), True), "4"},
		{"with_state", Positional(String("s")), "'trues'"}, {"with_context", Args{}, "'true'"}, {"pair", Args{}, "(1, 'x')"},
		{"options", Args{Pos: []Value{String("n")}, Kw: []Kw{{"a", Int(1)}, {"b", Int(2)}}}, "2"},
		{"take", Positional(Of(a.address)), "'Main St'"}, {"list", Positional(NewList([]Value{String("a"), String("b")})), "2"},
		{"sum", Args{Kw: []Kw{{"x", Int(1)}}}, "TypeError: Sum() got an unexpected keyword argument 'x'"},
	}
	v := Of(a)
	for _, row := range rows {
		m, ok := LookupMethod(v, row.name)
		if !ok {
			t.Errorf("no method %s", row.name)
			continue
		}
		got := func(r Value, err error) string {
			if err != nil {
				return err.Error()
			}
			s, _ := ReprOf(r)
			return s
		}
		if g := got(m(nil, v, row.args)); g != row.want {
			t.Errorf("%s: got %s, want %s", row.name, g, row.want)
		}
		bound, _ := GetAttr(v, row.name)
		if g := got(Call(nil, bound, row.args)); g != row.want {
			t.Errorf("bound %s: got %s, want %s", row.name, g, row.want)
		}
	}
	set, _ := LookupMethod(v, "set_name")
	if _, err := set(nil, v, Positional(String("Zoe"))); err != nil || a.Name != "Zoe" {
		t.Error("SetName did not reach the struct", err)
	}
	s, _ := GetAttr(v, "status")
	for in, want := range map[string]string{"str": "live", "repr": "live"} {
		got, _ := StrOf(s)
		if in == "repr" {
			got, _ = ReprOf(s)
		}
		if got != want {
			t.Errorf("%s of a Stringer: %s", in, got)
		}
	}
	if m, ok := LookupMethod(s, "live"); !ok {
		t.Error("no method on a named int")
	} else if r, err := m(nil, s, Args{}); err != nil || !Truth(r) {
		t.Error(r, err)
	}
	if !Equal(s, Int(1)) {
		t.Error("a named int is not equal to its number")
	}
	c, _ := GetAttr(v, "color")
	if u, _ := Call(nil, first(GetAttr(c, "upper2")), Args{}); !Equal(u, String("RED")) {
		t.Error("method of a named string")
	}
	if up, _ := Call(nil, first(GetAttr(c, "upper")), Args{}); !Equal(up, String("RED")) || !Equal(c, String("red")) {
		t.Error("a named string is not a str")
	}
	fn, _ := GetAttr(v, "fn")
	if r, err := Call(nil, fn, Positional(String("x"))); err != nil || !Equal(r, String("x!")) {
		t.Error(r, err)
	}
}

func first(v Value, _ bool) Value { return v }

func TestIteratingGoValues(t *testing.T) {
	rows := []struct {
		in   any
		want string
	}{
		{[]int{3, 1}, "[3, 1]"}, {[2]bool{true, false}, "[True, False]"}, {map[string]int{"b": 1, "a": 2}, "['a', 'b']"}, {map[any]int{"b": 1, 2: 2, nil: 3, 1.5: 4}, "[1.5, 2, 'b', None]"},
		{slices.Values([]string{"x"}), "['x']"}, {slices.All([]string{"x", "y"}), "[(0, 'x'), (1, 'y')]"}, {map[status]string{0: "a"}, "[draft]"},
		{[]any{1, "a", nil, []int{1}}, "[1, 'a', None, [1]]"}, {[]struct{}{{}, {}}, "[<struct {} object>, <struct {} object>]"}, {[][]string{{"a"}, nil}, "[['a'], []]"},
		{func(yield func(Value) bool) { yield(Int(1)) }, "[1]"}, {map[bool]int{true: 1, false: 0}, "[False, True]"},
	}
	for _, row := range rows {
		items, err := Collect(Of(row.in))
		got, _ := ReprOf(NewList(items))
		if err != nil || got != row.want {
			t.Errorf("%T: got %s, %v; want %s", row.in, got, err, row.want)
		}
	}
	for _, in := range []any{make(chan int), 5, struct{}{}, func() {}} {
		if _, err := Collect(Of(in)); err == nil || !strings.Contains(err.Error(), "is not iterable") {
			t.Errorf("%T: %v", in, err)
		}
	}
}

func TestGoMapsByKey(t *testing.T) {
	m := Of(map[int]string{1: "one"})
	for _, key := range []Value{Int(1), Float(1), True} {
		if v, ok, err := GetItem(m, key); !ok || err != nil || !Equal(v, String("one")) {
			t.Errorf("%v %v %v", v, ok, err)
		}
	}
	for _, key := range []Value{Int(2), Float(1.5), String("1"), None, Int(math.MaxInt64), NewList(nil), NewTuple(nil)} {
		if _, ok, _ := GetItem(m, key); ok {
			t.Errorf("%v is found", key)
		}
	}
	anyKeys := Of(map[any]string{1: "i", "s": "s", nil: "n"})
	for _, key := range []Value{Int(1), String("s"), None} {
		if _, ok, _ := GetItem(anyKeys, key); !ok {
			t.Errorf("%v is not found", key)
		}
	}
	if _, ok, _ := GetItem(anyKeys, NewList(nil)); ok {
		t.Error("a list as a key")
	}
	if _, ok := LookupMethod(m, "update"); ok {
		t.Error("a Go map can be changed")
	}
	if got, _ := ReprOf(first2(Call(nil, first(GetAttr(m, "items")), Args{}))); got != "dict_items([(1, 'one')])" {
		t.Error(got)
	}
}

func first2(v Value, _ error) Value { return v }

func TestAnyGivesBackWhatOfTook(t *testing.T) {
	a := sample()
	ch := make(chan int)
	for _, x := range []any{a, a.address, []account{}, []string{"a"}, []int(nil), map[int]bool{1: true}, [2]string{"a", "b"}, true, "s", 1.5, time.Minute, a.CreatedAt, status(1), color("x"), ch, markup.HTML("<"), markup.JSON("{}"), struct{ p *int }{new(int)}, struct{ A, B int }{1, 2}, [1]*int{new(int)}} {
		got := Of(x).Any()
		if g, w := fmt.Sprintf("%T %#v", got, got), fmt.Sprintf("%T %#v", x, x); g != w {
			t.Errorf("got %s, want %s", g, w)
		}
	}
	if Of(a).Any().(*account) != a {
		t.Error("another pointer")
	}
	elem := mustAt(t, Of([]account{*a}), 0)
	b := elem.Any().(account)
	b.Name = "changed"
	if n, _ := GetAttr(elem, "name"); Equal(n, String("changed")) {
		t.Error("Any shares the memory of an element")
	}
}

// Types may be seen for the first time by many goroutines at once.
func TestTypesFromManyGoroutines(t *testing.T) {
	type fresh struct {
		A int
		B *fresh2
		C map[string][]fresh2
	}
	v := []fresh{{A: 1, B: &fresh2{"x"}, C: map[string][]fresh2{"k": {{"y"}}}}}
	var site Site
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			s, _ := Seq(Of(v))
			x := s.At(0)
			b, _ := site.Lookup(x, "b")
			n, _ := GetAttr(b, "name")
			c, _ := GetAttr(x, "c")
			r, _ := ReprOf(c)
			if !Equal(n, String("x")) || r != "{'k': [<fresh2 object>]}" {
				t.Error(n, r)
			}
		})
	}
	wg.Wait()
}

type fresh2 struct{ Name string }

func TestSnakeCase(t *testing.T) {
	for in, want := range map[string]string{"ID": "id", "UserID": "user_id", "HTTPServer": "http_server", "CreatedAt": "created_at", "A": "a", "IDs": "ids", "UserIDs": "user_ids", "Path2": "path2", "Éa": "éa", "already_Snake": "already_snake"} {
		if got := SnakeCase(in); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

type object struct{ attrs map[string]Value }

func (o *object) Attr(name string) (Value, bool)      { v, ok := o.attrs[name]; return v, ok }
func (o *object) Item(key Value) (Value, bool)        { s, ok := key.Str(); return String("item " + s), ok }
func (o *object) Call(_ State, a Args) (Value, error) { return Int(int64(a.Len())), nil }
func (o *object) Len() int                            { return len(o.attrs) }
func (o *object) String() string                      { return "<obj>" }
func (o *object) TypeName() string                    { return "Mock" }
func (o *object) Compare(op Op, other Value) (r, ok bool) {
	s, ok := other.Str()
	return op == Eq && s == "<obj>", ok && op <= Ne
}
func (o *object) Contains(x Value) (bool, error) { return Equal(x, Int(1)), nil }
func (o *object) Iterate() (Iterator, error)     { return Iterate(NewRange(0, 2, 1)) }
func (o *object) Visible() string                { return "method" }

func TestObjects(t *testing.T) {
	o := Of(&object{map[string]Value{"x": Int(1)}})
	if v, ok := GetAttr(o, "x"); !ok || !Equal(v, Int(1)) {
		t.Error(v, ok)
	}
	if v, ok := GetAttr(o, "visible"); !ok {
		t.Error("no method", v)
	}
	if _, ok := GetAttr(o, "nope"); ok {
		t.Error("attribute nope")
	}
	if v, err := Subscript(o, String("k")); err != nil || !Equal(v, String("item k")) {
		t.Error(v, err)
	}
	if _, err := Subscript(o, Int(1)); err == nil || err.Error() != "KeyError: 1" {
		t.Error(err)
	}
	if v, err := Call(nil, o, Positional(None, None)); err != nil || !Equal(v, Int(2)) {
		t.Error(v, err)
	}
	if b, _ := AppendEscaped(nil, o); string(b) != "&lt;obj&gt;" {
		t.Error(string(b))
	}
	if !Equal(o, String("<obj>")) || !Equal(String("<obj>"), o) || Equal(o, Int(1)) {
		t.Error("equality")
	}
	if _, err := Compare(Lt, o, Int(1)); err == nil || err.Error() != "TypeError: '<' not supported between instances of 'Mock' and 'int'" {
		t.Error(err)
	}
	if in, err := Contains(o, Int(1)); !in || err != nil {
		t.Error(in, err)
	}
	if items, err := Collect(o); len(items) != 2 || err != nil {
		t.Error(items, err)
	}
	if _, err := Add(o, Int(1)); err == nil || err.Error() != "TypeError: unsupported operand type(s) for +: 'Mock' and 'int'" {
		t.Error(err)
	}
}

func TestDictJSON(t *testing.T) {
	const in = `{"z":1,"a":[1.0,null,true,"é<"],"big":123456789012345678901234567890,"n":{"y":{},"x":-0.5}}`
	var d Dict
	if err := json.Unmarshal([]byte(in), &d); err != nil {
		t.Fatal(err)
	}
	if r, _ := ReprOf(d.Value()); r != `{'z': 1, 'a': [1.0, None, True, 'é<'], 'big': 123456789012345678901234567890, 'n': {'y': {}, 'x': -0.5}}` {
		t.Error(r)
	}
	out, err := json.Marshal(&d)
	if err != nil || string(out) != strings.ReplaceAll(in, "<", `\u003c`) {
		t.Error(string(out), err)
	}
	if _, err := DecodeJSON([]byte(strings.Repeat("[", 20000))); err == nil {
		t.Error("no limit on the depth")
	}
	if _, err := DecodeJSON([]byte("1 2")); err == nil {
		t.Error("data behind the value")
	}
}
