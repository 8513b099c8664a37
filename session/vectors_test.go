package session_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar/markup"
	"github.com/dewar-go/dewar/session"
	"github.com/dewar-go/dewar/sign"
)

const vectorTime = 1700000000

func at(seconds int64) func() time.Time {
	return func() time.Time { return time.Unix(seconds, 0) }
}

func shortRing(t testing.TB, current string, older ...string) *sign.KeyRing {
	t.Helper()
	ring, err := sign.NewKeyRingInsecureShortKey(current, older...)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func readJSON(t testing.TB, path string, v any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatal(err)
	}
}

// TestVectors replays testdata/vectors.json, cookies that the real Flask made.
func TestVectors(t *testing.T) {
	var file struct {
		Session []struct {
			Session    string
			TaggedJSON string `json:"tagged_json"`
			Cookie     string
		}
		Fallbacks struct {
			Keys     []string `json:"secret_keys"`
			SignedBy string   `json:"signed_by_old-key-1"`
		} `json:"session_fallbacks"`
	}
	readJSON(t, "testdata/vectors.json", &file)
	store := session.NewCookieStore(shortRing(t, "dewar-secret-key"), session.CookieOptions{Now: at(vectorTime)})
	for _, v := range file.Session {
		t.Run(v.Session[:min(len(v.Session), 30)], func(t *testing.T) {
			s, _ := store.Load(t.Context(), v.Cookie)
			values := map[string]any{}
			for name, value := range s.All() {
				values[name] = value
			}
			if s.Err() != nil {
				t.Fatal(s.Err())
			}
			b, err := session.TaggedJSON{}.Marshal(values)
			if err != nil || string(b) != v.TaggedJSON {
				t.Errorf("got  %s (%v)\nwant %s", b, err, v.TaggedJSON)
			}
			// Signed again unchanged it is the same cookie, byte for byte.
			if again, err := store.Save(t.Context(), s); again != v.Cookie || err != nil {
				t.Errorf("saved %s (%v), want %s", again, err, v.Cookie)
			}
			fresh := session.New()
			for name, value := range values {
				fresh.Set(name, value)
			}
			cookie, err := store.Save(t.Context(), fresh)
			switch {
			case err != nil:
				t.Error(err)
			case len(values) == 0:
				if cookie != "" {
					t.Errorf("an empty session has the cookie %q", cookie)
				}
			case v.Cookie[0] != '.' && cookie != v.Cookie:
				t.Errorf("made %s, want %s", cookie, v.Cookie)
			case v.Cookie[0] == '.':
				s, _ := store.Load(t.Context(), cookie)
				if s.Len() != len(values) {
					t.Errorf("own cookie %s does not load: %v", cookie, s.Err())
				}
			}
		})
	}
	t.Run("fallback", func(t *testing.T) {
		keys := file.Fallbacks.Keys
		store := session.NewCookieStore(shortRing(t, keys[2], keys[1], keys[0]), session.CookieOptions{Now: at(vectorTime)})
		s, _ := store.Load(t.Context(), file.Fallbacks.SignedBy)
		if id, ok := session.Value[int](s, "user_id"); id != 42 || !ok {
			t.Errorf("got %v, %v (%v)", id, ok, s.Err())
		}
	})
}

// TestExtensionVectors replays testdata/extensions.json, values of Flask's
// extensions.
func TestExtensionVectors(t *testing.T) {
	var file struct {
		Remember []struct{ Payload, Cookie string }
		Session  struct{ Cookie string } `json:"flask_session_cookie"`
		Signer   struct{ Value string }  `json:"flask_session_signer"`
		CSRF     struct {
			Value string `json:"session_value"`
			Token string
		}
	}
	readJSON(t, "testdata/extensions.json", &file)
	keys := shortRing(t, "dev-secret-key")

	remember := session.NewRemember(keys)
	for _, v := range file.Remember {
		if got := remember.Encode(v.Payload); got != v.Cookie {
			t.Errorf("remember: got %s, want %s", got, v.Cookie)
		}
		if got, ok := remember.Decode(v.Cookie); got != v.Payload || !ok {
			t.Errorf("remember: %s is %q, %v", v.Cookie, got, ok)
		}
	}

	s, _ := session.NewCookieStore(keys, session.CookieOptions{Now: at(vectorTime)}).Load(t.Context(), file.Session.Cookie)
	if id, _ := session.Value[string](s, "_user_id"); id != "42" {
		t.Errorf("session: user %q (%v)", id, s.Err())
	}

	signer, err := keys.SignerWith(sign.SignerOptions{Salt: "flask-session", KeyDerivation: sign.HMACDerivation})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := signer.Unsign(file.Signer.Value); got != "sid123" || err != nil {
		t.Errorf("Flask-Session id: %q, %v", got, err)
	}

	// The options cannot set a clock on the ring's shorthand: any age will do.
	token, err := keys.URLSafeTimed("wtf-csrf-token").Loads(file.CSRF.Token, sign.NoMaxAge)
	if token != file.CSRF.Value || err != nil {
		t.Errorf("csrf token: %v, %v", token, err)
	}
}

// TestTagged replays the pairs of Python values and tagged JSON.
func TestTagged(t *testing.T) {
	var file struct{ Tagged [][2]string }
	readJSON(t, "testdata/vectors.json", &file)
	// The Python values as Go values.
	values := map[string]any{
		`{'a': (1, 2)}`:        map[string]any{"a": session.Tuple{1, 2}},
		`{'b': b'hi'}`:         map[string]any{"b": []byte("hi")},
		`{'m': Markup('<i>')}`: map[string]any{"m": markup.HTML("<i>")},
		`{'u': UUID('00000000-0000-0000-0000-000000000001')}`:                         map[string]any{"u": session.UUID{15: 1}},
		`{'d': datetime.datetime(2020, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)}`: map[string]any{"d": time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)},
		`{' t': [1]}`:       map[string]any{" t": []any{1}},
		`{' di': 1}`:        map[string]any{" di": 1},
		`{' x': 1}`:         map[string]any{" x": 1},
		`{' t': 1, 'b': 2}`: map[string]any{" t": 1, "b": 2},
		`[(), {}]`:          []any{session.Tuple{}, map[string]any{}},
		`(1, (2, [b'']))`:   session.Tuple{1, session.Tuple{2, []any{[]byte{}}}},
		`{'n': None, 'f': 1.5, 't': True, 'é': '<&>'}`: map[string]any{"n": nil, "f": 1.5, "t": true, "é": "<&>"},
	}
	for _, pair := range file.Tagged {
		t.Run(pair[0], func(t *testing.T) {
			v, ok := values[pair[0]]
			if !ok {
				t.Fatal("no Go value")
			}
			b, err := session.TaggedJSON{}.Marshal(v)
			want := pair[1]
			if strings.Contains(want, `"n":null`) { // Go's maps are written in order
				want = `{"f":1.5,"n":null,"t":true,"\u00e9":"<&>"}`
			}
			if string(b) != want || err != nil {
				t.Errorf("got %s, %v, want %s", b, err, want)
			}
			back, err := session.TaggedJSON{}.Unmarshal([]byte(pair[1]))
			if err != nil {
				t.Fatal(err)
			}
			if again, err := (session.TaggedJSON{}).Marshal(back); string(again) != want || err != nil {
				t.Errorf("back and forth: %s, %v, want %s", again, err, want)
			}
		})
	}
}
