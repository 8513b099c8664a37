package cache

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"
)

// A flight is a load that is under way, for all who want its value.
type flight struct {
	done chan struct{}
	data []byte
	err  error
}

const (
	loadsWhenDown = 8           // at once, while the store is down
	storePause    = time.Second // in which a store that is down is not asked
)

type loader func(context.Context) ([]byte, error)

// get returns a value, loading it when none is kept.
func (c *entries) get(ctx context.Context, p place, load loader) ([]byte, error) {
	f, err := c.ask(ctx, p)
	e := f.entry
	if c.spare != nil {
		if kept := c.copied(ctx, p, e, err); kept != nil {
			return kept, nil
		}
	}
	switch {
	case err != nil && (c.failWhenDown || ctx.Err() != nil):
		return nil, err
	case err != nil || e == nil:
		return c.wait(ctx, c.fly(ctx, p, load, false))
	case time.Now().Before(e.soft):
	case e.negative:
		return c.wait(ctx, c.fly(ctx, p, load, false))
	default:
		c.fly(ctx, p, load, true)
	}
	if e.negative {
		return nil, ErrNotFound
	}
	return e.data, nil
}

// copied keeps a copy of a value, or forgets it when there is none any more. While the store does not answer it returns
// the copy.
func (c *entries) copied(ctx context.Context, p place, e *entry, down error) []byte {
	values, _ := c.spare.Get(ctx, p.entry)
	kept := decode(values[0], nil)
	switch {
	case down != nil && kept != nil:
		return kept.data
	case down != nil:
	case e == nil || e.negative:
		_ = c.spare.Delete(ctx, p.entry)
	case kept == nil || kept.soft.UnixMilli() != e.soft.UnixMilli():
		_ = c.spare.Set(ctx, p.entry, e.encode(nil), time.Until(e.soft.Add(c.stale)))
	}
	return nil
}

// ask is read, unless the store failed a moment ago.
func (c *entries) ask(ctx context.Context, p place) (found, error) {
	c.mu.Lock()
	down := time.Now().Before(c.downTill)
	c.mu.Unlock()
	if down {
		return found{}, fmt.Errorf("cache: %s: the store does not answer", c.name)
	}
	f, err := c.read(ctx, p)
	if err != nil && ctx.Err() == nil {
		c.mu.Lock()
		c.downTill = time.Now().Add(storePause)
		c.mu.Unlock()
		c.log.LogAttrs(ctx, slog.LevelWarn, "a cache's store does not answer", slog.String("cache", c.name), slog.String("error", err.Error()))
	}
	return f, err
}

func (c *entries) wait(ctx context.Context, f *flight) ([]byte, error) {
	select {
	case <-f.done:
		return f.data, f.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// fly is the load of a place: the one under way, or a new one. It does not end with the
// context of who began it. refresh says that a stale value is there: then one
// process is enough.
func (c *entries) fly(ctx context.Context, p place, load loader, refresh bool) *flight {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f := c.flights[p.entry]; f != nil {
		return f
	}
	f := &flight{done: make(chan struct{}), err: errors.New("cache: the load ended without a result")}
	c.flights[p.entry] = f
	own, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.loadTimeout)
	go func() {
		defer cancel()
		defer func() { // also behind runtime.Goexit
			c.mu.Lock()
			delete(c.flights, p.entry)
			c.mu.Unlock()
			close(f.done)
		}()
		defer func() {
			if r := recover(); r != nil {
				f.data, f.err = nil, fmt.Errorf("cache: %s: the load panicked: %v\n%s", c.name, r, debug.Stack())
			}
			if refresh && f.err != nil {
				c.log.LogAttrs(own, slog.LevelWarn, "a stale value of a cache could not be loaded anew", slog.String("cache", c.name), slog.String("error", f.err.Error()))
			}
		}()
		f.data, f.err = c.loadAndKeep(own, p, load, refresh)
	}()
	return f
}

// loadAndKeep looks once more, since another flight may just have landed, loads, and keeps
// what it got before anybody is told, so that the next caller finds it.
func (c *entries) loadAndKeep(ctx context.Context, p place, load loader, refresh bool) ([]byte, error) {
	now, err := c.ask(ctx, p)
	if err == nil {
		err = c.prepare(ctx, p, &now) // what is invalidated from here on is not used
	}
	if err != nil { // the database gets what the cache kept from it, but not all at once
		select {
		case c.slots <- struct{}{}:
			defer func() { <-c.slots }()
			return load(ctx)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	e := now.entry
	if e != nil && time.Now().Before(e.soft) {
		if e.negative {
			return nil, ErrNotFound
		}
		return e.data, nil
	}
	if refresh && e != nil && !e.negative {
		lock := "l:" + p.entry
		mine, err := c.store.Swap(ctx, lock, nil, []byte{1}, c.loadTimeout)
		if err == nil && !mine {
			return e.data, nil // another process is at it
		}
		defer func() { _ = c.store.Delete(ctx, lock) }()
	}
	data, loadErr := load(ctx)
	missing := errors.Is(loadErr, ErrNotFound)
	if loadErr == nil || missing {
		if err := c.write(ctx, p, now, data, missing); err != nil {
			c.log.LogAttrs(ctx, slog.LevelWarn, "a cache could not keep a value", slog.String("cache", c.name), slog.String("error", err.Error()))
		}
	}
	return data, loadErr
}
