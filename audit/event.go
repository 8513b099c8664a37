package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/dewar-go/dewar"
)

// Events that are an application's to write, beside those of package dewar, by OWASP's Logging Vocabulary.
const (
	EventPrivileges      dewar.EventName = "privilege_permissions_changed"
	EventUserArchived    dewar.EventName = "user_archived"
	EventSensitiveCreate dewar.EventName = "sensitive_create"
	EventSensitiveRead   dewar.EventName = "sensitive_read"
	EventSensitiveUpdate dewar.EventName = "sensitive_update"
	EventSensitiveDelete dewar.EventName = "sensitive_delete"
)

// Events of the log itself.
const (
	EventBegin dewar.EventName = "sys_audit_begin" // the first record
	EventPurge dewar.EventName = "sys_audit_purge" // older records were removed up to a signed end
	EventErase dewar.EventName = "sys_audit_erase" // personal values were erased
	EventLost  dewar.EventName = "sys_audit_lost"  // events were lost while the log could not be written
)

// An Outcome is how something went.
type Outcome string

// The outcomes.
const (
	Success Outcome = "success"
	Failure Outcome = "failure" // it was tried, and did not work
	Denied  Outcome = "denied"  // it was not allowed
)

// An Event is what an application writes with [Write].
type Event struct {
	// Name is what happened.
	Name dewar.EventName
	// Outcome is how it went. Default: by the name, for most names Success.
	Outcome Outcome
	// Code is why, in a word of the program's own.
	Code string
	// Actor is who did it. Default in a request: [dewar.Context.UserID].
	Actor string
	// Impersonator is who really did it, in the name of Actor.
	Impersonator string
	// Target is who or what it was done to.
	Target string
	// Session names the login, where the application wants it known.
	Session string
	// Data are facts that are not about a person and can never be erased: an order's number, the old and the new
	// state. At most 16 KiB as JSON.
	Data map[string]any
	// Private are facts that may be about a person. They can be erased. Each is cut at 1 KiB.
	Private map[string]string

	ip, requestID string
	time          time.Time
	data          json.RawMessage // Data
}

// outcomeOf is the outcome of an event that does not say it.
func outcomeOf(name dewar.EventName) Outcome {
	switch name {
	case dewar.EventAccessDenied, dewar.EventRateLimit, dewar.EventForeignOrigin, dewar.EventDirectReference, dewar.EventExtraneous:
		return Denied
	case dewar.EventLoginFail, dewar.EventLoginFailMax, dewar.EventLoginLock, dewar.EventTokenReuse, dewar.EventSessionUseExpired,
		dewar.EventInvalidInput, dewar.EventUploadValidation, EventLost:
		return Failure
	}
	if strings.HasPrefix(string(name), "malicious_") || strings.HasSuffix(string(name), "_fail") {
		return Denied
	}
	return Success
}

// inRequest adds what is known of the request.
func (e *Event) inRequest(c *dewar.Context) {
	if e.Actor == "" {
		e.Actor = c.UserID()
	}
	if ip := c.ClientIP(); ip.IsValid() {
		e.ip = ip.String()
	}
	e.requestID = c.RequestID()
}

// eventOf is a security event of the framework as an event of the log. Whom it is about is the actor in a request, unless
// somebody else is logged in there, and otherwise the target. Its detail and its reason may hold what a client sent, so
// they are private.
func eventOf(s dewar.SecurityEvent) Event {
	e := Event{Name: s.Name, Code: s.Code, Private: map[string]string{"detail": s.Detail, "reason": s.Reason()}}
	c := s.Context
	if c == nil {
		e.Target = s.User
		return e
	}
	if e.Actor = s.User; c.UserID() != "" && c.UserID() != s.User {
		e.Actor, e.Target = c.UserID(), s.User
	}
	e.Data = map[string]any{"rule": c.Rule()}
	e.inRequest(c)
	return e
}

// record makes the record of an event and its values. What chains it, Seq and Prev, is set.
func (e *Event) record(k key, log string, seq uint64, prev string) (Row, error) {
	r := Record{
		V: 1, Log: log, Seq: seq, Time: e.time, Event: e.Name, Outcome: e.Outcome, Code: clip(e.Code),
		RequestID: clip(e.requestID), Key: k.id, Data: e.data, Prev: prev,
	}
	if r.Outcome == "" {
		r.Outcome = outcomeOf(e.Name)
	}
	v := Values{Actor: clip(e.Actor), Impersonator: clip(e.Impersonator), Target: clip(e.Target), IP: e.ip, Session: clip(e.Session)}
	mac := func(kind, value string) string { return k.pseudonym(log, kind, value) }
	r.Actor, r.Impersonator, r.Target = mac("user", v.Actor), mac("user", v.Impersonator), mac("user", v.Target)
	r.IP, r.Session = mac("ip", v.IP), mac("session", v.Session)
	for name, value := range e.Private {
		if value == "" {
			continue
		}
		if v.Private == nil {
			v.Private, r.Private = map[string]string{}, map[string]string{}
		}
		name, value = clip(name), clip(value)
		v.Private[name], r.Private[name] = value, mac(privateKind(seq, name), value)
	}
	line, err := r.encode()
	if err != nil {
		return Row{}, err
	}
	return Row{Line: line, Record: r, Values: v}, nil
}

// prepare fixes what an event is made of. It finds what would make its record impossible, so that the queue never holds
// an event that cannot be written.
func (e *Event) prepare() (err error) {
	if e.Name == "" {
		return errors.New("audit: an event has no name; see the constants of this package and of dewar")
	}
	e.time, e.Private = time.Now(), maps.Clone(e.Private)
	if len(e.Data) > 0 {
		if e.data, err = json.Marshal(e.Data); err != nil {
			return fmt.Errorf("audit: Data of the event %s: %w", e.Name, err)
		}
		if e.Data = nil; len(e.data) > maxData {
			return fmt.Errorf("audit: Data of the event %s is %d bytes of JSON; it may have %d", e.Name, len(e.data), maxData)
		}
	}
	_, err = e.record(key{id: noHash[:16]}, noHash[:32], 1<<63, noHash)
	return err
}

// clip bounds a text, which becomes valid UTF-8.
func clip(s string) string {
	if len(s) > maxValue {
		s = s[:maxValue] + "…"
	}
	return strings.ToValidUTF8(s, "\ufffd")
}
