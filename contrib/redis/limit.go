package redis

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/dewar-go/dewar/limit"
)

// Limits returns a store of rate limits in this server, which all processes
// that use it share:
//
//	limiter := limit.New(limit.Options{Store: server.Limits(""), Default: "50/hour"})
//
// Each charge is one script and so one atomic step, for every strategy. It uses Redis' clock, so that machines with
// different clocks count alike. A key expires when its window is over.
//
// prefix stands before each key. Keys and values of [limit.FixedWindow] are Flask-Limiter's. With "" (limits up to 2.8)
// or "LIMITS:" (newer ones) a Flask application with the same limits on the same endpoints counts together with this
// one. Give unrelated applications different prefixes, here or in [limit.Options.KeyPrefix].
func (s *Server) Limits(prefix string) limit.Store { return &limits{server: s, prefix: prefix} }

// limits is a store of rate limits. Scripts charge, and package limit computes the State from the numbers that they
// return.
type limits struct {
	server *Server
	prefix string
	now    func() time.Time // replaces Redis' clock in tests
}

// precision is the precision of Redis' clock. Windows are rounded up to it.
const precision = time.Microsecond

// Take is part of [limit.Store].
func (l *limits) Take(ctx context.Context, h limit.Hit) (limit.State, error) {
	h.Cost = max(0, h.Cost)
	if int(h.Strategy) >= len(takeScripts) {
		return limit.State{}, fmt.Errorf("redis: there is no script for %v", h.Strategy)
	}
	if h.Amount <= 0 || h.Window <= 0 {
		return limit.Numbers{}.State(h, false), nil
	}
	h.Window = roundUp(h.Window)
	n, err := takeScripts[h.Strategy].Run(ctx, l.server.Client(), []string{l.prefix + h.Key}, l.args(h, 0)...).Int64Slice()
	if err != nil {
		return limit.State{}, l.fail(err)
	}
	if len(n) != 7 {
		return limit.State{}, l.fail(fmt.Errorf("a script answers %d numbers", len(n)))
	}
	h.Now = time.Unix(n[0], n[1])
	return limit.Numbers{At: n[2]*1e9 + n[3], Count: n[4], Before: n[5]}.State(h, n[6] == 1), nil
}

// Give is part of [limit.Store].
func (l *limits) Give(ctx context.Context, h limit.Hit, s limit.State) error {
	if h.Amount <= 0 || h.Window <= 0 || h.Cost <= 0 || !s.Allowed || int(h.Strategy) >= len(giveScripts) {
		return nil
	}
	h.Window = roundUp(h.Window)
	err := giveScripts[h.Strategy].Run(ctx, l.server.Client(), []string{l.prefix + h.Key}, l.args(h, s.Mark)...).Err()
	if err != nil {
		return l.fail(err)
	}
	return nil
}

// Clear is part of [limit.Store].
func (l *limits) Clear(ctx context.Context, keys ...string) error {
	if len(keys) == 0 {
		return nil
	}
	full := make([]string, len(keys))
	for i, key := range keys {
		full[i] = l.prefix + key
	}
	if err := l.server.Client().Del(ctx, full...).Err(); err != nil {
		return l.fail(err)
	}
	return nil
}

func (l *limits) fail(err error) error { return fmt.Errorf("redis: %s: %w", l.server.name, err) }

// args returns the arguments of every script, in the order of luaHead. A number in Lua cannot hold nanoseconds since
// 1970 exactly, so they are passed in two parts.
func (l *limits) args(h limit.Hit, mark int64) []any {
	seconds, micros := "", "" // then the script asks Redis
	if l.now != nil {
		now := l.now()
		seconds, micros = strconv.FormatInt(now.Unix(), 10), strconv.Itoa(now.Nanosecond()/1000)
	}
	interval := h.GCRAInterval()
	charge, burst := min(h.Cost, h.Amount)*interval, h.Amount*interval
	return []any{
		seconds, micros, h.Cost, h.Amount, h.Window.Microseconds(),
		mark / 1e9, mark % 1e9, charge / 1e9, charge % 1e9, burst / 1e9, burst % 1e9,
	}
}

func roundUp(d time.Duration) time.Duration {
	if rest := d % precision; rest > 0 {
		return d + precision - rest
	}
	return d
}
