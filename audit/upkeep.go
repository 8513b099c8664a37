package audit

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/dewar-go/dewar"
)

// eraseData is the data of an EventErase: the pseudonyms of whom it was about.
type eraseData struct {
	Erased []string `json:"erased"`
}

// purgeData is the data of an EventPurge: the signed end of what was removed.
type purgeData struct {
	Through Checkpoint `json:"through"`
}

// Verify is [Verify] with the app's keys and the signers of Config.
func (l *Log) Verify(ctx context.Context, checkpoints []Checkpoint) (Report, error) {
	return Verify(ctx, l.store, VerifyOptions{Checkpoints: checkpoints, Signers: l.cfg.Signers, Keys: l.app.Keys()})
}

// Export calls visit with all records that name somebody, a user id or an address, and with what is personal in them.
func (l *Log) Export(ctx context.Context, who string, visit func(Record, Values) error) error {
	return l.store.Read(ctx, 0, func(row Row) error {
		if v := row.Values; !v.Erase(who) {
			return nil
		}
		return visit(row.Record, row.Values)
	})
}

// exported is what package privacy exports.
func (l *Log) exported(ctx context.Context, user string) (any, error) {
	type entry struct {
		Seq     uint64
		Time    time.Time
		Event   dewar.EventName
		Outcome Outcome
		Values
	}
	var list []entry
	err := l.Export(ctx, user, func(r Record, v Values) error {
		list = append(list, entry{r.Seq, r.Time, r.Event, r.Outcome, v})
		return nil
	})
	if list == nil {
		return nil, err
	}
	return list, err
}

// Erase erases what is personal about somebody, a user id or an address, and returns in how many records there was
// something. The records stay, and the log stays whole; that something was erased is a record too, with the pseudonyms.
func (l *Log) Erase(ctx context.Context, who string) (records int, err error) {
	if who == "" {
		return 0, errors.New("audit: Erase needs a user id or an address")
	}
	l.flush()
	pseudonyms := map[string]bool{}
	add := func(list ...pair) {
		for _, p := range list {
			if p.value == who && p.pseudonym != "" {
				pseudonyms[p.pseudonym] = true
			}
		}
	}
	err = l.store.Read(ctx, 0, func(row Row) error {
		v, r := &row.Values, &row.Record
		add(pair{"", v.Actor, r.Actor}, pair{"", v.Impersonator, r.Impersonator}, pair{"", v.Target, r.Target}, pair{"", v.IP, r.IP})
		return nil
	})
	if err != nil || len(pseudonyms) == 0 {
		return 0, err
	}
	if err := l.Write(Event{Name: EventErase, Data: map[string]any{"erased": slices.Sorted(maps.Keys(pseudonyms))}}); err != nil {
		return 0, err
	}
	err = l.store.Erase(ctx, who, func(v *Values) bool {
		changed := v.Erase(who)
		if changed {
			records++
		}
		return changed
	})
	return records, err
}

// flush waits for what is in the queue now.
func (l *Log) flush() {
	l.mu.Lock()
	n := len(l.waiting)
	if n == 0 {
		l.mu.Unlock()
		return
	}
	last := l.waiting[n-1]
	l.mu.Unlock()
	l.await(last, l.cfg.Wait)
}

// Purge removes the records from before a time, with their values, and returns the number of the last that was removed, 0
// for none. Before that it writes the signed end of what it removes, by which [Verify] knows that it was meant.
func (l *Log) Purge(ctx context.Context, before time.Time) (through uint64, err error) {
	var end Record
	last := errors.New("the last that is old enough")
	err = l.store.Read(ctx, 0, func(row Row) error {
		if row.Err != nil {
			return row.Err
		}
		if !row.Record.Time.Before(before) {
			return last
		}
		end = row.Record
		return nil
	})
	if err != nil && !errors.Is(err, last) {
		return 0, err
	}
	if end.Seq == 0 {
		return 0, nil
	}
	c := l.signer.sign(end.Log, end.Seq, end.Hash)
	if err := l.Write(Event{Name: EventPurge, Data: map[string]any{"through": c}}); err != nil {
		return 0, err
	}
	if err := l.store.Purge(ctx, end.Seq); err != nil {
		return 0, fmt.Errorf("audit: Purge: %w", err)
	}
	return end.Seq, nil
}
