// Package totp makes and checks the codes of authenticator apps: TOTP (RFC 6238) and HOTP below it (RFC 4226). It works
// in any program, and with the secrets that pyotp made.
//
// # Enrolment
//
//	key := totp.Key{Secret: totp.NewSecret()}
//	uri := key.URI("Shop", "ann@example.org") // for a QR code
//	text := key.Secret.Text()                 // for who types it
//
// Keep the secret on the server until the user has entered one code: what an app did not take must not lock them out.
// That code is spent.
//
// # Checking
//
//	step, ok := key.Verify(code, time.Now(), user.LastStep)
//
// [Key.Verify] accepts the code of now, of the step before and of the one after, for clocks that differ and for people
// who type. It compares all of them, in constant time, and only steps later than the last one that was used count. So a
// code works once, if the caller keeps the step and does that in one conditional statement, whose row count says who
// won:
//
//	UPDATE factors SET last_step = ? WHERE user_id = ? AND last_step < ?
//
// To compare and then write lets two requests at once pass with one code (Gitea, CVE-2026-20779). Limit the tries: there
// are a million codes, and three are right at a time.
//
// # Storing
//
// A secret is needed in the clear for each check, so it cannot be hashed. Encrypt it with a key that is not in the
// database. A [Secret] does not print itself.
package totp
