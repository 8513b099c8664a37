package session_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/dewar-go/dewar/session"
	"github.com/dewar-go/dewar/sign"
)

// A counter for each visitor, in plain net/http.
func Example() {
	keys, err := sign.NewKeyRing(sign.GenerateKey())
	if err != nil {
		panic(err)
	}
	store := session.NewCookieStore(keys, session.CookieOptions{})

	handler := func(w http.ResponseWriter, r *http.Request) {
		var sent string
		if c, err := r.Cookie("session"); err == nil {
			sent = c.Value
		}
		s, err := store.Load(r.Context(), sent)
		if err != nil { // not with cookies, but with a store that can be down
			http.Error(w, "the session store is unavailable", http.StatusServiceUnavailable)
			return
		}
		visits, _ := session.Value[int](s, "visits")
		s.Set("visits", visits+1)

		if s.Accessed() {
			w.Header().Add("Vary", "Cookie")
		}
		if s.Modified() {
			value, err := store.Save(r.Context(), s)
			if err != nil {
				http.Error(w, "the session cannot be saved", http.StatusInternalServerError)
				return
			}
			cookie := &http.Cookie{Name: "session", Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode}
			if value == "" {
				cookie.MaxAge = -1
			}
			http.SetCookie(w, cookie)
		}
		fmt.Fprintf(w, "visit %d", visits+1)
	}

	var cookie *http.Cookie
	for range 3 {
		r := httptest.NewRequest("GET", "/", nil)
		if cookie != nil {
			r.AddCookie(cookie)
		}
		w := httptest.NewRecorder()
		handler(w, r)
		cookie = w.Result().Cookies()[0]
		fmt.Println(w.Body)
	}
	// Output:
	// visit 1
	// visit 2
	// visit 3
}

// The sessions of a user, and how to end all but this one.
func ExampleServerStore() {
	ctx := context.Background()
	store := session.NewMemoryStore(session.MemoryOptions{})
	var ids []string
	for range 3 {
		s := session.New()
		s.Set(session.UserKey, "ada")
		id, err := store.Save(ctx, s)
		if err != nil {
			panic(err)
		}
		ids = append(ids, id)
	}
	current, _ := store.Load(ctx, ids[0])
	list, _ := store.List(ctx, "ada", current)
	fmt.Println(len(list), "sessions")

	store.RevokeUser(ctx, "ada", current)
	list, _ = store.List(ctx, "ada", current)
	fmt.Println(len(list), "session")
	// Output:
	// 3 sessions
	// 1 session
}

func ExampleSession_Flash() {
	s := session.New()
	s.Flash("", "Saved.")
	s.Flash("error", "But not everything.")
	for _, f := range s.Flashes() {
		fmt.Printf("%s: %s\n", f.Category, f.Message)
	}
	// Output:
	// message: Saved.
	// error: But not everything.
}

// The remember cookie of a Flask application with Flask-Login.
func ExampleRemember() {
	keys, err := sign.NewKeyRingInsecureShortKey("dev-secret-key")
	if err != nil {
		panic(err)
	}
	remember := session.NewRemember(keys)
	cookie := remember.Encode("42")
	fmt.Println(cookie[:20] + "…")
	fmt.Println(remember.Decode(cookie))
	// Output:
	// 42|cf6a941030c01fe68…
	// 42 true
}
