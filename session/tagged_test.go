package session_test

import (
	"errors"
	"math/big"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar/markup"
	"github.com/dewar-go/dewar/session"
	"github.com/dewar-go/dewar/sign"
)

type button struct{ label string }

func (b button) HTML() markup.HTML { return markup.HTML("<button>" + b.label + "</button>") }

type stamp time.Time

func TestTaggedMarshal(t *testing.T) {
	type id [16]byte
	type product struct {
		Name string    `json:"name"`
		At   time.Time `json:"at"`
	}
	var none *product
	moment := time.Date(2023, 11, 14, 22, 13, 20, 999, time.FixedZone("", 3600))
	for name, row := range map[string]struct {
		v    any
		want string
	}{
		"htmler":           {button{"go"}, `{" m":"<button>go</button>"}`},
		"other uuid":       {id{15: 1}, `{" u":"00000000000000000000000000000001"}`},
		"zone":             {moment, `{" d":"Tue, 14 Nov 2023 21:13:20 GMT"}`},
		"pointer to time":  {&moment, `{" d":"Tue, 14 Nov 2023 21:13:20 GMT"}`},
		"named bytes":      {sign.Base64Encode, ``},
		"strings":          {[]string{"a", "é"}, `["a","\u00e9"]`},
		"array":            {[2]int{1, 2}, `[1,2]`},
		"map of strings":   {map[string]string{"b": "1", "a": "2"}, `{"a":"2","b":"1"}`},
		"one tag":          {map[string]string{" t": "x"}, `{" di":{" t__":"x"}}`},
		"dict":             {sign.Dict{{Name: " b", Value: 1}}, `{" di":{" b__":1}}`},
		"nested tags":      {map[string]any{" di": map[string]any{" di": []byte("x")}}, `{" di":{" di__":{" di":{" di__":{" b":"eA=="}}}}}`},
		"struct":           {product{"a", time.Unix(0, 0).UTC()}, `{"at":"1970-01-01T00:00:00Z","name":"a"}`},
		"nil pointer":      {none, `null`},
		"pointer":          {&[]int{1}, `[1]`},
		"uint":             {uint64(1 << 63), `9223372036854775808`},
		"big":              {new(big.Int).Lsh(big.NewInt(1), 70), `1180591620717411303424`},
		"float32":          {float32(0.1), `0.1`},
		"text":             {stampText("x"), `"<x>"`},
		"tuple of markup":  {session.Tuple{markup.HTML("&"), nil}, `{" t":[{" m":"&"},null]}`},
		"nil slice":        {[]any(nil), `[]`},
		"other time type":  {stamp{}, `{}`},
		"other byte slice": {blob("hi"), `{" b":"aGk="}`},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := session.TaggedJSON{}.Marshal(row.v)
			if row.want == "" {
				if err == nil || !strings.HasPrefix(err.Error(), "session: ") {
					t.Errorf("got %s, %v", b, err)
				}
				return
			}
			if string(b) != row.want || err != nil {
				t.Errorf("got %s, %v, want %s", b, err, row.want)
			}
		})
	}
}

type blob []byte

type stampText string

func (s stampText) MarshalText() ([]byte, error) { return []byte("<" + s + ">"), nil }

