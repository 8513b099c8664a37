package audit

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/privacy"
)

// Config are the settings of [New].
type Config struct {
	// Sinks take the checkpoints. Without one, the log finds mistakes and not the administrator: whoever can write it
	// can rewrite it from the first record on. The check says so.
	Sinks []Sink
	// CheckpointEvery is after how many records there is a checkpoint, CheckpointInterval after how long when there is
	// a new record. There is one at shut-down too. Default: 64 and a minute.
	CheckpointEvery    uint64
	CheckpointInterval time.Duration
	// Signers are further public keys, in base64, whose checkpoints [Log.Verify] trusts: those of keys that were
	// retired from the ring.
	Signers []string
	// Queue is how many events may wait to be written. Default: 1024.
	Queue int
	// Wait is how long an answer waits for its events to be written, and how long one attempt to write may take.
	// Default: 5 seconds.
	Wait time.Duration
	// InsecureGoOn answers requests as if nothing were while the log cannot be written. What is done then may be
	// missing in it. Default: requests that may change something, those with a method other than GET, HEAD, OPTIONS
	// and TRACE, are refused with 503 until it can be written again.
	InsecureGoOn bool
	// Skip leaves out security events that are not to be in the log. Default: none.
	Skip func(dewar.SecurityEvent) bool
	// Describe completes the events of a request, with Session or Impersonator for example.
	Describe func(c *dewar.Context, e *Event)
}

// A Log is the extension. Make it with [New] and add it with app.Extend, behind the database that it is kept in. Its
// methods are safe for concurrent use.
type Log struct {
	cfg    Config
	store  Store
	app    *dewar.App
	key    key
	signer *signer

	mu       sync.Mutex
	waiting  []*entry
	flying   int  // how many of them are being written
	lost     int  // events for which there was no room
	failing  bool // the last attempt to write failed
	open     bool
	last     Head // the last that this process wrote
	signed   Head // the last that there was a checkpoint of
	changed  chan struct{}
	due      chan struct{}
	ended    chan struct{}
	finished sync.WaitGroup
	signing  sync.Mutex
}

// An entry is an event in the queue.
type entry struct {
	event Event
	done  chan struct{} // closed when it is written
}

// New returns a log kept in a store.
func New(store Store, c Config) *Log {
	c.CheckpointEvery = cmp.Or(c.CheckpointEvery, 64)
	c.CheckpointInterval = cmp.Or(c.CheckpointInterval, time.Minute)
	c.Queue, c.Wait = cmp.Or(c.Queue, 1024), cmp.Or(c.Wait, 5*time.Second)
	return &Log{cfg: c, store: store, changed: make(chan struct{}, 1), due: make(chan struct{}, 1), ended: make(chan struct{})}
}

// Init makes the app send its security events here. [dewar.App.Extend] calls it.
func (l *Log) Init(app *dewar.App) error {
	if l.store == nil {
		return errors.New("audit: New needs a store: audit.NewFile, or that of a database")
	}
	if _, twice := dewar.ExtensionOf[*Log](app); twice {
		return errors.New("audit: the app has an audit log already")
	}
	l.app = app
	if store, ok := l.store.(interface{ PrivateDir() string }); ok {
		app.Extend(private{store.PrivateDir()})
	}
	app.Signals.SecurityEvent.Connect(l.receive)
	if !l.cfg.InsecureGoOn {
		app.Guard(dewar.GuardFunc(dewar.StageLimit, "audit", l.guard))
	}
	app.OnStart(l.start)
	l.addCommands(app)
	privacy.Register(app, privacy.Source{Name: "audit", Last: true, Export: l.exported, Erase: func(ctx context.Context, user string) error {
		_, err := l.Erase(ctx, user)
		return err
	}})
	return nil
}

// private is a folder that the app must not serve.
type private struct{ dir string }

// Init does nothing.
func (private) Init(*dewar.App) error { return nil }

// PrivateDir is the folder.
func (p private) PrivateDir() string { return p.dir }

// Check reports a log that only finds mistakes.
func (l *Log) Check() (list []dewar.Finding) {
	if len(l.cfg.Sinks) == 0 {
		list = append(list, dewar.Finding{
			ID: "audit-no-sink", Subject: "audit.Config.Sinks",
			Message: "no checkpoint leaves this place: whoever can write the log can shorten it, and rewrite it from its first record on",
			Remedy:  "add a sink that this process cannot change afterwards, such as audit.LogSink of a log that is sent to another machine",
		})
	}
	if l.cfg.InsecureGoOn {
		list = append(list, dewar.Finding{
			ID: "audit-go-on", Subject: "audit.Config.InsecureGoOn",
			Message: "what is done while the log cannot be written may be missing in it",
			Remedy:  "remove InsecureGoOn",
		})
	}
	return list
}

