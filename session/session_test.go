package session_test

import (
	"fmt"
	"math/big"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/dewar-go/dewar/markup"
	"github.com/dewar-go/dewar/session"
)

// reload saves a session and loads it again, as the next request does.
func reload(t *testing.T, store session.Store, s *session.Session) *session.Session {
	t.Helper()
	value, err := store.Save(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	s, err = store.Load(t.Context(), value)
	if err != nil || s.Err() != nil {
		t.Fatal(err, s.Err())
	}
	return s
}

// stores returns one store of each kind.
func stores(t testing.TB) map[string]session.Store {
	ring := shortRing(t, "dewar-secret-key", "older-key")
	return map[string]session.Store{
		"cookie":    session.NewCookieStore(ring, session.CookieOptions{}),
		"encrypted": session.NewEncryptedCookieStore(ring, session.CookieOptions{}),
		"memory":    session.NewMemoryStore(session.MemoryOptions{}),
	}
}

// filled returns a session with one value of each type.
func filled() *session.Session {
	s := session.New()
	s.Set("n", 1)
	s.Set("list", []any{1, map[string]any{"x": 1}})
	s.Set("map", map[string]any{"a": []any{1}})
	s.Set("tuple", session.Tuple{1, []any{2}})
	s.Set("bytes", []byte("abc"))
	return s
}

func TestDict(t *testing.T) {
	s := session.New()
	if s.Len() != 0 || !s.Empty() || s.Has("a") || !s.IsNew() {
		t.Error("a new session is not empty")
	}
	s.Set("b", 2)
	s.Set("a", 1)
	if v, ok := s.Get("a"); v != 1 || !ok {
		t.Errorf("Get: %v, %v", v, ok)
	}
	if v, ok := s.Get("c"); v != nil || ok {
		t.Errorf("Get: %v, %v", v, ok)
	}
	if got := s.SetDefault("a", 5); got != 1 {
		t.Errorf("SetDefault: %v", got)
	}
	if got := s.SetDefault("c", 5); got != 5 || s.Len() != 3 {
		t.Errorf("SetDefault: %v", got)
	}
	if got := s.Keys(); !slices.Equal(got, []string{"b", "a", "c"}) {
		t.Errorf("Keys: %v", got)
	}
	var all []string
	for name, v := range s.All() {
		all = append(all, fmt.Sprint(name, v))
		if name == "a" {
			break
		}
	}
	if !slices.Equal(all, []string{"b2", "a1"}) {
		t.Errorf("All: %v", all)
	}
	if v, ok := s.Pop("a"); v != 1 || !ok || s.Has("a") {
		t.Errorf("Pop: %v, %v", v, ok)
	}
	if v, ok := s.Pop("a"); v != nil || ok {
		t.Errorf("Pop: %v, %v", v, ok)
	}
	s.Delete("b")
	s.Clear()
	if s.Len() != 0 {
		t.Errorf("Clear leaves %v", s.Keys())
	}
}

// TestCVE_2023_30861_and_CVE_2026_27205 has everything that makes an answer
// depend on the session: each needs Vary: Cookie, also Len and Has.
func TestCVE_2023_30861_and_CVE_2026_27205(t *testing.T) {
	for name, touch := range map[string]func(s *session.Session){
		"Get": func(s *session.Session) { s.Get("x") }, "Has": func(s *session.Session) { s.Has("x") }, "Len": func(s *session.Session) { s.Len() },
		"Empty": func(s *session.Session) { s.Empty() }, "Keys": func(s *session.Session) { s.Keys() }, "Value": func(s *session.Session) { session.Value[int](s, "x") },
		"All": func(s *session.Session) {
			for range s.All() {
			}
		},
		"Permanent": func(s *session.Session) { s.Permanent() }, "IsNew": func(s *session.Session) { s.IsNew() }, "Set": func(s *session.Session) { s.Set("x", 1) },
		"Delete": func(s *session.Session) { s.Delete("x") }, "Pop": func(s *session.Session) { s.Pop("x") }, "Clear": func(s *session.Session) { s.Clear() },
		"SetPermanent": func(s *session.Session) { s.SetPermanent(true) }, "SetDefault": func(s *session.Session) { s.SetDefault("x", 1) },
		"Renew": func(s *session.Session) { s.Renew() }, "CSRFSecret": func(s *session.Session) { s.CSRFSecret() }, "Flashes": func(s *session.Session) { s.Flashes() },
		"PeekFlashes": func(s *session.Session) { s.PeekFlashes() }, "Flash": func(s *session.Session) { s.Flash("", "x") },
	} {
		for kind, store := range stores(t) {
			for state, s := range map[string]*session.Session{"new": session.New(), "loaded": reload(t, store, filled())} {
				if s.Accessed() || s.Modified() {
					t.Fatal("accessed before it is touched")
				}
				touch(s)
				if !s.Accessed() {
					t.Errorf("%s of a %s session in a %s store is no access", name, state, kind)
				}
			}
		}
	}
	// What a framework asks for itself is no access.
	for kind, store := range stores(t) {
		s := reload(t, store, filled())
		if st := s.State(true); st.Accessed || st.Empty || st.New || st.Modified || st.Permanent {
			t.Errorf("%s: %+v", kind, st)
		}
		s.Modified()
		s.Signed()
		s.Err()
		if s.Accessed() {
			t.Errorf("%s: asking for the state is an access", kind)
		}
	}
}

func TestModified(t *testing.T) {
	for name, row := range map[string]struct {
		touch func(s *session.Session)
		want  bool
	}{
		"read":            {func(s *session.Session) { s.Get("n"); s.Has("n"); s.Len() }, false},
		"read containers": {func(s *session.Session) { s.Get("list"); s.Get("map"); s.Get("bytes"); s.Keys() }, false},
		"set":             {func(s *session.Session) { s.Set("n", 1) }, true},
		"delete":          {func(s *session.Session) { s.Delete("n") }, true},
		"delete nothing":  {func(s *session.Session) { s.Delete("absent") }, false},
		"pop nothing":     {func(s *session.Session) { s.Pop("absent") }, false},
		"default there":   {func(s *session.Session) { s.SetDefault("n", 2) }, false},
		"default":         {func(s *session.Session) { s.SetDefault("m", 2) }, true},
		"clear":           {func(s *session.Session) { s.Clear() }, true},
		"permanent":       {func(s *session.Session) { s.SetPermanent(true) }, true},
		"no flashes":      {func(s *session.Session) { s.Flashes() }, false},
		"renew":           {func(s *session.Session) { s.Renew() }, true},
		"in a list":       {func(s *session.Session) { v, _ := s.Get("list"); v.([]any)[0] = 2 }, true},
		"in a map":        {func(s *session.Session) { v, _ := s.Get("map"); v.(map[string]any)["b"] = 2 }, true},
		"in a map's list": {func(s *session.Session) { v, _ := s.Get("map"); v.(map[string]any)["a"].([]any)[0] = 2 }, true},
		"in a list's map": {func(s *session.Session) { v, _ := s.Get("list"); v.([]any)[1].(map[string]any)["x"] = 2 }, true},
		"in a tuple":      {func(s *session.Session) { v, _ := s.Get("tuple"); v.(session.Tuple)[1].([]any)[0] = 3 }, true},
		"in bytes":        {func(s *session.Session) { v, _ := s.Get("bytes"); v.([]byte)[0] = 'x' }, true},
		"there and back":  {func(s *session.Session) { v, _ := s.Get("list"); v.([]any)[0] = 2; v.([]any)[0] = 1 }, false},
		"while ranging": {func(s *session.Session) {
			for _, v := range s.All() {
				if m, ok := v.(map[string]any); ok {
					delete(m, "a")
				}
			}
		}, true},
		"a copy of Value":   {func(s *session.Session) { v, _ := session.Value[[]int](s, "absent"); _ = append(v, 1) }, false},
		"the list of Value": {func(s *session.Session) { v, _ := session.Value[[]any](s, "list"); v[0] = 9 }, true},
	} {
		for kind, store := range stores(t) {
			t.Run(name+"/"+kind, func(t *testing.T) {
				s := reload(t, store, filled())
				row.touch(s)
				if s.Modified() != row.want {
					t.Errorf("modified: %v, want %v", s.Modified(), row.want)
				}
				want := map[string]any{}
				for name, v := range s.All() {
					want[name] = v
				}
				if s.Empty() {
					return
				}
				after := map[string]any{}
				for name, v := range reload(t, store, s).All() {
					after[name] = v
				}
				if canonical(t, after) != canonical(t, want) {
					t.Errorf("saved %s, want %s", canonical(t, after), canonical(t, want))
				}
			})
		}
	}
}

func TestTypesComeBack(t *testing.T) {
	big100 := new(big.Int).Lsh(big.NewInt(1), 100)
	values := map[string]any{
		"nil": nil, "true": true, "int": -7, "big": big100, "float": 1.0, "str": "é<>", "list": []any{1, "a", nil},
		"map": map[string]any{" t": []any{1}}, "tuple": session.Tuple{1, session.Tuple{}}, "bytes": []byte{0, 0xff}, "markup": markup.HTML("<b>"),
		"uuid": session.UUID{1, 2, 3}, "time": time.Date(2024, 2, 29, 12, 0, 1, 0, time.UTC),
	}
	for kind, store := range stores(t) {
		s := session.New()
		for name, v := range values {
			s.Set(name, v)
		}
		got := map[string]any{}
		for name, v := range reload(t, store, s).All() {
			got[name] = v
		}
		if !reflect.DeepEqual(got, values) {
			t.Errorf("%s: got %v, want %v", kind, got, values)
		}
	}
}

func TestValue(t *testing.T) {
	type userID int64
	type name string
	type cart struct {
		Items []string
		Total float64
	}
	type id [16]byte
	store := stores(t)["cookie"]
	s := session.New()
	for name, v := range map[string]any{
		"int": 42, "negative": -1, "large": 300, "float": 2.5, "whole": 3.0, "str": "x", "bool": true, "nil": nil, "list": []any{1, 2}, "words": []string{"a", "b"},
		"cart": cart{[]string{"a"}, 1.5}, "uint64": uint64(1<<63 + 1), "uuid": session.UUID{1}, "time": time.Unix(1700000000, 0).UTC(), "int8": int8(5),
	} {
		s.Set(name, v)
	}
	for when, s := range map[string]*session.Session{"now": s, "next": reload(t, store, s)} {
		check := func(what string, got, want any, ok, wantOK bool) {
			t.Helper()
			if ok != wantOK || !reflect.DeepEqual(got, want) {
				t.Errorf("%s, %s: got %v, %v, want %v, %v", when, what, got, ok, want, wantOK)
			}
		}
		i, ok := session.Value[int](s, "int")
		check("int", i, 42, ok, true)
		i64, ok := session.Value[userID](s, "int")
		check("userID", i64, userID(42), ok, true)
		u8, ok := session.Value[uint8](s, "int8")
		check("uint8", u8, uint8(5), ok, true)
		u8, ok = session.Value[uint8](s, "large")
		check("too large", u8, uint8(0), ok, false)
		u8, ok = session.Value[uint8](s, "negative")
		check("negative", u8, uint8(0), ok, false)
		u64, ok := session.Value[uint64](s, "uint64")
		check("uint64", u64, uint64(1<<63+1), ok, true)
		f, ok := session.Value[float64](s, "int")
		check("int as float", f, 42.0, ok, true)
		i, ok = session.Value[int](s, "whole")
		check("float as int", i, 3, ok, true)
		i, ok = session.Value[int](s, "float")
		check("2.5 as int", i, 0, ok, false)
		i, ok = session.Value[int](s, "str")
		check("string as int", i, 0, ok, false)
		i, ok = session.Value[int](s, "nil")
		check("nil as int", i, 0, ok, false)
		i, ok = session.Value[int](s, "absent")
		check("absent", i, 0, ok, false)
		str, ok := session.Value[string](s, "str")
		check("string", str, "x", ok, true)
		n, ok := session.Value[name](s, "str")
		check("name", n, name("x"), ok, true)
		str, ok = session.Value[string](s, "int")
		check("int as string", str, "", ok, false)
		b, ok := session.Value[bool](s, "bool")
		check("bool", b, true, ok, true)
		list, ok := session.Value[[]int](s, "list")
		check("list", list, []int{1, 2}, ok, true)
		words, ok := session.Value[[]string](s, "words")
		check("words", words, []string{"a", "b"}, ok, true)
		words, ok = session.Value[[]string](s, "list")
		check("ints as words", words, []string(nil), ok, false)
		c, ok := session.Value[cart](s, "cart")
		check("struct", c, cart{[]string{"a"}, 1.5}, ok, true)
		u, ok := session.Value[id](s, "uuid")
		check("uuid", u, id{1}, ok, true)
		d, ok := session.Value[time.Time](s, "time")
		check("time", d, time.Unix(1700000000, 0).UTC(), ok, true)
	}
}

func TestPermanent(t *testing.T) {
	for kind, store := range stores(t) {
		s := session.New()
		if s.Permanent() {
			t.Error("permanent by default")
		}
		s.SetPermanent(true)
		s = reload(t, store, s)
		if st := s.State(true); !st.Permanent || !s.Permanent() {
			t.Errorf("%s: permanence is lost", kind)
		}
		s.Set("_permanent", "yes")
		if s.Permanent() {
			t.Errorf("%s: a string is true", kind)
		}
	}
}

// TestFlashes keeps messages in Flask's layout until they are shown.
func TestFlashes(t *testing.T) {
	for kind, store := range stores(t) {
		s := session.New()
		s.Flash("", "hello")
		s.Flash("error", "nope")
		s.FlashHTML("info", "<b>x</b>")
		s = reload(t, store, s)
		if v, _ := s.Get("_flashes"); canonical(t, v) != `[{" t":["message","hello"]},{" t":["error","nope"]},{" t":["info",{" m":"<b>x</b>"}]}]` {
			t.Errorf("%s: %s", kind, canonical(t, v))
		}
		want := []session.Flash{{"message", "hello", false}, {"error", "nope", false}, {"info", "<b>x</b>", true}}
		if got := s.PeekFlashes(); !slices.Equal(got, want) || s.Modified() {
			t.Errorf("%s: %v", kind, got)
		}
		if got := s.Flashes(); !slices.Equal(got, want) || !s.Modified() {
			t.Errorf("%s: %v", kind, got)
		}
		if want[1].Value() != "nope" || want[2].Value() != markup.HTML("<b>x</b>") {
			t.Error("Value")
		}
		if got := s.Flashes(); got != nil {
			t.Errorf("%s: shown twice: %v", kind, got)
		}
	}
}

// TestCVE_2026_25899 is about messages that somebody else wrote: whatever is
// there, nothing panics and nothing is allocated by a length that is claimed.
func TestCVE_2026_25899(t *testing.T) {
	for name, v := range map[string]any{
		"text": "x", "number": 4294967295, "map": map[string]any{"a": 1}, "short": []any{session.Tuple{"a"}, session.Tuple{}}, "long": []any{session.Tuple{"a", "b", "c"}},
		"nils": []any{nil, session.Tuple{nil, nil}, session.Tuple{"a", nil}}, "numbers": []any{1, session.Tuple{1, 2}}, "tuple": session.Tuple{session.Tuple{"a", "b"}},
	} {
		s := session.New()
		s.Set("_flashes", v)
		if got := s.Flashes(); len(got) != 0 {
			t.Errorf("%s: %v", name, got)
		}
		s.Flash("a", "b")
		if got := s.Flashes(); len(got) != 1 {
			t.Errorf("%s: %v", name, got)
		}
	}
	s := session.New()
	s.Set("_flashes", []any{[]any{"a", "list"}, session.Tuple{"a", 7}})
	if got := s.Flashes(); !slices.Equal(got, []session.Flash{{"a", "list", false}, {"a", "7", false}}) {
		t.Error(got)
	}
}

func TestCSRFSecret(t *testing.T) {
	s := session.New()
	if _, ok := s.CSRFSecret(); ok {
		t.Error("a secret from nowhere")
	}
	s.SetCSRFSecret("0123")
	s = reload(t, stores(t)["cookie"], s)
	if secret, ok := s.CSRFSecret(); secret != "0123" || !ok {
		t.Errorf("got %q, %v", secret, ok)
	}
	if v, _ := s.Get("csrf_token"); v != "0123" {
		t.Error("not in Flask-WTF's place")
	}
}

func TestZeroSession(t *testing.T) {
	var s session.Session
	if s.Len() != 0 || s.Permanent() || s.Flashes() != nil || s.Err() != nil {
		t.Error("the zero value is not empty")
	}
	s.Set("a", 1)
	if v, ok := session.Value[int](reload(t, stores(t)["cookie"], &s), "a"); v != 1 || !ok {
		t.Errorf("got %v, %v", v, ok)
	}
}

// TestPeekPermanent: what a framework asks at the end of a request is right
// whether or not the values were decoded, and in whatever order they are.
func TestPeekPermanent(t *testing.T) {
	store := session.NewCookieStore(shortRing(t, "dewar-secret-key"), session.CookieOptions{Now: at(vectorTime)})
	for text, want := range map[string]bool{
		`{"_permanent":true}`: true, `{"_permanent":true,"a":1}`: true, `{"_permanent":false}`: false, `{"_permanent":1}`: false, `{"_permanent":"true"}`: false,
		`{"A":1,"_permanent":true}`: true, `{"a":1,"_permanent": true}`: true, `{"a":1}`: false, `{"a":{"_permanent":true}}`: false, `{"a":"_permanent"}`: false, `{}`: false,
		`{"_permanent":true`:  false,
		`{"_permanent":true]`: false,
		`["_permanent"]`:      false,
	} {
		cookie := forgeJSON(t, text)
		s, _ := store.Load(t.Context(), cookie)
		if got := s.State(true).Permanent; got != want {
			t.Errorf("%s: %v", text, got)
		}
		if s.Accessed() {
			t.Errorf("%s: accessed", text)
		}
		s.Len()
		if got := s.State(true).Permanent; got != want {
			t.Errorf("%s, decoded: %v", text, got)
		}
	}
}

// TestOrderOfNames: what a cookie brought is sorted, as Flask writes it; then comes what is new, and what was deleted
// and set again is last.
func TestOrderOfNames(t *testing.T) {
	s := session.New()
	for _, name := range []string{"z", "c", "m"} {
		s.Set(name, 1)
	}
	s = reload(t, stores(t)["cookie"], s)
	s.Set("b", 1)
	s.Set("a", 1)
	s.Set("z", 4)
	s.Delete("m")
	s.Set("m", 5)
	s.Delete("b")
	s.Set("0", 6)
	s.Set("b", 7)
	if got := s.Keys(); !slices.Equal(got, []string{"c", "z", "a", "m", "0", "b"}) {
		t.Errorf("Keys: %v", got)
	}
}
