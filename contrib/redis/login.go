package redis

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/dewar-go/dewar/login"
)

// DefaultLoginPrefix begins the keys of logins.
const DefaultLoginPrefix = "login:"

// Logins returns a store of logins, remember tokens and API keys in this server, for [login.Config]. Its keys begin with
// prefix, [DefaultLoginPrefix] for "". Applications that share a server need different prefixes.
//
// They hold no secret, only hashes. While Redis is down, requests that ask who is logged in are answered 503. API keys
// have no other home: keep them here only where Redis keeps its data (appendonly).
func (s *Server) Logins(prefix string) login.Store {
	prefix = cmp.Or(prefix, DefaultLoginPrefix)
	return &logins{rows{s, prefix + "session"}, rows{s, prefix + "token"}, rows{s, prefix + "key"}}
}

// logins has a hash for each login, token and key.
type logins struct{ sessions, tokens, keys rows }

// rows are the hashes of one kind. A hash holds a row as JSON, the user, and apart from it what changes. The ids of a
// user are in a sorted set, ordered by time of expiry. The set is written before the hash, so it may name rows that are
// gone, and lacks none.
type rows struct {
	server *Server
	kind   string
}

// The fields of every hash.
const (
	fieldRow   = "row"
	fieldOwner = "user"
)

// never is the expiry of rows that have none, in the year 9999: PEXPIREAT has no other word for it.
var never = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// addScript writes a hash that expires at ARGV[1].
var addScript = goredis.NewScript(`
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
return redis.call('PEXPIREAT', KEYS[1], ARGV[1])`)

// changeScript sets fields of a hash that exists and whose field ARGV[1] is ARGV[2], "" for any. It returns 1 when it did.
var changeScript = goredis.NewScript(`
local owner = redis.call('HGET', KEYS[1], 'user')
if not owner or ARGV[1] ~= '' and redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], unpack(ARGV, 3))
return 1`)

// removeScript removes a hash of the user ARGV[1], "" for any. It returns 1 when it did.
var removeScript = goredis.NewScript(`
local owner = redis.call('HGET', KEYS[1], 'user')
if not owner or ARGV[1] ~= '' and owner ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`)

func (r rows) key(id string) string     { return r.kind + ":" + id }
func (r rows) index(user string) string { return r.kind + "s-of:" + user }

func (r rows) fail(err error) error { return fmt.Errorf("redis: %s: %w", r.server.name, err) }

// add writes a new row.
func (r rows) add(ctx context.Context, id, user string, row any, expires time.Time, changing ...any) error {
	if expires.IsZero() {
		expires = never
	}
	text, err := json.Marshal(row)
	if err != nil {
		return r.fail(err)
	}
	client := r.server.Client()
	if err := indexScript.Run(ctx, client, []string{r.index(user)}, id, expires.UnixMilli(), time.Now().UnixMilli()).Err(); err != nil {
		return r.fail(err)
	}
	fields := append([]any{expires.UnixMilli(), fieldRow, text, fieldOwner, user}, changing...)
	if err := addScript.Run(ctx, client, []string{r.key(id)}, fields...).Err(); err != nil {
		return r.fail(err)
	}
	return nil
}

// read decodes a hash into row and returns its fields.
func (r rows) read(fields map[string]string, row any) (map[string]string, error) {
	if len(fields) == 0 {
		return nil, login.ErrNotFound
	}
	if err := json.Unmarshal([]byte(fields[fieldRow]), row); err != nil {
		return nil, r.fail(err)
	}
	return fields, nil
}

// get reads a row.
func (r rows) get(ctx context.Context, id string, row any) (map[string]string, error) {
	fields, err := r.server.Client().HGetAll(ctx, r.key(id)).Result()
	if err != nil {
		return nil, r.fail(err)
	}
	return r.read(fields, row)
}

// of calls f with the hash of each row of a user.
func (r rows) of(ctx context.Context, user string, f func(fields map[string]string) error) error {
	client := r.server.Client()
	ids, err := client.ZRange(ctx, r.index(user), 0, -1).Result()
	if err != nil {
		return r.fail(err)
	}
	found := make([]*goredis.MapStringStringCmd, len(ids))
	if len(ids) > 0 {
		_, err = client.Pipelined(ctx, func(p goredis.Pipeliner) error {
			for i, id := range ids {
				found[i] = p.HGetAll(ctx, r.key(id))
			}
			return nil
		})
	}
	if err != nil {
		return r.fail(err)
	}
	for _, c := range found {
		if fields := c.Val(); fields[fieldOwner] == user && len(fields) > 0 { // not gone
			if err := f(fields); err != nil {
				return err
			}
		}
	}
	return nil
}

// change sets fields of a row whose field is value, "" for any, and reports whether it did.
func (r rows) change(ctx context.Context, id, field, value string, fields ...any) (bool, error) {
	n, err := changeScript.Run(ctx, r.server.Client(), []string{r.key(id)}, append([]any{field, value}, fields...)...).Int()
	if err != nil {
		return false, r.fail(err)
	}
	return n == 1, nil
}

// remove removes a row of the user, "" for any, and reports whether it was there. Its id stays in the set until it expires.
func (r rows) remove(ctx context.Context, id, user string) (bool, error) {
	n, err := removeScript.Run(ctx, r.server.Client(), []string{r.key(id)}, user).Int()
	if err != nil {
		return false, r.fail(err)
	}
	return n == 1, nil
}

// removeAll removes the rows of a user but one.
func (r rows) removeAll(ctx context.Context, user, except string) error {
	client := r.server.Client()
	ids, err := client.ZRange(ctx, r.index(user), 0, -1).Result()
	for _, id := range ids {
		if id != except && err == nil {
			_, err = r.remove(ctx, id, "")
		}
		if id != except && err == nil {
			err = client.ZRem(ctx, r.index(user), id).Err()
		}
	}
	if err != nil {
		return r.fail(err)
	}
	return nil
}