// guard refuses to change something while it could not be written down.
func (l *Log) guard(c *dewar.Context) error {
	switch c.Method() {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open && !l.failing {
		return nil
	}
	return &dewar.HTTPError{Code: http.StatusServiceUnavailable, Err: errFailing, Header: http.Header{"Retry-After": {"10"}}}
}

var errFailing = errors.New("audit: the log cannot be written, so nothing may be changed; the log of the program says why")

// start opens the store and refuses a log that does not end where its head is.
func (l *Log) start(ctx context.Context) error {
	ring := l.app.Keys()
	if ring == nil {
		return errors.New("audit: the app has no keys: it is started before it is built")
	}
	l.key, l.signer = keysOf(ring)[0], newSigner(ring)
	if err := l.store.Open(ctx); err != nil {
		return err
	}
	head, err := checkHead(ctx, l.store)
	if err == nil && head.Seq == 0 {
		err = l.store.Append(ctx, l.link(nil, 0, &head)) // the first record
	}
	if err != nil {
		return errors.Join(err, l.store.Close(ctx))
	}
	l.mu.Lock()
	l.open, l.last = true, head
	l.mu.Unlock()
	l.finished.Go(l.write)
	l.finished.Go(l.checkpoints)
	return nil
}

// checkHead compares the head with the records from it on. Other processes may write meanwhile.
func checkHead(ctx context.Context, store Store) (Head, error) {
	head, err := store.Head(ctx)
	if err != nil {
		return head, err
	}
	wrong := func(seq uint64, what string) error {
		return fmt.Errorf("audit: the log does not start: its head is record %d, %s: run the command \"audit verify\"", seq, what)
	}
	last := head.Seq
	found := last == 0
	err = store.Read(ctx, max(last, 1)-1, func(row Row) error {
		if r := &row.Record; !found {
			if row.Err != nil || r.Seq != head.Seq || r.Hash != head.Hash {
				return wrong(head.Seq, "and another record stands there")
			}
			found = true
		}
		last = max(last, row.Record.Seq)
		return nil
	})
	if err == nil && !found {
		err = wrong(head.Seq, "and there is no such record")
	}
	if err != nil || last == head.Seq {
		return head, err
	}
	now, err := store.Head(ctx)
	if err == nil && now.Seq < last {
		err = wrong(now.Seq, "and there are more records")
	}
	return now, err
}

// Close writes what waits and a last checkpoint. The app calls it when it ends.
func (l *Log) Close(ctx context.Context) error {
	l.mu.Lock()
	was := l.open
	l.open = false
	l.mu.Unlock()
	if !was {
		return nil
	}
	close(l.ended)
	done := make(chan struct{})
	go func() { l.finished.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
	}
	l.mu.Lock()
	left := len(l.waiting) + l.lost
	l.mu.Unlock()
	var err error
	if left > 0 {
		err = fmt.Errorf("audit: %d events were not written before the end", left)
	} else {
		err = l.Checkpoint(ctx)
	}
	return errors.Join(err, l.store.Close(ctx))
}

// receive takes a security event of the app.
func (l *Log) receive(s dewar.SecurityEvent) {
	if l.cfg.Skip != nil && l.cfg.Skip(s) {
		return
	}
	e := eventOf(s)
	c := s.Context
	if c != nil && l.cfg.Describe != nil {
		l.cfg.Describe(c, &e)
	}
	entry, err := l.enqueue(e)
	if err != nil {
		l.app.Logger().Error("an event is not in the audit log", "event", string(s.Name), "error", err.Error())
		return
	}
	if c == nil {
		return
	}
	// The answer leaves when the event is written. It is waited for behind the commit: until then the request may hold
	// the database's only writer.
	dewar.OnAnswer(c, func(dewar.Answer) { l.await(entry, l.cfg.Wait) })
}

// await waits until an entry is written, and reports whether it is.
func (l *Log) await(e *entry, limit time.Duration) bool {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-e.done:
		return true
	case <-timer.C:
		return false
	}
}

