package session

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// The defaults of ServerOptions.
const (
	// DefaultIdle is how long a session on the server lasts without being
	// used.
	DefaultIdle = 24 * time.Hour
	// DefaultAbsolute is how long a session on the server lasts at most.
	DefaultAbsolute = DefaultLifetime
	// DefaultMaxRecord is the size of the largest session on a server, in
	// bytes.
	DefaultMaxRecord = 64 << 10
)

// UserKey is the name of the value that holds the user's id, as in Flask-Login.
const UserKey = "_user_id"

// ServerOptions are the settings of a [ServerStore].
type ServerOptions struct {
	// Idle is how long a session that is not permanent lasts without use. The default is [DefaultIdle].
	Idle time.Duration
	// Lifetime is how long a permanent session lasts without use. The default is [DefaultLifetime], or what
	// [ServerStore.UseLifetime] sets.
	Lifetime time.Duration
	// Absolute is how long a session lasts after its id was given out, even when it is used. The default is
	// [DefaultAbsolute] for a session that is not permanent; a permanent one has no such bound.
	Absolute time.Duration
	// MaxSize is the size of the largest session, in bytes. The default is
	// [DefaultMaxRecord].
	MaxSize int
	// UserKey is the name of the value that holds the user's id. The default is [UserKey].
	UserKey string
	// AnonymousWhenDown treats everybody as a visitor while the backend does not answer, instead of failing with
	// [ErrUnavailable]. Load returns an empty session, and changes to it are lost. Clients keep their cookies, and
	// their sessions are back when the backend is. It is for sites that are useful to visitors. Views that require a
	// user still do. The default is false.
	AnonymousWhenDown bool
	// Tags are types that the values may have beside the built-in ones.
	Tags []Tag
	// Now is the clock. The default is [time.Now].
	Now func() time.Time
}

// touchEvery is the precision of Record.Seen: a session in steady use is written once in that time.
const touchEvery = time.Minute

// A ServerStore keeps sessions on the server. The cookie holds only a random id of 32 bytes. An id that the store did
// not give out is never accepted. The id changes when the user of the session changes and when Renew asks for it.
//
// Two requests may change a session at the same time. Each write applies the changes of its request, name by name, to
// the values that are stored then.
type ServerStore struct {
	backend Backend
	options ServerOptions
	codec   TaggedJSON
}

var _ Store = (*ServerStore)(nil)

// NewServerStore returns a store that keeps its records in backend.
func NewServerStore(backend Backend, options ServerOptions) *ServerStore {
	o := options
	if o.Idle == 0 {
		o.Idle = DefaultIdle
	}
	if o.MaxSize == 0 {
		o.MaxSize = DefaultMaxRecord
	}
	if o.UserKey == "" {
		o.UserKey = UserKey
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &ServerStore{backend, o, TaggedJSON{Tags: o.Tags}}
}

// serverState is the part of a Session that belongs to the ServerStore that loaded it.
type serverState struct {
	store  *ServerStore
	id     string // the id in the cookie
	record Record // without Data
	down   bool   // the backend did not answer when the session was loaded
}

const idSize = 32

// idLength is the length of an id in a cookie.
var idLength = base64.RawURLEncoding.EncodedLen(idSize)

func newID() string {
	var b [idSize]byte
	rand.Read(b[:]) // never fails: crypto/rand ends the process instead
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func hashID(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:])
}

var errIDForm = errors.New("session: the cookie is not a session id")

func unavailable(err error) error { return fmt.Errorf("%w: %w", ErrUnavailable, err) }

