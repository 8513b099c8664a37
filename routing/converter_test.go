package routing

import (
	"errors"
	"math/big"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

func TestParseArgs(t *testing.T) {
	for _, test := range []struct {
		text       string
		positional []any
		named      map[string]any
	}{
		{"", nil, nil},
		{"1", []any{1}, nil},
		{"1, 2", []any{1, 2}, nil},
		{"1,2", []any{"1,2"}, nil}, // Werkzeug's pattern takes any character between digits
		{"a, 'b', \"c,d\"", []any{"a", "b", "c,d"}, nil},
		{"a=1, b=2.5, c=True, d=None, e=x", nil, map[string]any{"a": 1, "b": 2.5, "c": true, "d": nil, "e": "x"}},
		{"test, a=1, b=3.0", []any{"test"}, map[string]any{"a": 1, "b": 3.0}},
		{"True, False, None", []any{true, false, nil}, nil},
		{"u'x', 1_000, 007, 1e3, é", []any{"x", 1000, 7, 1000.0, "é"}, nil},
		{"99999999999999999999", []any{new(big.Int).Sub(new(big.Int).Exp(big.NewInt(10), big.NewInt(20), nil), big.NewInt(1))}, nil},
		{"''", []any{""}, nil},
		{"!", nil, nil},
		{"a = 1 , b = '2' ", nil, map[string]any{"a": 1, "b": "2"}},
		{"٣", []any{3}, nil},
	} {
		got, err := ParseArgs(test.text)
		if err != nil {
			t.Errorf("%q: %v", test.text, err)
			continue
		}
		if test.named == nil {
			test.named = map[string]any{}
		}
		if !reflect.DeepEqual(got.Positional, test.positional) || !reflect.DeepEqual(got.Named, test.named) {
			t.Errorf("%q: got %#v", test.text, got)
		}
	}
}

type version struct{ major, minor int }

var versionConverter = NewConverter(`v(\d+)\.(\d+)`, func(text string) (version, error) {
	major, minor, _ := strings.Cut(text[1:], ".")
	var v version
	var err error
	if v.major, err = strconv.Atoi(major); err != nil {
		return v, err
	}
	v.minor, err = strconv.Atoi(minor)
	return v, err
}, func(v version) (string, error) {
	if v.major < 0 {
		return "", ErrValidation
	}
	return "v" + strconv.Itoa(v.major) + "." + strconv.Itoa(v.minor), nil
})

// listConverter has its own weight and may hold slashes.
type listConverter struct{}

func (listConverter) Pattern() string                { return `\w+(?:/\w+)*` }
func (listConverter) Weight() int                    { return -5 }
func (listConverter) Type() reflect.Type             { return reflect.TypeFor[[]string]() }
func (listConverter) Parse(text string) (any, error) { return strings.Split(text, "/"), nil }
func (listConverter) Format(value any) (string, error) {
	list, ok := value.([]string)
	if !ok {
		return "", errors.New("want a list")
	}
	return strings.Join(list, "/"), nil
}

func TestCustomConverter(t *testing.T) {
	m := newTestMap(t, Options{Converters: map[string]ConverterFunc{
		"version": versionConverter,
		"list":    func(Args) (Converter, error) { return listConverter{}, nil },
	}},
		Rule{Rule: "/api/<version:v>/users", Endpoint: "api"},
		Rule{Rule: "/from-<version:a>-to-<version:b>.diff", Endpoint: "diff"},
		Rule{Rule: "/l/<list:l>/", Endpoint: "list"},
		Rule{Rule: "/l/<path:p>/", Endpoint: "path"},
		Rule{Rule: "/mixed/<a>-<version:v>/<list:l>", Endpoint: "mixed"},
	)
	for _, test := range []struct {
		path, want string
		values     []any
	}{
		{"/api/v1.2/users", "api", []any{version{1, 2}}},
		{"/api/1.2/users", "404", nil},
		{"/api/v1.99999999999999999999/users", "404", nil},
		{"/from-v1.0-to-v2.10.diff", "diff", []any{version{1, 0}, version{2, 10}}},
		{"/l/a/b/", "list", []any{[]string{"a", "b"}}},
		{"/l/a/b", "http://h/l/a/b/", nil},
		{"/l/a-b/c/", "path", []any{"a-b/c"}},
		{"/mixed/a-b-v1.2/x/y", "mixed", []any{"a-b", version{1, 2}, []string{"x", "y"}}},
	} {
		req := Request{Path: test.path, Bind: Bind{ServerName: "h"}}
		if got := outcomeOf(m, req); got != test.want {
			t.Errorf("%s: got %s, want %s", test.path, got, test.want)
			continue
		}
		var match Match
		if m.Match(&match, req) != nil {
			continue
		}
		var values []any
		for _, v := range match.Values() {
			values = append(values, v.Value)
		}
		if !reflect.DeepEqual(values, test.values) {
			t.Errorf("%s: got %v, want %v", test.path, values, test.values)
		}
	}
	if u, err := m.Build("diff", Values{{"a", version{1, 2}}, {"b", version{3, 4}}}, BuildOptions{}); u != "/from-v1.2-to-v3.4.diff" {
		t.Errorf("%q %v", u, err)
	}
	var build *BuildError
	if _, err := m.Build("api", Values{{"v", version{-1, 0}}}, BuildOptions{}); !errors.As(err, &build) {
		t.Errorf("ErrValidation: %v", err)
	}
	var value *ValueError
	if _, err := m.Build("api", Values{{"v", "v1.2"}}, BuildOptions{}); !errors.As(err, &value) || value.Variable != "v" {
		t.Errorf("wrong type: %v", err)
	}
	for r := range m.RulesOf("mixed") {
		if got := r.Variables(); len(got) != 3 || got[0].Type != reflect.TypeFor[string]() || got[1].Type != reflect.TypeFor[version]() || got[2].Converter != "list" {
			t.Errorf("variables: %v", got)
		}
	}
	if _, err := m.Add(Rule{Rule: "/<version(1):v>"}); err == nil {
		t.Error("an argument was accepted")
	}
	bad := NewMap(Options{Converters: map[string]ConverterFunc{"bad": NewConverter("(", strconv.Atoi, func(int) (string, error) { return "", nil })}})
	if _, err := bad.Add(Rule{Rule: "/<bad:x>"}); err == nil {
		t.Error("a malformed pattern was accepted")
	}
}

func TestBuildPath(t *testing.T) {
	m := NewMap(Options{})
	r, err := m.Add(Rule{Rule: "/users/<int:id>/<path:file>"})
	if err != nil {
		t.Fatal(err)
	}
	if u, err := r.BuildPath(42, "a b/c"); u != "/users/42/a%20b/c" || err != nil {
		t.Errorf("%q %v", u, err)
	}
	if _, err := r.BuildPath(42); err == nil {
		t.Error("a missing argument was accepted")
	}
	var value *ValueError
	if _, err := r.BuildPath("x", "y"); !errors.As(err, &value) || value.Variable != "id" {
		t.Errorf("%v", err)
	}
}

func TestUUID(t *testing.T) {
	const text = "A5F3B7D6-1F0C-4B9C-9BB0-2C1A3A9D5A11"
	u, err := ParseUUID(text)
	if err != nil || u.String() != strings.ToLower(text) {
		t.Errorf("%v %v", u, err)
	}
	var v UUID
	if err := v.UnmarshalText([]byte(text)); err != nil || v != u {
		t.Errorf("%v %v", v, err)
	}
	for _, bad := range []string{"", text[1:], text + "0", "{" + text[1:], strings.ReplaceAll(text, "-", ""), strings.Replace(text, "A", "G", 1)} {
		if _, err := ParseUUID(bad); !errors.Is(err, ErrValidation) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
