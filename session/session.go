package session

import (
	"bytes"
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"
)

// A Session is the data of one visitor: values by name, which a [Store] keeps from one request to the next. Values are
// those of [TaggedJSON]. Whatever type was set, an integer comes back as an int and another number as a float64, so
// read values with [Value].
//
// A Session belongs to one request and is not safe for concurrent use.
type Session struct {
	codec   TaggedJSON
	values  map[string]any // nil until decoded
	payload string         // what the store loaded; source decodes it
	source  source         // nil for a new session

	isNew    bool
	modified bool
	accessed bool
	renewed  bool
	signed   time.Time
	err      error

	// Lists and maps that Get returned, with their encoded form at that time. noticeChanges compares it when the
	// session is saved.
	watched map[string][]byte
	changed map[string]int // names set or deleted; for a new one its number among the added, else 0
	added   int
	cleared bool

	server serverState
}

// A source decodes the payload of a session to the encoded values.
type source interface {
	encoded(payload string) ([]byte, error)
}

// plain is the source for payloads that are the encoded values.
type plain struct{}

func (plain) encoded(payload string) ([]byte, error) { return []byte(payload), nil }

// New returns an empty session that no client has yet.
func New() *Session { return &Session{values: map[string]any{}, isNew: true} }

// load returns the decoded values. When they are malformed the session becomes a new, empty one.
func (s *Session) load() map[string]any {
	if s.values != nil {
		return s.values
	}
	if s.source == nil { // a session that was not loaded by a store
		s.values = map[string]any{}
		return s.values
	}
	data, err := s.source.encoded(s.payload)
	if err == nil {
		var v any
		if v, err = s.codec.Unmarshal(data); err == nil {
			if values, ok := v.(map[string]any); ok {
				s.values = values
				return values
			}
			err = fmt.Errorf("session: the session is a %T and not an object", v)
		}
	}
	s.values, s.err, s.isNew, s.payload = map[string]any{}, err, true, ""
	s.server = serverState{}
	return s.values
}

// read is load that marks the session as accessed.
func (s *Session) read() map[string]any {
	s.accessed = true
	return s.load()
}

// write is load that marks one name as changed.
func (s *Session) write(name string) map[string]any {
	values := s.read()
	s.modified = true
	if s.changed == nil {
		s.changed = make(map[string]int, 2)
	}
	if _, old := values[name]; !old {
		s.added++
		s.changed[name] = s.added
	} else if _, set := s.changed[name]; !set {
		s.changed[name] = 0
	}
	delete(s.watched, name)
	return values
}

// Get returns the value of a name. A later change inside a list or map that it returned is saved.
func (s *Session) Get(name string) (any, bool) {
	v, ok := s.read()[name]
	if ok {
		s.watch(name, v)
	}
	return v, ok
}

// watch remembers the encoded form of a list or map.
func (s *Session) watch(name string, v any) {
	switch v.(type) {
	case nil, bool, string, int, int64, float64, time.Time, UUID:
		return
	}
	if _, ok := s.changed[name]; ok {
		return // it is saved in any case
	}
	if _, ok := s.watched[name]; ok {
		return
	}
	b, err := s.codec.Marshal(v)
	if err != nil {
		return // it cannot be encoded: Save reports that
	}
	if s.watched == nil {
		s.watched = make(map[string][]byte, 1)
	}
	s.watched[name] = b
}

// noticeChanges marks the names whose lists or maps have changed.
func (s *Session) noticeChanges() {
	for name, before := range s.watched {
		if after, err := s.codec.Marshal(s.values[name]); err != nil || !bytes.Equal(before, after) {
			s.write(name)
		}
	}
}

// Set sets the value of a name. When [TaggedJSON] cannot encode it, Save fails.
func (s *Session) Set(name string, v any) { s.write(name)[name] = v }

// SetDefault returns the value of a name. When there is none it sets v first.
func (s *Session) SetDefault(name string, v any) any {
	if old, ok := s.Get(name); ok {
		return old
	}
	s.Set(name, v)
	return v
}

// Delete removes a name. When there is no such name the session is unchanged.
func (s *Session) Delete(name string) { s.Pop(name) }

// Pop removes a name and returns its value.
func (s *Session) Pop(name string) (any, bool) {
	v, ok := s.read()[name]
	if ok {
		delete(s.write(name), name)
	}
	return v, ok
}

// Has reports whether there is a value of that name.
func (s *Session) Has(name string) bool {
	_, ok := s.read()[name]
	return ok
}