// Load returns the session of the id in a cookie.
func (st *ServerStore) Load(ctx context.Context, id string) (*Session, error) {
	if id == "" {
		return newSession(st.codec, nil), nil
	}
	if len(id) != idLength {
		return newSession(st.codec, errIDForm), nil
	}
	r, err := st.backend.Get(ctx, hashID(id))
	switch {
	case errors.Is(err, ErrNotFound):
		return newSession(st.codec, ErrUnknown), nil
	case err != nil:
		return st.loadDown(err)
	}
	s := &Session{codec: st.codec, payload: string(r.Data), source: plain{}}
	now, permanent := st.options.Now(), s.peekPermanent()
	if now.After(st.expires(r.Created, r.Seen, permanent)) {
		if err := st.backend.Delete(ctx, r.ID); err != nil {
			return st.loadDown(err)
		}
		return newSession(st.codec, ErrExpired), nil
	}
	signed := r.Seen // r.Seen before it changes, so that the caller renews the cookie too
	if now.Sub(r.Seen) >= touchEvery {
		r.Seen, r.Expires = now, st.expires(r.Created, now, permanent)
		if err := st.backend.Touch(ctx, r.ID, r.Seen, r.Expires); err != nil {
			return st.loadDown(err)
		}
	}
	s.signed = signed
	r.Data = nil
	s.server = serverState{store: st, id: id, record: r}
	return s, nil
}

// loadDown is Load when the backend does not answer.
func (st *ServerStore) loadDown(err error) (*Session, error) {
	if !st.options.AnonymousWhenDown {
		return nil, unavailable(err)
	}
	s := newSession(st.codec, unavailable(err))
	s.server.down = true
	return s, nil
}

// UseLifetime sets the Lifetime when the options have none. It fails when they have another Lifetime, and when Absolute
// ends permanent sessions earlier.
func (st *ServerStore) UseLifetime(lifetime time.Duration) error {
	switch o := &st.options; {
	case o.Lifetime != 0 && o.Lifetime != lifetime:
		return fmt.Errorf("session: the store's Lifetime is %v, and that of the application %v", o.Lifetime, lifetime)
	case o.Absolute != 0 && o.Absolute < lifetime:
		return fmt.Errorf("session: the store's Absolute ends sessions after %v, and permanent ones are to last for %v", o.Absolute, lifetime)
	}
	st.options.Lifetime = lifetime
	return nil
}

// expires returns when a session ends that is not used again.
func (st *ServerStore) expires(created, seen time.Time, permanent bool) time.Time {
	o := &st.options
	end := seen.Add(o.Idle)
	if permanent {
		end = seen.Add(cmp.Or(o.Lifetime, DefaultLifetime))
		if o.Absolute == 0 {
			return end
		}
	}
	if absolute := created.Add(cmp.Or(o.Absolute, DefaultAbsolute)); absolute.Before(end) {
		return absolute
	}
	return end
}

// Save writes the session if it was changed, and returns its id.
func (st *ServerStore) Save(ctx context.Context, s *Session) (string, error) {
	if s.server.down && st.options.AnonymousWhenDown {
		return "", nil
	}
	own := s.server.store == st
	modified := s.Modified()
	if own && !modified {
		return s.server.id, nil
	}
	if len(s.load()) == 0 {
		if own {
			return "", st.Delete(ctx, s)
		}
		return "", nil
	}
	s.codec = st.codec
	if own && !s.renewed && st.user(s.values) == s.server.record.User {
		return st.update(ctx, s)
	}
	return st.create(ctx, s, own)
}

func (st *ServerStore) user(values map[string]any) string {
	switch user := values[st.options.UserKey].(type) {
	case nil:
		return ""
	case string:
		return user
	default:
		return fmt.Sprint(user)
	}
}

func (st *ServerStore) encode(s *Session) ([]byte, error) {
	data, err := s.encode()
	if err == nil && len(data) > st.options.MaxSize {
		err = tooLarge(s, len(data), st.options.MaxSize)
	}
	return data, err
}

// create writes a session under a new id. It deletes the record of the old id first. When that is gone the session was
// revoked, and is not written again.
func (st *ServerStore) create(ctx context.Context, s *Session, own bool) (string, error) {
	data, err := st.encode(s)
	if err != nil {
		return "", err
	}
	if own {
		_, err := st.backend.Get(ctx, s.server.record.ID)
		if errors.Is(err, ErrNotFound) {
			return "", nil
		}
		if err == nil {
			err = st.backend.Delete(ctx, s.server.record.ID)
		}
		if err != nil {
			return "", unavailable(err)
		}
	}
	id, now := newID(), st.options.Now()
	r := Record{
		ID: hashID(id), User: st.user(s.values), Data: data,
		Created: now, Seen: now, Expires: st.expires(now, now, s.permanent()), Version: 1,
	}
	if err := st.backend.Put(ctx, r); err != nil {
		return "", unavailable(err)
	}
	st.written(s, id, r)
	return id, nil
}

