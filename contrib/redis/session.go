package redis

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/dewar-go/dewar/session"
)

// DefaultPrefix begins the keys of sessions.
const DefaultPrefix = "session:"

// Sessions returns a session store in this server, for [dewar.SessionConfig]. Its keys begin with [DefaultPrefix].
func (s *Server) Sessions(o session.ServerOptions) *session.ServerStore {
	return session.NewServerStore(s.SessionBackend(DefaultPrefix), o)
}

// SessionBackend returns a backend for sessions. Its keys begin with prefix. Applications that share a server need
// different prefixes.
func (s *Server) SessionBackend(prefix string) session.Backend { return &backend{s, prefix} }

// backend keeps each record in a hash. The records of a user are in a sorted set, ordered by time of expiry. The set is
// written before the record. It may name records that are gone or belong to another user, so each is checked. It lacks
// none, so that revoking all sessions of a user works.
type backend struct {
	server *Server
	prefix string
}

// The fields of a record's hash. Times are Unix time in milliseconds.
const (
	fieldUser    = "u"
	fieldData    = "d"
	fieldCreated = "c"
	fieldSeen    = "s"
	fieldExpires = "e"
	fieldVersion = "v"
)

// putScript writes a record when its version follows the stored one. It returns 1 when it did, 0 when there is no
// record, and -1 when another request has written it.
var putScript = goredis.NewScript(`
local stored, version = redis.call('HGET', KEYS[1], 'v'), tonumber(ARGV[1])
if stored then
	if tonumber(stored) ~= version - 1 then return -1 end
elseif version ~= 1 then
	return 0
end
redis.call('HSET', KEYS[1], 'v', ARGV[1], 'u', ARGV[2], 'd', ARGV[3], 'c', ARGV[4], 's', ARGV[5], 'e', ARGV[6])
redis.call('PEXPIREAT', KEYS[1], ARGV[6])
return 1`)

// touchScript sets the times of a record that exists.
var touchScript = goredis.NewScript(`
if redis.call('HGET', KEYS[1], 'v') then
	redis.call('HSET', KEYS[1], 's', ARGV[1], 'e', ARGV[2])
	redis.call('PEXPIREAT', KEYS[1], ARGV[2])
end
return 1`)

// indexScript adds a record to its user's set and removes expired ones. The set expires with its last record.
var indexScript = goredis.NewScript(`
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. ARGV[3])
local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
if last[2] then redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', tonumber(last[2]))) end
return 1`)

func (b *backend) record(id string) string  { return b.prefix + id }
func (b *backend) index(user string) string { return b.prefix + "user:" + user }

// fail returns an error that names the server.
func (b *backend) fail(err error) error { return fmt.Errorf("redis: %s: %w", b.server.name, err) }

// Get returns the record of an id, or session.ErrNotFound.
func (b *backend) Get(ctx context.Context, id string) (session.Record, error) {
	fields, err := b.server.Client().HGetAll(ctx, b.record(id)).Result()
	if err != nil {
		return session.Record{}, b.fail(err)
	}
	if len(fields) == 0 {
		return session.Record{}, session.ErrNotFound
	}
	r := session.Record{ID: id, User: fields[fieldUser], Data: []byte(fields[fieldData])}
	if err := parseNumbers(&r, fields[fieldCreated], fields[fieldSeen], fields[fieldExpires], fields[fieldVersion]); err != nil {
		return session.Record{}, b.fail(err)
	}
	return r, nil
}

// parseNumbers parses the numbers of a record.
func parseNumbers(r *session.Record, created, seen, expires, version string) (err error) {
	number := func(text string) int64 {
		n, e := strconv.ParseInt(text, 10, 64)
		err = errors.Join(err, e)
		return n
	}
	r.Created, r.Seen, r.Expires = time.UnixMilli(number(created)), time.UnixMilli(number(seen)), time.UnixMilli(number(expires))
	r.Version = number(version)
	return err
}

// Put writes a record in one atomic step.
func (b *backend) Put(ctx context.Context, r session.Record) error {
	if r.User != "" {
		if err := b.remember(ctx, r.User, r.ID, r.Expires); err != nil {
			return err
		}
	}
	n, err := putScript.Run(ctx, b.server.Client(), []string{b.record(r.ID)},
		r.Version, r.User, r.Data, r.Created.UnixMilli(), r.Seen.UnixMilli(), r.Expires.UnixMilli()).Int()
	switch {
	case err != nil:
		return b.fail(err)
	case n == 0:
		return session.ErrNotFound
	case n < 0:
		return session.ErrConflict
	}
	return nil
}

// remember adds a record to its user's set.
func (b *backend) remember(ctx context.Context, user, id string, expires time.Time) error {
	err := indexScript.Run(ctx, b.server.Client(), []string{b.index(user)}, id, expires.UnixMilli(), time.Now().UnixMilli()).Err()
	if err != nil {
		return b.fail(err)
	}
	return nil
}

// Touch sets Seen and Expires of a record.
func (b *backend) Touch(ctx context.Context, id string, seen, expires time.Time) error {
	user, err := b.server.Client().HGet(ctx, b.record(id), fieldUser).Result()
	if errors.Is(err, goredis.Nil) {
		return nil
	}
	if err != nil {
		return b.fail(err)
	}
	if user != "" {
		if err := b.remember(ctx, user, id, expires); err != nil {
			return err
		}
	}
	if err := touchScript.Run(ctx, b.server.Client(), []string{b.record(id)}, seen.UnixMilli(), expires.UnixMilli()).Err(); err != nil {
		return b.fail(err)
	}
	return nil
}

// Delete removes a record and then its entry in the user's set.
func (b *backend) Delete(ctx context.Context, id string) error {
	client := b.server.Client()
	user, err := client.HGet(ctx, b.record(id), fieldUser).Result()
	if errors.Is(err, goredis.Nil) {
		return nil
	}
	if err == nil {
		err = client.Del(ctx, b.record(id)).Err()
	}
	if err == nil && user != "" {
		err = client.ZRem(ctx, b.index(user), id).Err()
	}
	if err != nil {
		return b.fail(err)
	}
	return nil
}

// List returns the records of a user, without Data.
func (b *backend) List(ctx context.Context, user string) ([]session.Record, error) {
	client := b.server.Client()
	ids, err := client.ZRange(ctx, b.index(user), 0, -1).Result()
	if err != nil {
		return nil, b.fail(err)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	found := make([]*goredis.SliceCmd, len(ids))
	if _, err := client.Pipelined(ctx, func(p goredis.Pipeliner) error {
		for i, id := range ids {
			found[i] = p.HMGet(ctx, b.record(id), fieldUser, fieldCreated, fieldSeen, fieldExpires, fieldVersion)
		}
		return nil
	}); err != nil {
		return nil, b.fail(err)
	}
	var records []session.Record
	for i, id := range ids {
		var text [5]string
		for j, v := range found[i].Val() {
			text[j], _ = v.(string)
		}
		if text[0] != user { // gone, of another user, or not written yet
			continue
		}
		r := session.Record{ID: id, User: user}
		if err := parseNumbers(&r, text[1], text[2], text[3], text[4]); err != nil {
			return nil, b.fail(err)
		}
		records = append(records, r)
	}
	return records, nil
}