// at writes a time, 0 for none, and atTime reads one.
func at(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func atTime(text string) time.Time {
	if ms, _ := strconv.ParseInt(text, 10, 64); ms != 0 {
		return time.UnixMilli(ms)
	}
	return time.Time{}
}

// AddSession writes a new record.
func (l *logins) AddSession(ctx context.Context, r login.Record) error {
	return l.sessions.add(ctx, r.ID, r.User, r, r.Expires, "seen", at(r.Seen), "address", r.Address, "proved", at(r.Proved))
}

func sessionOf(r *login.Record, fields map[string]string) {
	r.Seen, r.Address, r.Proved = atTime(fields["seen"]), fields["address"], atTime(fields["proved"])
}

// Session returns the record of an id.
func (l *logins) Session(ctx context.Context, id string) (r login.Record, err error) {
	fields, err := l.sessions.get(ctx, id, &r)
	sessionOf(&r, fields)
	return r, err
}

// TouchSession sets Seen and Address.
func (l *logins) TouchSession(ctx context.Context, id string, seen time.Time, address string) error {
	_, err := l.sessions.change(ctx, id, "", "", "seen", at(seen), "address", address)
	return err
}

// StaleSession makes Proved zero.
func (l *logins) StaleSession(ctx context.Context, id string) error {
	_, err := l.sessions.change(ctx, id, "", "", "proved", 0)
	return err
}

// EndSession removes a record.
func (l *logins) EndSession(ctx context.Context, id string) (bool, error) {
	return l.sessions.remove(ctx, id, "")
}

// SessionsOf returns the records of a user, the last used first.
func (l *logins) SessionsOf(ctx context.Context, user string) (list []login.Record, err error) {
	err = l.sessions.of(ctx, user, func(fields map[string]string) error {
		var r login.Record
		_, err := l.sessions.read(fields, &r)
		sessionOf(&r, fields)
		list = append(list, r)
		return err
	})
	slices.SortFunc(list, func(a, b login.Record) int { return cmp.Or(b.Seen.Compare(a.Seen), cmp.Compare(a.ID, b.ID)) })
	return list, err
}

// AddToken writes a new token.
func (l *logins) AddToken(ctx context.Context, t login.Token) error {
	return l.tokens.add(ctx, t.Selector, t.User, t, t.Expires, "hash", t.Hash, "previous", t.Previous, "rotated", at(t.Rotated))
}

// Token returns the token of a selector.
func (l *logins) Token(ctx context.Context, selector string) (t login.Token, err error) {
	fields, err := l.tokens.get(ctx, selector, &t)
	tokenOf(&t, fields)
	return t, err
}

func tokenOf(t *login.Token, fields map[string]string) {
	t.Hash, t.Previous, t.Rotated = fields["hash"], fields["previous"], atTime(fields["rotated"])
}

// TokensOf returns the tokens of a user, the last rotated first.
func (l *logins) TokensOf(ctx context.Context, user string) (list []login.Token, err error) {
	err = l.tokens.of(ctx, user, func(fields map[string]string) error {
		var t login.Token
		_, err := l.tokens.read(fields, &t)
		tokenOf(&t, fields)
		list = append(list, t)
		return err
	})
	slices.SortFunc(list, func(a, b login.Token) int {
		return cmp.Or(b.Rotated.Compare(a.Rotated), cmp.Compare(a.Selector, b.Selector))
	})
	return list, err
}

// RotateToken replaces the hash of a token. The script decides between two at once.
func (l *logins) RotateToken(ctx context.Context, selector, from, to string, when time.Time) (bool, error) {
	return l.tokens.change(ctx, selector, "hash", from, "hash", to, "previous", from, "rotated", at(when))
}

// DeleteToken removes a token.
func (l *logins) DeleteToken(ctx context.Context, selector string) error {
	_, err := l.tokens.remove(ctx, selector, "")
	return err
}

// EndUser removes all tokens of a user and then all records.
func (l *logins) EndUser(ctx context.Context, user, except string) error {
	return errors.Join(l.tokens.removeAll(ctx, user, ""), l.sessions.removeAll(ctx, user, except))
}

// AddKey writes a new key.
func (l *logins) AddKey(ctx context.Context, k login.Key) error {
	return l.keys.add(ctx, k.Prefix, k.User, k, k.Expires, "used", at(k.Used))
}

// Key returns the key of a prefix.
func (l *logins) Key(ctx context.Context, prefix string) (k login.Key, err error) {
	fields, err := l.keys.get(ctx, prefix, &k)
	k.Used = atTime(fields["used"])
	return k, err
}

// UseKey sets Used.
func (l *logins) UseKey(ctx context.Context, prefix string, when time.Time) error {
	_, err := l.keys.change(ctx, prefix, "", "", "used", at(when))
	return err
}

// KeysOf returns the keys of a user, the newest first.
func (l *logins) KeysOf(ctx context.Context, user string) (list []login.Key, err error) {
	err = l.keys.of(ctx, user, func(fields map[string]string) error {
		var k login.Key
		_, err := l.keys.read(fields, &k)
		k.Used = atTime(fields["used"])
		list = append(list, k)
		return err
	})
	slices.SortFunc(list, func(a, b login.Key) int { return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(a.Prefix, b.Prefix)) })
	return list, err
}

// DeleteKey removes a key of this user.
func (l *logins) DeleteKey(ctx context.Context, user, prefix string) (bool, error) {
	if user == "" {
		return false, nil
	}
	return l.keys.remove(ctx, prefix, user)
}