// Len returns the number of values.
func (s *Session) Len() int { return len(s.read()) }

// Empty reports whether there are no values. The client's cookie is deleted when a session has become empty.
func (s *Session) Empty() bool { return s.Len() == 0 }

// Keys returns the names in the order that Flask's session has: sorted, and then those that this request has set, as
// it set them.
func (s *Session) Keys() []string {
	return slices.SortedFunc(maps.Keys(s.read()), func(a, b string) int {
		return cmp.Or(cmp.Compare(s.changed[a], s.changed[b]), cmp.Compare(a, b))
	})
}

// All ranges over the values in the order of [Session.Keys].
func (s *Session) All() iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		for _, name := range s.Keys() {
			if v, ok := s.Get(name); ok && !yield(name, v) {
				return
			}
		}
	}
}

// Clear removes all values. As in Flask it counts as a change even when the session is empty.
func (s *Session) Clear() {
	clear(s.read())
	s.modified, s.cleared = true, true
	s.changed, s.watched = nil, nil
}

// permanentKey is Flask's name of the value of Permanent.
const permanentKey = "_permanent"

// Permanent reports whether the session outlives the browser's own session.
// The default is false.
func (s *Session) Permanent() bool {
	s.accessed = true
	return s.permanent()
}

func (s *Session) permanent() bool {
	v, _ := s.load()[permanentKey].(bool)
	return v
}

// peekPermanent is permanent without decoding, for the two usual cases: the name does not occur in the payload, or it
// is the first name.
func (s *Session) peekPermanent() bool {
	if s.values == nil && s.source != nil {
		if data, err := s.source.encoded(s.payload); err == nil {
			if !bytes.Contains(data, []byte(permanentKey)) {
				return false
			}
			rest, first := bytes.CutPrefix(data, []byte(`{"`+permanentKey+`":true`))
			if first && len(rest) > 0 && (rest[0] == ',' || rest[0] == '}') {
				return true
			}
		}
	}
	return s.permanent()
}

// SetPermanent sets whether the session outlives the browser's own session.
func (s *Session) SetPermanent(permanent bool) { s.Set(permanentKey, permanent) }

// Renew asks for a new identity. Call it when the visitor's rights change. A ServerStore moves the session to a new id
// when it is saved, and the old id is no longer accepted. A cookie store has no ids: it signs the session again, and
// the old cookie stays valid until it expires. In both cases CSRF tokens from before are no longer accepted.
func (s *Session) Renew() {
	if _, ok := s.CSRFSecret(); ok {
		s.Delete(csrfKey)
	}
	s.accessed, s.modified, s.renewed = true, true, true
}

// IsNew reports whether the client sent no session that was accepted.
func (s *Session) IsNew() bool {
	s.read() // malformed values make the session new
	return s.isNew
}

// Modified reports whether a value was set, deleted or cleared, or a list or map was changed in place.
func (s *Session) Modified() bool {
	s.noticeChanges()
	return s.modified
}

// Accessed reports whether the session was read or changed in any way, also by Len and Has. Then the answer depends on
// the cookie and needs "Vary: Cookie".
func (s *Session) Accessed() bool { return s.accessed }

// Signed returns when the loaded session was written, and zero for a new session.
func (s *Session) Signed() time.Time { return s.signed }

// Err returns why the client's session was not accepted, for a debug log. It is nil when it was accepted or there was
// none. Values are decoded when they are first read, so a malformed session may be known only then.
func (s *Session) Err() error { return s.err }

// A State is the state of a session at the end of a request.
type State struct {
	// The fields are the results of the methods with the same names.
	Empty, New, Modified, Accessed, Permanent bool
}

// State returns the state of the session without marking it as accessed. Permanent is set only when permanent asks for
// it, because values that nobody has read must be searched for it.
func (s *Session) State(permanent bool) State {
	st := State{Modified: s.Modified()}
	if permanent {
		st.Permanent = s.peekPermanent()
	}
	st.Accessed, st.New = s.accessed, s.isNew
	// Values that were not decoded are not empty.
	st.Empty = s.values != nil && len(s.values) == 0
	return st
}

// csrfKey is Flask-WTF's name of the value that holds the secret of its tokens.
const csrfKey = "csrf_token"

// CSRFSecret returns the secret that CSRF tokens are checked against.
func (s *Session) CSRFSecret() (string, bool) { return Value[string](s, csrfKey) }

// SetCSRFSecret sets the secret that CSRF tokens are checked against.
func (s *Session) SetCSRFSecret(secret string) { s.Set(csrfKey, secret) }