func TestTaggedUnmarshal(t *testing.T) {
	for text, want := range map[string]any{
		`{" d":"Sunday, 06-Nov-94 08:49:37 GMT"}`:         time.Date(1994, 11, 6, 8, 49, 37, 0, time.UTC),
		`{" d":"Sun Nov  6 08:49:37 1994"}`:               time.Date(1994, 11, 6, 8, 49, 37, 0, time.UTC),
		`{" d":"Sun, 06 Nov 1994 08:49:37 +0200"}`:        time.Date(1994, 11, 6, 6, 49, 37, 0, time.UTC),
		`{" d":"6 Nov 1994 08:49 +0000"}`:                 time.Date(1994, 11, 6, 8, 49, 0, 0, time.UTC),
		`{" d":"never"}`:                                  nil,
		`{" d":"` + strings.Repeat("9", 1000) + `"}`:      nil,
		`{" u":"{12345678-1234-5678-1234-567812345678}"}`: session.UUID{0x12, 0x34, 0x56, 0x78, 0x12, 0x34, 0x56, 0x78, 0x12, 0x34, 0x56, 0x78, 0x12, 0x34, 0x56, 0x78},
		`{" t":"aé"}`:        session.Tuple{"a", "é"},
		`{" t":[],"x":1}`:    map[string]any{" t": []any{}, "x": 1},
		`{" di":{" t__":1}}`: map[string]any{" t": 1},
		`{" di":{"aéü":1}}`:  map[string]any{"a": 1},
		`{" di":{"x":1}}`:    map[string]any{"": 1},
		`{" q":1}`:           map[string]any{" q": 1},
	} {
		if v, err := (session.TaggedJSON{}).Unmarshal([]byte(text)); err != nil || !reflect.DeepEqual(v, want) {
			t.Errorf("%s: got %#v, %v, want %#v", text, v, err, want)
		}
	}
	for _, text := range []string{`{" t":1}`, `{" t":null}`, `{" b":1}`, `{" b":"?"}`, `{" b":"YQ"}`, `{" m":1}`, `{" u":1}`, `{" u":"1"}`, `{" d":1}`, `{" di":1}`, `{" di":{}}`, `{" di":[]}`, `{" u":"zz345678123456781234567812345678"}`} {
		if v, err := (session.TaggedJSON{}).Unmarshal([]byte(text)); err == nil {
			t.Errorf("%s: got %#v", text, v)
		}
	}
}

// money is a type of the application's own, with a tag of its own.
type money struct{ cents int }

var moneyTag = session.Tag{
	Name: " money",
	ToJSON: func(v any) (any, bool) {
		m, ok := v.(money)
		return m.cents, ok
	},
	FromJSON: func(v any) (any, error) {
		cents, ok := v.(int)
		if !ok {
			return nil, errors.New("money is an integer")
		}
		return money{cents}, nil
	},
}

func TestOwnTag(t *testing.T) {
	codec := session.TaggedJSON{Tags: []session.Tag{moneyTag}}
	values := map[string]any{"price": money{150}, "list": []any{session.Tuple{money{1}}}, "own": map[string]any{" money": "x"}}
	b, err := codec.Marshal(values)
	if want := `{"list":[{" t":[{" money":1}]}],"own":{" di":{" money__":"x"}},"price":{" money":150}}`; string(b) != want || err != nil {
		t.Fatalf("got %s, %v, want %s", b, err, want)
	}
	if v, err := codec.Unmarshal(b); err != nil || !reflect.DeepEqual(v, values) {
		t.Errorf("got %v, %v", v, err)
	}
	if _, err := codec.Unmarshal([]byte(`{" money":"x"}`)); err == nil {
		t.Error("the tag's error is lost")
	}
	store := session.NewCookieStore(shortRing(t, "k"), session.CookieOptions{Tags: []session.Tag{moneyTag}})
	s := session.New()
	s.Set("price", money{150})
	if v, ok := session.Value[money](reload(t, store, s), "price"); v != (money{150}) || !ok {
		t.Errorf("got %v, %v", v, ok)
	}
}

func TestUUIDText(t *testing.T) {
	var u session.UUID
	const text = "12345678-1234-5678-1234-567812345678"
	if err := u.UnmarshalText([]byte(text)); err != nil || u.String() != text {
		t.Errorf("got %s, %v", u, err)
	}
	if b, err := u.MarshalText(); string(b) != text || err != nil {
		t.Errorf("got %s, %v", b, err)
	}
	for _, text := range []string{"", "1234", "g2345678-1234-5678-1234-567812345678", strings.Repeat("1", 100)} {
		if err := u.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is a UUID", text)
		}
	}
}
