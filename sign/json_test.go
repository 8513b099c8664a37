package sign_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar/sign"
)

func readJSON(t *testing.T, path string, v any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, v)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestJSONGoldens compares with what Python's json module reads and writes:
// testdata/goldens.py made the goldens.
func TestJSONGoldens(t *testing.T) {
	var rows []struct{ Text, ASCII, Compact, Error string }
	readJSON(t, "testdata/json.json", &rows)
	for _, row := range rows {
		t.Run(row.Text[:min(len(row.Text), 20)], func(t *testing.T) {
			v, err := sign.JSON{Ordered: true}.Unmarshal([]byte(row.Text))
			if row.Error != "" {
				// Python refuses a byte order mark in words of its own.
				if err == nil || !strings.HasSuffix(err.Error(), row.Error) && !strings.HasPrefix(row.Text, "\ufeff") {
					t.Fatalf("got %v, %v, want error %q", v, err, row.Error)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			ascii, _ := sign.JSON{}.Marshal(v)
			compact, _ := sign.JSON{Compact: true, Unicode: true}.Marshal(v)
			if string(ascii) != row.ASCII || string(compact) != row.Compact {
				t.Errorf("got %s and %s, want %s and %s", ascii, compact, row.ASCII, row.Compact)
			}
		})
	}
}

type point struct {
	X int     `json:"x"`
	Y float64 `json:"y,omitempty"`
}

func TestJSONMarshal(t *testing.T) {
	type named string
	var none *point
	loop := []any{nil}
	loop[0] = loop
	big100, _ := new(big.Int).SetString(strings.Repeat("9", 100), 10)
	for name, row := range map[string]struct {
		codec sign.JSON
		v     any
		want  string
		err   string
	}{
		"struct":           {sign.JSON{}, point{1, 2}, `{"x": 1, "y": 2}`, ""},
		"pointer":          {sign.JSON{Compact: true}, &point{X: 1}, `{"x":1}`, ""},
		"nil pointer":      {sign.JSON{}, none, `null`, ""},
		"named string":     {sign.JSON{}, named("é"), `"\u00e9"`, ""},
		"unicode":          {sign.JSON{Unicode: true}, "é<&>\u2028😀\x7f", "\"é<&>\u2028😀\x7f\"", ""},
		"ascii":            {sign.JSON{}, "é<&>\u2028😀\x7f", `"\u00e9<&>\u2028\ud83d\ude00\u007f"`, ""},
		"not UTF-8":        {sign.JSON{}, "a\xffb", `"a\ufffdb"`, ""},
		"ints":             {sign.JSON{}, []any{int8(-1), uint64(math.MaxUint64), int64(math.MinInt64), uint8(7)}, `[-1, 18446744073709551615, -9223372036854775808, 7]`, ""},
		"big":              {sign.JSON{}, big100, strings.Repeat("9", 100), ""},
		"floats":           {sign.JSON{Compact: true}, []float64{1, 1e15, 1e16, 1e-4, 1e-5, 0.1, math.Copysign(0, -1), math.NaN(), math.Inf(-1)}, `[1.0,1000000000000000.0,1e+16,0.0001,1e-05,0.1,-0.0,NaN,-Infinity]`, ""},
		"float32":          {sign.JSON{}, float32(0.1), `0.1`, ""},
		"map of ints":      {sign.JSON{}, map[int]bool{2: true, 1: false}, `{"1": false, "2": true}`, ""},
		"separators":       {sign.JSON{ItemSeparator: " , ", KeySeparator: "= "}, map[string][]int{"a": {1, 2}, "b": nil}, `{"a"= [1 , 2] , "b"= []}`, ""},
		"map order":        {sign.JSON{Compact: true}, map[string]int{"b": 1, "a": 2}, `{"a":2,"b":1}`, ""},
		"dict order":       {sign.JSON{Compact: true}, sign.Dict{{"b", 1}, {"a", 2}}, `{"b":1,"a":2}`, ""},
		"dict sorted":      {sign.JSON{Compact: true, SortKeys: true}, sign.Dict{{"b", 1}, {"a", 2}}, `{"a":2,"b":1}`, ""},
		"number":           {sign.JSON{}, json.Number("12"), `12`, ""},
		"marshaler":        {sign.JSON{}, json.RawMessage(`{ "a" :[1,2]}`), `{"a": [1, 2]}`, ""},
		"text":             {sign.JSON{}, time.Unix(0, 0).UTC(), `"1970-01-01T00:00:00Z"`, ""},
		"bytes":            {sign.JSON{}, []byte("x"), "", "bytes have no JSON form"},
		"channel":          {sign.JSON{}, make(chan int), "", "type chan int has no JSON form"},
		"function":         {sign.JSON{}, []any{func() {}}, "", "has no JSON form"},
		"keys":             {sign.JSON{}, map[float64]int{1: 1}, "", "keys of type float64"},
		"contains itself":  {sign.JSON{}, loop, "", "nested more than 1000 deep"},
		"broken marshaler": {sign.JSON{}, json.RawMessage(`{`), "", "unexpected end"},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := row.codec.Marshal(row.v)
			switch {
			case row.err != "":
				if err == nil || !strings.Contains(err.Error(), row.err) || !strings.HasPrefix(err.Error(), "sign: ") {
					t.Errorf("got %s, %v, want error %q", b, err, row.err)
				}
			case err != nil || string(b) != row.want:
				t.Errorf("got %s, %v, want %s", b, err, row.want)
			}
		})
	}
}

