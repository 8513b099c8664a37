package accounts_test

import (
	"testing"
)

func TestLogin(t *testing.T) {
	s := newSite(t, nil)
	s.member("ann@example.com")
	want(t, s.Get("/account/login"), 200, "Log in", `autocomplete="username"`)
	want(t, s.logIn(s.Client, "ann@example.com", "wrong"), 422, "The address or the password is wrong.")
	if got := s.who(s.Client); got != "nobody" {
		t.Errorf("%q is logged in", got)
	}
	wantTo(t, s.logIn(s.Client, " Ann@Example.com", good), "/account/")
	if got := s.who(s.Client); got != "ann@example.com" {
		t.Errorf("%q is logged in", got)
	}
	want(t, s.Get("/account/"), 200, "this one")
	wantTo(t, s.PostForm("/account/logout", nil), "/account/login")
	if got := s.who(s.Client); got != "nobody" {
		t.Errorf("%q is logged in", got)
	}
}
