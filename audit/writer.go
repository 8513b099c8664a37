package audit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

const (
	// maxBatch is how many events are written at a time.
	maxBatch = 256
	// A failed attempt is repeated after firstRetry, then after twice as long, up to lastRetry.
	firstRetry = 50 * time.Millisecond
	lastRetry  = 5 * time.Second
	// sinkWait is how long a sink may take.
	sinkWait = 10 * time.Second
)

// write writes what waits, in batches, until the log is closed and nothing waits, or an attempt fails then.
func (l *Log) write() {
	retry := firstRetry
	for {
		l.mu.Lock()
		l.flying = min(len(l.waiting), maxBatch)
		batch, lost := slices.Clone(l.waiting[:l.flying]), l.lost
		l.mu.Unlock()
		if len(batch) == 0 && lost == 0 {
			select {
			case <-l.changed:
				continue
			case <-l.ended:
				return
			}
		}
		var head Head
		ctx, cancel := context.WithTimeout(context.Background(), l.cfg.Wait)
		err := l.store.Append(ctx, l.link(batch, lost, &head))
		cancel()
		l.wrote(batch, lost, head, err)
		if err == nil {
			retry = firstRetry
			continue
		}
		select {
		case <-time.After(retry):
			retry = min(2*retry, lastRetry)
		case <-l.ended:
			return
		}
	}
}

// wrote notes the end of an attempt.
func (l *Log) wrote(batch []*entry, lost int, head Head, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flying = 0
	was := l.failing
	if l.failing = err != nil; l.failing {
		if !was {
			l.app.Logger().Error("the audit log cannot be written", "waiting", len(l.waiting), "error", err.Error())
		}
		return
	}
	if was {
		l.app.Logger().Info("the audit log can be written again", "lost", lost)
	}
	l.waiting, l.lost, l.last = l.waiting[len(batch):], l.lost-lost, head
	for _, e := range batch {
		close(e.done)
	}
	if l.last.Seq-l.signed.Seq >= l.cfg.CheckpointEvery {
		signal(l.due)
	}
}

// checkpoints makes one when it is due.
func (l *Log) checkpoints() {
	tick := time.NewTicker(l.cfg.CheckpointInterval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-l.due:
		case <-l.ended:
			return
		}
		if err := l.Checkpoint(context.Background()); err != nil {
			l.app.Logger().Error("a checkpoint of the audit log was not kept", "error", err.Error())
		}
	}
}

// Checkpoint signs the head and takes it to all sinks, when there is a record that no checkpoint covers. It fails when a sink does;
// the next one covers what this one did.
func (l *Log) Checkpoint(ctx context.Context) error {
	l.signing.Lock()
	defer l.signing.Unlock()
	l.mu.Lock()
	last, signed := l.last, l.signed
	l.mu.Unlock()
	head, err := l.store.Head(ctx)
	if err != nil {
		return err
	}
	if head.Seq < last.Seq || head.Seq == last.Seq && head.Hash != last.Hash {
		return fmt.Errorf("audit: the head went back from record %d to %d, or is another: the log was changed while it was written", last.Seq, head.Seq)
	}
	if head.Seq == signed.Seq || len(l.cfg.Sinks) == 0 {
		return nil
	}
	c := l.signer.sign(head.Log, head.Seq, head.Hash)
	ctx, cancel := context.WithTimeout(ctx, sinkWait)
	defer cancel()
	for _, s := range l.cfg.Sinks {
		err = errors.Join(err, s.Put(ctx, c))
	}
	if err == nil {
		l.mu.Lock()
		l.signed = head
		l.mu.Unlock()
	}
	return err
}
