package session_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar/markup"
	"github.com/dewar-go/dewar/session"
)

// python runs a script of testdata with the system's Python and decodes its
// answer. It skips when Python or a library is missing, unless
// DEWAR_TEST_SERVICES is "required".
func python(t *testing.T, script string, request, answer any) {
	t.Helper()
	in, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "/usr/bin/python3", script)
	cmd.Stdin = bytes.NewReader(in)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	switch {
	case err == nil:
	case os.Getenv("DEWAR_TEST_SERVICES") != "required" && (errors.Is(err, fs.ErrNotExist) || strings.Contains(stderr.String(), "ModuleNotFoundError")):
		t.Skipf("%s needs /usr/bin/python3 with the Pallets libraries: %v\n%s", script, err, stderr.Bytes())
	default:
		t.Fatalf("%s: %v\n%s", script, err, stderr.Bytes())
	}
	if err := json.Unmarshal(out, answer); err != nil {
		t.Fatal(err)
	}
}

func pick[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

func randomText(r *rand.Rand) string {
	alphabet := []rune("ab z\"\\/<>&'\x00\x1f\x7f\n\té€\u2028😀")
	text := make([]rune, r.IntN(10))
	for i := range text {
		text[i] = pick(r, alphabet...)
	}
	return string(text)
}

func randomName(r *rand.Rand) string {
	return pick(r, " t", " b", " m", " u", " d", " di", " x", "", "a", "né", randomText(r))
}

func randomValue(r *rand.Rand, depth int) any {
	kinds := 13
	if depth > 3 {
		kinds = 9
	}
	list := func() []any {
		l := make([]any, r.IntN(4))
		for i := range l {
			l[i] = randomValue(r, depth+1)
		}
		return l
	}
	switch r.IntN(kinds) {
	case 0:
		return pick[any](r, nil, true, false)
	case 1:
		return r.IntN(1000) - 10
	case 2:
		n := new(big.Int).SetUint64(r.Uint64())
		return n.Lsh(n, uint(r.IntN(100)))
	case 3:
		return pick(r, 0, 1, 1e16, 1e-5, r.NormFloat64()*math.Pow10(r.IntN(500)-250))
	case 4:
		return randomText(r)
	case 5:
		b := make([]byte, r.IntN(10))
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return b
	case 6:
		return markup.HTML(randomText(r))
	case 7:
		var u session.UUID
		for i := range u {
			u[i] = byte(r.Uint32())
		}
		return u
	case 8:
		return time.Unix(r.Int64N(1e11)-1e10, 0)
	case 9:
		m := map[string]any{}
		for range r.IntN(3) {
			m[randomName(r)] = randomValue(r, depth+1)
		}
		return m
	case 10:
		return list()
	case 11:
		return session.Tuple(list())
	}
	return strings.Repeat("again and ", r.IntN(60))
}

func canonical(t *testing.T, v any) string {
	t.Helper()
	b, err := session.TaggedJSON{}.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestCrossFlask makes sessions and remember cookies with random values here
// and loads them in the real Flask, and the other way round, with three keys.
func TestCrossFlask(t *testing.T) {
	const count = 1000
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	ring := shortRing(t, "newest key", "middle key", "oldest key")
	store := session.NewCookieStore(ring, session.CookieOptions{MaxSize: 1 << 20})
	remember := session.NewRemember(ring)

	var request struct {
		Keys       []string `json:"keys"`
		Count      int      `json:"count"`
		Seed       uint64   `json:"seed"`
		Cookies    []string `json:"cookies"`
		Remembered []string `json:"remembered"`
	}
	request.Keys, request.Count, request.Seed = []string{"oldest key", "middle key", "newest key"}, count, seed
	var want, users []string
	for range count {
		values := map[string]any{}
		s := session.New()
		for range 1 + r.IntN(4) {
			name, v := randomName(r), randomValue(r, 0)
			values[name] = v
			s.Set(name, v)
		}
		for i := range r.IntN(3) {
			s.Flash(pick(r, "error", "info"), fmt.Sprint("message ", i))
		}
		if f := s.PeekFlashes(); f != nil {
			var list []any
			for _, f := range f {
				list = append(list, session.Tuple{f.Category, f.Message})
			}
			values["_flashes"] = list
		}
		cookie, err := store.Save(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, canonical(t, values))
		request.Cookies = append(request.Cookies, cookie)
		user := randomText(r)
		users = append(users, user)
		request.Remembered = append(request.Remembered, remember.Encode(user))
	}

	type made struct{ Cookie, Value, User string }
	var answer struct {
		Loaded     []string
		Cookies    []made
		Remembered []*string
		Users      []made
	}
	python(t, "testdata/cross.py", request, &answer)
	if len(answer.Loaded) != count || len(answer.Cookies) != count || len(answer.Remembered) != count || len(answer.Users) != count {
		t.Fatal("an answer is missing")
	}
	for i := range count {
		if t.Failed() {
			t.Fatalf("stopped after pair %d of %d", i, count)
		}
		if answer.Loaded[i] != want[i] {
			t.Errorf("%s\nmeans there %s\nand here    %s", request.Cookies[i], answer.Loaded[i], want[i])
		}
		if got := answer.Remembered[i]; got == nil || *got != users[i] {
			t.Errorf("remember cookie of %q is not accepted there", users[i])
		}
		s, _ := store.Load(t.Context(), answer.Cookies[i].Cookie)
		values := map[string]any{}
		for name, v := range s.All() {
			values[name] = v
		}
		if got := canonical(t, values); got != answer.Cookies[i].Value || s.Err() != nil {
			t.Errorf("%s\nmeans there %s\nand here    %s (%v)", answer.Cookies[i].Cookie, answer.Cookies[i].Value, got, s.Err())
		}
		if user, ok := remember.Decode(answer.Users[i].Cookie); !ok || user != answer.Users[i].User {
			t.Errorf("remember cookie %q of there is %q, %v", answer.Users[i].Cookie, user, ok)
		}
	}
}
