package oidc

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
)

// FuzzClaims: whatever a provider claims, an address counts as verified by the JSON value true alone, and what is shown is
// text of a bounded length.
func FuzzClaims(f *testing.F) {
	for _, seed := range []string{
		`{"email":"ann@example.com","email_verified":true,"name":"Ann","auth_time":1,"amr":["mfa"]}`, `{"email":"a\u0000","email_verified":"true"}`,
		`{"email":null,"email_verified":1,"name":["x"],"amr":"mfa","auth_time":-1e99}`, `{"name":"\ud800"}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		id := Identity{}
		if json.Unmarshal([]byte(text), &id.Claims) != nil {
			return
		}
		id.read(true)
		if id.Email != "" && string(id.Claims["email_verified"]) != "true" {
			t.Errorf("verified by %q", id.Claims["email_verified"])
		}
		for _, shown := range []string{id.Email, id.UnverifiedEmail, id.Name} {
			if len(shown) > 255 || strings.ContainsFunc(shown, unicode.IsControl) {
				t.Errorf("shown: %q", shown)
			}
		}
		if !json.Valid(id.data()) {
			t.Errorf("kept: %q", id.data())
		}
	})
}