// TestSortedDictStays: sorting is for the text, not for the caller's value.
func TestSortedDictStays(t *testing.T) {
	d := sign.Dict{{Name: "b", Value: 1}, {Name: "a", Value: 2}}
	if _, err := (sign.JSON{SortKeys: true}).Marshal(d); err != nil || d[0].Name != "b" {
		t.Errorf("%v, %v", d, err)
	}
}

// TestHexDigits: each end of each range of digits is one.
func TestHexDigits(t *testing.T) {
	v, err := sign.JSON{}.Unmarshal([]byte(`"\u00Aa\u00fF\u0909"`))
	if err != nil || v != "\u00aa\u00ff\u0909" {
		t.Errorf("%q, %v", v, err)
	}
	for _, bad := range []string{`"\u00g0"`, `"\u00G0"`, `"\u00:0"`, `"\u00@0"`, "\"\\u00`0\"", `"\u00/0"`} {
		if v, err := (sign.JSON{}).Unmarshal([]byte(bad)); err == nil {
			t.Errorf("%s is %q", bad, v)
		}
	}
}

func TestJSONUnmarshal(t *testing.T) {
	v, err := sign.JSON{}.Unmarshal([]byte(`{"i": 1, "f": 1.0, "e": 1e2, "big": 9223372036854775808, "l": [true, null], "i": 2}`))
	if err != nil {
		t.Fatal(err)
	}
	n, _ := new(big.Int).SetString("9223372036854775808", 10)
	want := map[string]any{"i": 2, "f": 1.0, "e": 100.0, "big": n, "l": []any{true, nil}}
	if !reflect.DeepEqual(v, want) {
		t.Errorf("got %#v, want %#v", v, want)
	}

	v, _ = sign.JSON{Ordered: true}.Unmarshal([]byte(`{"b": 1, "a": {}, "b": 3}`))
	if d := (sign.Dict{{"b", 3}, {"a", sign.Dict{}}}); !reflect.DeepEqual(v, d) {
		t.Errorf("got %#v, want %#v", v, d)
	}
	if got, ok := v.(sign.Dict).Get("b"); got != 3 || !ok {
		t.Errorf("Get: %v, %v", got, ok)
	}
	if _, ok := v.(sign.Dict).Get("c"); ok {
		t.Error("Get finds what is not there")
	}

	sum := sign.JSON{ObjectHook: func(m map[string]any) (any, error) {
		if len(m) > 1 {
			return nil, errors.New("too many")
		}
		return fmt.Sprint(m), nil
	}}
	if v, err := sum.Unmarshal([]byte(`{"a": {"b": 1}}`)); v != "map[a:map[b:1]]" || err != nil {
		t.Errorf("hook: %v, %v", v, err)
	}
	if _, err := sum.Unmarshal([]byte(`{"a": 1, "b": 2}`)); err == nil {
		t.Error("the hook's error is lost")
	}
}

func TestJSONUnmarshalBounds(t *testing.T) {
	for name, text := range map[string]string{
		"deep list":   strings.Repeat("[", 100_000),
		"deep object": strings.Repeat(`{"a":`, 100_000),
		"long digits": strings.Repeat("9", 5000),
		"not UTF-8":   "\"\xff\"",
		"surrogate":   "\"\xed\xa0\x80\"",
	} {
		if v, err := (sign.JSON{}).Unmarshal([]byte(text)); err == nil {
			t.Errorf("%s: got a %T", name, v)
		}
	}
	if v, err := (sign.JSON{}).Unmarshal([]byte(`"\ud800x\udc00"`)); v != "\ufffdx\ufffd" || err != nil {
		t.Errorf("lone surrogates: %q, %v", v, err)
	}
}

// TestBase64Goldens compares with itsdangerous' lenient decoder:
// testdata/goldens.py made the goldens.
func TestBase64Goldens(t *testing.T) {
	var rows []struct{ Text, Hex, Error, Cause string }
	readJSON(t, "testdata/base64.json", &rows)
	for _, row := range rows {
		b, err := sign.Base64Decode(row.Text)
		var bad *sign.BadData
		switch {
		case row.Error != "":
			if !errors.As(err, &bad) || bad.Message != row.Error {
				t.Errorf("%q: got %x, %v, want error %s (%s)", row.Text, b, err, row.Error, row.Cause)
			}
		case err != nil || fmt.Sprintf("%x", b) != row.Hex:
			t.Errorf("%q: got %x, %v, want %s", row.Text, b, err, row.Hex)
		}
	}
	if got := sign.Base64Encode([]byte("\xff\xfe\xfd\xfc")); got != "__79_A" {
		t.Errorf("encoded %s", got)
	}
}
