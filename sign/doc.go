// Package sign signs values that leave the program and come back: cookies,
// links in mails, hidden fields. Its formats are those of itsdangerous 2.2,
// so that Flask applications read its tokens and it reads theirs.
//
// # Use
//
// Take the keys from a [KeyRing] and one serializer for each purpose, named by
// its salt:
//
//	keys, err := sign.LoadOrCreateKeyFile("instance/keys")
//	confirm := keys.URLSafeTimed("confirm email")
//	token, err := confirm.Dumps(map[string]any{"user": 42})
//	...
//	var who struct{ User int }
//	err = confirm.LoadsInto(token, 24*time.Hour, &who)
//
// A signed value can be read by anyone; it cannot be changed. It can be sent
// again until it expires: what must work only once has to be remembered.
//
// # Signers and serializers
//
// A [Signer] signs strings and a [TimestampSigner] adds the time. The
// serializers sign values as JSON: [Serializer], [TimedSerializer], and
// [URLSafeSerializer] and [URLSafeTimedSerializer], whose tokens are safe in
// URLs and compressed when that is shorter. All take keys oldest to newest,
// of which the last signs and all verify, and [SignerOptions] with the
// derivations and digests of itsdangerous. They accept any key; the ring
// alone insists on strong ones.
//
// Keys are derived, and the states of HMAC computed, once when a signer is
// made. Make signers at the start and keep them; they are safe for concurrent
// use.
//
// # Errors
//
// Errors form the hierarchy of itsdangerous, found by errors.As: a
// *[SignatureExpired] is also a *[BadTimeSignature], a *[BadSignature] and a
// *[BadData]; a *[BadPayload] is a *[BadData]. They carry the payload, which
// nobody vouches for, and the date.
//
// # Keys
//
// A [KeyRing] is made from strings, which a configuration may hold, or from a
// key file ([LoadKeyFile], [CreateKeyFile]). [RotateKeyFile] adds a key that
// signs from then on; what older keys signed stays valid until
// [RetireKeyFile] removes them. A ring never prints its keys.
//
// # JSON
//
// [JSON] writes byte for byte what Python's json module writes, and reads what
// it reads: integers of any size, NaN, and floats as Python shows them.
package sign
