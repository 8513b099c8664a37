// Package password hashes passwords and checks them.
//
// # Use
//
//	hash, err := password.Hash(ctx, "correct horse")         // store it
//	ok, err := password.Verify(ctx, hash, "correct horse")   // at sign-in
//	if ok && password.NeedsRehash(hash) {
//		hash, err = password.Hash(ctx, "correct horse")      // store it again
//	}
//
// When there is no such user, call [VerifyDummy]: it takes as long as Verify,
// so that nobody learns who has an account.
//
// The context is the request's: a client that goes away gives up its turn, and
// nobody waits behind work that nobody waits for.
//
// # Formats
//
// New hashes are Argon2id (RFC 9106) in the PHC string format, with the
// parameters that OWASP recommends. Those of Werkzeug, "scrypt:…" and
// "pbkdf2:…", are read as well, and written by a [Hasher] that is told to:
// [Flask] is one for applications that share their users with a Flask
// application.
//
// # Limits
//
// A hash takes about 20 MB and tens of milliseconds on purpose. At most
// GOMAXPROCS are computed at a time, the others wait; passwords are at most
// 1,024 bytes long; and a stored hash that asks for more than 256 MiB, or for
// minutes of time, is not computed at all. Verify never panics, whatever the
// stored hash is.
package password