// written records in s that the backend holds it as record r.
func (st *ServerStore) written(s *Session, id string, r Record) {
	s.saved()
	r.Data = nil
	s.server = serverState{store: st, id: id, record: r}
}

// update writes a session over its record. When another request has written meanwhile, the changes of this one are
// applied to the stored values.
func (st *ServerStore) update(ctx context.Context, s *Session) (string, error) {
	r := s.server.record
	for range 16 {
		data, err := st.encode(s)
		if err != nil {
			return "", err
		}
		now := st.options.Now()
		r.Data, r.User, r.Seen, r.Expires = data, st.user(s.values), now, st.expires(r.Created, now, s.permanent())
		r.Version++
		err = st.backend.Put(ctx, r)
		switch {
		case err == nil:
			id := s.server.id
			st.written(s, id, r)
			return id, nil
		case errors.Is(err, ErrNotFound):
			return "", nil
		case !errors.Is(err, ErrConflict):
			return "", unavailable(err)
		}
		if r, err = st.backend.Get(ctx, r.ID); errors.Is(err, ErrNotFound) {
			return "", nil
		} else if err != nil {
			return "", unavailable(err)
		}
		if err := s.rebase(r.Data); err != nil {
			return "", err
		}
	}
	return "", unavailable(ErrConflict)
}

// rebase applies the changes of this request to the values in data.
func (s *Session) rebase(data []byte) error {
	v, err := s.codec.Unmarshal(data)
	if err != nil {
		return err
	}
	values, ok := v.(map[string]any)
	if !ok || s.cleared {
		values = map[string]any{}
	}
	if s.cleared {
		return nil
	}
	for name := range s.changed {
		if v, ok := s.values[name]; ok {
			values[name] = v
		} else {
			delete(values, name)
		}
	}
	s.values = values
	return nil
}

// Delete revokes the session.
func (st *ServerStore) Delete(ctx context.Context, s *Session) error {
	if s.server.store != st {
		return nil
	}
	return st.Revoke(ctx, s.server.record.ID)
}

// Info describes a session to its user.
type Info struct {
	// ID is the session's name for Revoke. It is no id that a cookie can hold.
	ID string
	// Created is when the user got this session. Seen is when it was last used, to the minute.
	Created, Seen time.Time
	// Current says that it is the session of this request.
	Current bool
}

// List returns the sessions of a user that have not expired. current is the session of this request or nil.
func (st *ServerStore) List(ctx context.Context, user string, current *Session) ([]Info, error) {
	if user == "" {
		return nil, nil
	}
	records, err := st.backend.List(ctx, user)
	if err != nil {
		return nil, unavailable(err)
	}
	var list []Info
	now := st.options.Now()
	for _, r := range records {
		if !now.After(r.Expires) {
			list = append(list, Info{r.ID, r.Created, r.Seen, current != nil && current.server.store == st && current.server.record.ID == r.ID})
		}
	}
	return list, nil
}

// Revoke ends the session with this Info.ID.
func (st *ServerStore) Revoke(ctx context.Context, id string) error {
	if err := st.backend.Delete(ctx, id); err != nil {
		return unavailable(err)
	}
	return nil
}

// RevokeUser ends all sessions of a user but except, which may be nil.
func (st *ServerStore) RevokeUser(ctx context.Context, user string, except *Session) error {
	list, err := st.List(ctx, user, except)
	if err != nil {
		return err
	}
	for _, info := range list {
		if !info.Current {
			if err := st.Revoke(ctx, info.ID); err != nil {
				return err
			}
		}
	}
	return nil
}