// enqueue puts an event in the queue. It fails when there is no room: at once while the log cannot be written,
// otherwise after Config.Wait.
func (l *Log) enqueue(e Event) (*entry, error) {
	if err := e.prepare(); err != nil {
		return nil, err
	}
	entry := &entry{e, make(chan struct{})}
	for {
		l.mu.Lock()
		if len(l.waiting) < l.cfg.Queue {
			l.waiting = append(l.waiting, entry)
			l.mu.Unlock()
			signal(l.changed)
			return entry, nil
		}
		first, failing := l.waiting[0], l.failing || !l.open
		if failing {
			l.lost++
		}
		l.mu.Unlock()
		if failing {
			return nil, fmt.Errorf("audit: %d events wait already, and the log cannot be written", l.cfg.Queue)
		}
		if !l.await(first, l.cfg.Wait) {
			l.mu.Lock()
			l.failing = true
			l.mu.Unlock()
		}
	}
}

func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Write writes an event of an application and returns when it is written for good. When it fails, the act is to fail too:
//
//	if err := audit.Write(c, audit.Event{Name: audit.EventSensitiveRead, Target: patient.ID}); err != nil {
//		return err
//	}
//
// When the request has a transaction in the database that the log is kept in, a Success is written in it, so that act and
// record are kept or undone together; call Write last, for other writers wait until the commit. Other outcomes are
// written by themselves, so that an undone act leaves its record; the answer waits for them.
//
// Without an audit log in the app it panics.
func Write(c *dewar.Context, e Event) error {
	l, ok := dewar.ExtensionOf[*Log](c.App())
	if !ok {
		panic("audit: Write: the app has no audit log; add one with app.Extend(audit.New(…))")
	}
	e.inRequest(c)
	if l.cfg.Describe != nil {
		l.cfg.Describe(c, &e)
	}
	if e.Outcome == "" {
		e.Outcome = outcomeOf(e.Name)
	}
	if e.Outcome != Success {
		entry, err := l.enqueue(e)
		if err == nil {
			dewar.OnAnswer(c, func(dewar.Answer) { l.await(entry, l.cfg.Wait) })
		}
		return err
	}
	if store, ok := l.store.(TxStore); ok && l.ready() {
		if err := e.prepare(); err != nil {
			return err
		}
		if joined, err := store.AppendInTx(c, l.link([]*entry{{event: e}}, 0, nil)); joined || err != nil {
			return err
		}
	}
	return l.Write(e)
}

func (l *Log) ready() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.open
}

// Write writes an event outside of a request: of a task, a command. It returns when the event is written for good.
func (l *Log) Write(e Event) error {
	if !l.ready() {
		return errors.New("audit: the log is not open; app.Start opens it")
	}
	entry, err := l.enqueue(e)
	if err != nil || l.await(entry, l.cfg.Wait) || !l.withdraw(entry) {
		return err
	}
	return errFailing
}

// withdraw takes an entry out of the queue and returns true, or false when it is written. It waits for an attempt to
// write it that is under way.
func (l *Log) withdraw(e *entry) bool {
	for {
		l.mu.Lock()
		at := slices.Index(l.waiting, e)
		if at >= l.flying {
			l.waiting = slices.Delete(l.waiting, at, at+1)
		}
		flying := at >= 0 && at < l.flying
		l.mu.Unlock()
		if !flying {
			return at >= 0
		}
		l.await(e, l.cfg.Wait)
	}
}

// link makes rows of entries behind a head. Lost events have a record in front. last gets the new head.
func (l *Log) link(entries []*entry, lost int, last *Head) func(Head) ([]Row, error) {
	return func(head Head) ([]Row, error) {
		l.mu.Lock()
		known := l.last
		l.mu.Unlock()
		if head.Seq < known.Seq || head.Seq == known.Seq && head.Hash != known.Hash {
			return nil, fmt.Errorf("audit: the head went back from record %d to %d, or is another: the log was changed while it was written", known.Seq, head.Seq)
		}
		events := make([]Event, 0, len(entries)+2)
		if head.Seq == 0 {
			var id [16]byte
			rand.Read(id[:])
			head = Head{Log: hex.EncodeToString(id[:]), Hash: noHash}
			events = append(events, Event{Name: EventBegin, time: time.Now()})
		}
		if lost > 0 {
			events = append(events, Event{Name: EventLost, data: fmt.Appendf(nil, `{"events":%d}`, lost), time: time.Now()})
		}
		for _, e := range entries {
			events = append(events, e.event)
		}
		rows := make([]Row, 0, len(events))
		for _, e := range events {
			row, err := e.record(l.key, head.Log, head.Seq+1, head.Hash)
			if err != nil {
				return nil, err
			}
			rows = append(rows, row)
			head.Seq, head.Hash = row.Record.Seq, row.Record.Hash
		}
		if last != nil {
			*last = head
		}
		return rows, nil
	}
}
