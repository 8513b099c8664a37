// Package audit keeps a log of who did what that can be shown to be whole: append-only, chained by hashes, with signed
// checkpoints outside.
//
// # Use
//
//	log := audit.New(audit.NewFile("instance/audit", audit.FileOptions{}), audit.Config{
//		Sinks: []audit.Sink{audit.LogSink(remote)},
//	})
//	app.Extend(log) // behind a database that keeps it: app.Extend(database, audit.New(database.Audit(), …))
//
// Every security event of the app is a record: logins, sessions, denials with their reason, refused input, rate limits.
// What else matters the application writes, by OWASP's names:
//
//	err := audit.Write(c, audit.Event{Name: audit.EventSensitiveRead, Target: patient.ID, Data: map[string]any{"ward": 3}})
//
// # Records
//
// A record is a line of JSON: v, log, seq, time, event, outcome, code, key, actor, impersonator, target, ip, session,
// request_id, data, private, prev, hash. The hash is SHA-256 of "dewar-audit-v1\n", the hash of the record before and the
// exact bytes of the line without its own hash. These bytes are kept, so nothing depends on how JSON is written.
//
// Nothing personal is hashed. Actor, impersonator, target, ip, session and what is private are in the record as keyed
// pseudonyms: the first 128 bits of an HMAC-SHA-256 with a key of the app's ring, which the record names. The values are
// kept beside the log under the record's number. [Log.Erase] erases them for one person; the log stays whole, and
// [Verify] tells erased values from values that somebody took away.
//
// # When it cannot be written
//
// An answer leaves when the records of its security events are on disk. [Write] returns when its record is, and its error
// is for the act to fail with. While the log cannot be written, requests that may change something are refused with 503,
// refusals go on, and what waits is written later; when more than Config.Queue events wait, the others are counted and the
// number becomes a record. Config.InsecureGoOn turns the refusal off.
//
// # What it proves
//
// A chain alone proves nothing about its end, and whoever can write it can write it anew. So the head is kept apart and
// compared at every start, and every 64 records or every minute, and at the end, a [Checkpoint] with log, number and hash
// is signed and taken to Config.Sinks. Without a sink that the owner of log and process cannot change, the log finds mistakes,
// not the administrator. Records behind the last checkpoint can be rewritten by whoever has the log.
//
// The command "audit verify --checkpoints FILE" names the first record that is wrong, and how: altered, missing, reordered,
// forked, truncated, genesis missing, column differs. "audit list" shows records, "audit purge" removes old ones behind a
// signed end, "audit key" prints the key that an auditor verifies checkpoints with.
//
// # Keys
//
// The keys of pseudonyms and checkpoints are made of the app's ring and rotate with it. When an old key is retired, the
// pseudonyms made with it can no longer be compared with their values, and checkpoints need Config.Signers with its public
// key: note what "audit key" says before retiring one.
package audit
