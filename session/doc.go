// Package session keeps the data of visitors from one request to the next,
// in Flask's formats.
//
// # Use
//
// A [Store] turns a cookie's value into a [Session] and back. In any net/http
// program:
//
//	keys, err := sign.LoadOrCreateKeyFile("instance/keys")
//	store := session.NewCookieStore(keys, session.CookieOptions{})
//
//	s, err := store.Load(r.Context(), cookieValue)
//	s.Set("user_id", 42)
//	id, ok := session.Value[int](s, "user_id")
//	value, err := store.Save(r.Context(), s)
//	// value is the new cookie; "" means that the cookie is to be deleted
//
// The cookie's name and attributes are the caller's. An answer that depends
// on a session says so: when [Session.Accessed] is true, it needs the header
// "Vary: Cookie".
//
// # Stores
//
//   - [CookieStore] keeps the values in the cookie, signed. It is Flask's own
//     session: an application in Flask with the same key reads it and writes
//     it. The client can read it, and nothing can revoke it.
//   - [EncryptedCookieStore] is the same, encrypted.
//   - [ServerStore] keeps the values on the server, in memory or in any other
//     [Backend], under a random id of which only the hash is stored. Sessions
//     end after idle and absolute times, can be listed and revoked by user,
//     and change their id at login.
//
// Whatever a client sends, Load returns a session: what is malformed, forged
// or expired is a new and empty one, and [Session.Err] says why.
//
// # Values
//
// Values are what [TaggedJSON] carries: nil, booleans, numbers, strings,
// lists, maps, and [Tuple], []byte, markup.HTML, [UUID] and time.Time. Read
// them with [Value], which converts between the types of numbers. A list or
// map that [Session.Get] returned may be changed in place: the store compares
// its encoded form when it saves.
//
// # Flask's other data
//
// Flashed messages ([Session.Flash]) have Flask's layout, CSRF secrets
// Flask-WTF's place, and [Remember] is the codec of Flask-Login's remember
// cookie.
package session
