package main

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"testing"

	"github.com/dewar-go/dewar/secure"
	"github.com/dewar-go/dewar/session"
	"github.com/dewar-go/dewar/sign"
)

// secretOf is a session with a CSRF secret.
type secretOf struct{ secret string }

func (s *secretOf) CSRFSecret() (string, bool) { return s.secret, s.secret != "" }
func (s *secretOf) SetCSRFSecret(text string)  { s.secret = text }

// TestCrossTokensAndCookies sends a thousand CSRF tokens and remember cookies
// each way between Dewar and the real Flask-WTF and Flask-Login.
func TestCrossTokensAndCookies(t *testing.T) {
	needFlask(t)
	const count = 1000
	key := sign.GenerateKey()
	ring, err := sign.NewKeyRing(key)
	if err != nil {
		t.Fatal(err)
	}
	csrf, err := secure.NewCSRF(secure.CSRFOptions{Keys: ring, Flask: true})
	if err != nil {
		t.Fatal(err)
	}
	remember := session.NewRemember(ring)
	type pairs [][2]string
	var tokens, cookies pairs
	for range count {
		var state secretOf
		token, err := csrf.Token(&state)
		if err != nil {
			t.Fatal(err)
		}
		tokens = append(tokens, [2]string{state.secret, token})
		user := randomID()
		cookies = append(cookies, [2]string{user, remember.Encode(user)})
	}
	request, err := json.Marshal(map[string]any{"key": key, "tokens": tokens, "cookies": cookies})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python, "testdata/cross.py")
	cmd.Stdin = bytes.NewReader(request)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	var answer struct {
		Wrong           [][3]string
		Tokens, Cookies pairs
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		t.Fatal(err)
	}
	for _, w := range answer.Wrong {
		t.Errorf("Flask refuses %q for %q: %s", w[1], w[0], w[2])
	}
	if len(answer.Tokens) != count || len(answer.Cookies) != count {
		t.Fatalf("%d tokens and %d cookies came back", len(answer.Tokens), len(answer.Cookies))
	}
	for _, p := range answer.Tokens {
		r := httptest.NewRequest("POST", "/", nil)
		err := csrf.Check(r, secure.Origin{Scheme: "http", Host: "localhost"}, true,
			func() secure.TokenState { return &secretOf{p[0]} },
			func() (url.Values, error) { return url.Values{"csrf_token": {p[1]}}, nil })
		if err != nil {
			t.Errorf("Flask-WTF's token %q: %v", p[1], err)
		}
	}
	for _, p := range answer.Cookies {
		if user, ok := remember.Decode(p[1]); !ok || user != p[0] {
			t.Errorf("Flask-Login's cookie %q is %q, %v", p[1], user, ok)
		}
	}
}

// randomID is a user's id of any characters.
func randomID() string {
	alphabet := []rune("0123456789abcXYZ-_@. |\"'\\é€😀")
	id := make([]rune, 1+rand.IntN(20))
	for i := range id {
		id[i] = alphabet[rand.IntN(len(alphabet))]
	}
	return string(id)
}
