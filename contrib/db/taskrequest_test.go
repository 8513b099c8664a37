package db_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/contrib/db"
	"github.com/dewar-go/dewar/contrib/db/dbtest"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/tasks"
)

func execSQL(t *testing.T, d *db.Database, text string) {
	t.Helper()
	if err := d.InTx(t.Context(), func(ctx context.Context, tx bun.Tx) error { _, err := tx.Tx.ExecContext(ctx, text); return err }); err != nil {
		t.Fatal(err)
	}
}

func countSQL(t *testing.T, d *db.Database, text string) (n int) {
	t.Helper()
	if err := d.Reader().DB.QueryRowContext(t.Context(), text).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestTasksOfRequests: a task is there exactly when the rows of its request are, in whichever order the view wrote.
func TestTasksOfRequests(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		d := db.New(db.Config{URL: url})
		q := tasks.NewQueue(tasks.Config{Broker: d.Tasks(), Workers: -1})
		kind := tasks.New(q, "k", func(context.Context, string) error { return nil })
		app := dewar.New(dewar.Config{Loopback: true, InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)})
		app.Extend(d, q)
		insert := func(c *dewar.Context) error {
			tx, err := d.Tx(c)
			if err == nil {
				_, err = tx.ExecContext(c.Context(), "INSERT INTO orders (n) VALUES (1)")
			}
			return err
		}
		steps := map[string]func(*dewar.Context) error{
			"row":    insert,
			"task":   func(c *dewar.Context) error { _, err := kind.Enqueue(c, "x"); return err },
			"unique": func(c *dewar.Context) error { _, err := kind.Unique(c.Query("key")).Enqueue(c, "x"); return err },
			"group": func(c *dewar.Context) error {
				_, err := q.Group(c, kind.With("end"), tasks.GroupOptions{}, kind.With("a"))
				return err
			},
			"fail":  func(*dewar.Context) error { return errors.New("no") },
			"panic": func(*dewar.Context) error { panic("no") },
		}
		view := func(c *dewar.Context) error {
			for step := range strings.SplitSeq(c.Query("do"), ",") {
				if err := steps[step](c); err != nil {
					return err
				}
			}
			return c.Text("")
		}
		app.Get("/", view)
		app.Post("/", view)
		client := dewartest.New(t, app)
		execSQL(t, d, "CREATE TABLE orders (n INTEGER)")
		broker := d.Tasks()
		for i, row := range []struct {
			method, do  string
			rows, tasks int
		}{
			{"POST", "row,task,fail", 0, 0}, // the tables are made by a transaction that is undone
			{"POST", "row,task", 1, 1},
			{"POST", "task,row", 1, 1},
			{"POST", "task", 0, 1},
			{"POST", "unique,row", 1, 1},
			{"POST", "unique,unique", 0, 1},
			{"POST", "row,group", 1, 2},
			{"POST", "group", 0, 2},
			{"POST", "task,row,fail", 0, 0},
			{"POST", "task,fail", 0, 0},
			{"POST", "unique,fail", 0, 0},
			{"POST", "row,group,task,panic", 0, 0},
			{"GET", "task", 0, 1},
		} {
			before := [2]int{countSQL(t, d, "SELECT COUNT(*) FROM orders"), stateCount(t, broker, "")}
			answer := client.Do(client.NewRequest(row.method, fmt.Sprintf("/?do=%s&key=%d", row.do, i), nil))
			after := [2]int{countSQL(t, d, "SELECT COUNT(*) FROM orders"), stateCount(t, broker, "")}
			if after[0]-before[0] != row.rows || after[1]-before[1] != row.tasks {
				t.Errorf("%s %s: status %d, %d rows and %d tasks, want %d and %d", row.method, row.do, answer.Status, after[0]-before[0], after[1]-before[1], row.rows, row.tasks)
			}
		}
		// Outside of a request.
		for _, fail := range []bool{true, false} {
			before := stateCount(t, broker, "")
			err := d.InTx(t.Context(), func(ctx context.Context, tx bun.Tx) error {
				_, err := kind.EnqueueContext(db.WithTx(ctx, tx), "x")
				if err == nil && fail {
					err = io.EOF
				}
				return err
			})
			if fail != errors.Is(err, io.EOF) || stateCount(t, broker, "")-before != map[bool]int{true: 0, false: 1}[fail] {
				t.Errorf("InTx that fails %v: %v, %d tasks", fail, err, stateCount(t, broker, "")-before)
			}
		}
	})
}

// TestTaskPlans: what workers look for all the time is found by an index, in its order.
func TestTaskPlans(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		d := open(t, db.Config{URL: url})
		b := d.Tasks()
		var list []*tasks.Task
		for i := range 4000 {
			k := &tasks.Task{ID: tasks.NewID(), Kind: "k", Version: 1, Args: []byte("1"), Queue: []string{"a", "b"}[i%2], Enqueued: time.Now()}
			if i%4 > 1 {
				k.RunAt = time.Now().Add(time.Hour)
			}
			list = append(list, k)
		}
		for part := range slices.Chunk(list, 250) { // each call has its deadline, and the race detector slows SQLite down
			if err := b.Enqueue(t.Context(), part...); err != nil {
				t.Fatal(err)
			}
		}
		explain := map[db.Dialect]string{db.SQLite: "EXPLAIN QUERY PLAN ", db.Postgres: "EXPLAIN ", db.MySQL: "EXPLAIN "}[d.Dialect()]
		if d.Dialect() == db.MySQL {
			execSQL(t, d, "ANALYZE TABLE dewar_task")
		} else {
			execSQL(t, d, "ANALYZE")
		}
		for query, index := range map[string]string{
			"SELECT id FROM dewar_task WHERE state = 0 AND queue = 'a' ORDER BY rank_ms, id LIMIT 8": "dewar_task_ready",
			"SELECT id FROM dewar_task WHERE state = 2 AND run_at <= 5 ORDER BY run_at LIMIT 1000":   "dewar_task_later",
			"SELECT id, discard FROM dewar_task WHERE state = 1 AND worker = 'x'":                    "dewar_task_running",
		} {
			rows, err := d.Reader().DB.QueryContext(t.Context(), explain+query)
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			plan := ""
			columns, _ := rows.Columns()
			for rows.Next() {
				cells := make([]any, len(columns))
				for i := range cells {
					cells[i] = new(sql.NullString)
				}
				if err := rows.Scan(cells...); err != nil {
					t.Fatal(err)
				}
				for _, c := range cells {
					plan += c.(*sql.NullString).String + " "
				}
			}
			if err := rows.Err(); err != nil {
				t.Fatal(err)
			}
			lower := strings.ToLower(plan)
			if !strings.Contains(plan, index) || strings.Contains(lower, "sort") || strings.Contains(lower, "temp b-tree") {
				t.Errorf("%s:\n%s", query, plan)
			}
		}
	})
}

// TestTaskAges: a task of the lowest priority that waited long is before the most urgent of now.
func TestTaskAges(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		d := open(t, db.Config{URL: url})
		b := d.Tasks()
		q := tasks.NewQueue(tasks.Config{Broker: b, Workers: -1})
		var first []string
		k := tasks.New(q, "k", func(_ context.Context, s string) error { first = append(first, s); return nil })
		for _, waited := range []int{85, 95} {
			if _, err := k.WithPriority(tasks.Bulk).EnqueueContext(t.Context(), "bulk"); err != nil {
				t.Fatal(err)
			}
			execSQL(t, d, fmt.Sprintf("UPDATE dewar_task SET rank_ms = rank_ms - %d000", waited))
			if _, err := k.WithPriority(tasks.Urgent).EnqueueContext(t.Context(), "urgent"); err != nil {
				t.Fatal(err)
			}
			first = nil
			if _, err := q.RunDue(t.Context()); err != nil || len(first) != 2 || (first[0] == "bulk") != (waited > 90) {
				t.Errorf("after %d s: %v, %v", waited, first, err)
			}
		}
	})
}

// TestTasksDiskFull: what does not fit is refused to whoever enqueues it; what is running ends when there is room.
func TestTasksDiskFull(t *testing.T) {
	d := open(t, db.Config{URL: dbtest.SQLite(t)})
	q := tasks.NewQueue(tasks.Config{Broker: d.Tasks(), Logger: slog.New(slog.DiscardHandler)})
	var mu sync.Mutex
	done := map[int]int{}
	ready, full := make(chan struct{}), make(chan struct{})
	k := tasks.New(q, "k", func(ctx context.Context, a struct {
		N    int
		Text string
	}) error {
		if a.N == 0 {
			close(ready)
			<-full
		}
		mu.Lock()
		defer mu.Unlock()
		done[a.N]++
		return nil
	})
	send := func(n int) error {
		_, err := k.OnQueue("later").EnqueueContext(t.Context(), struct {
			N    int
			Text string
		}{n, strings.Repeat("x", 40_000)})
		return err
	}
	if _, err := k.EnqueueContext(t.Context(), struct {
		N    int
		Text string
	}{}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- q.Work(ctx, tasks.WorkerOptions{Concurrency: 2}) }()
	<-ready
	execSQL(t, d, fmt.Sprintf("PRAGMA max_page_count = %d", countSQL(t, d, "PRAGMA page_count")+100))
	accepted := 0
	var refused error
	for n := 1; n < 100 && refused == nil; n++ {
		if refused = send(n); refused == nil {
			accepted = n
		}
	}
	if refused == nil || !strings.HasPrefix(refused.Error(), "db: tasks in sqlite:") || !strings.Contains(refused.Error(), "full") || accepted == 0 {
		t.Fatalf("after %d tasks: %v", accepted, refused)
	}
	close(full) // it ends while nothing can be written, or little
	execSQL(t, d, "PRAGMA max_page_count = 1000000")
	if err := send(1000); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if stateCount(t, d.Tasks(), tasks.Running) != 0 || done[0] != 1 {
		t.Errorf("the running task ran %d times", done[0])
	}
	ctx, cancel = context.WithCancel(t.Context())
	go func() {
		ended <- q.Work(ctx, tasks.WorkerOptions{Concurrency: 2, Queues: []tasks.QueueShare{{Name: "later", Weight: 1}}})
	}()
	for end := time.Now().Add(20 * time.Second); stateCount(t, d.Tasks(), "") > 0 && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	cancel()
	<-ended
	for n := 1; n <= accepted; n++ {
		if done[n] != 1 {
			t.Errorf("task %d ran %d times", n, done[n])
		}
	}
	if len(done) != accepted+2 || done[1000] != 1 {
		t.Errorf("%d tasks ran, %d were accepted", len(done), accepted+2)
	}
}

// proxy is a way to a server that can be cut and stopped.
type proxy struct {
	net.Listener
	to    string
	mu    sync.Mutex
	conns []net.Conn
	hang  bool
}

func newProxy(t *testing.T, to string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{Listener: l, to: to}
	t.Cleanup(func() { _ = l.Close(); p.cut(false) })
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			p.mu.Lock()
			p.conns = append(p.conns, in)
			hang := p.hang
			p.mu.Unlock()
			if hang {
				continue
			}
			out, err := net.Dial("tcp", to)
			if err != nil {
				_ = in.Close()
				continue
			}
			p.mu.Lock()
			p.conns = append(p.conns, out)
			p.mu.Unlock()
			go func() { _, _ = io.Copy(out, in); _ = out.Close() }()
			go func() { _, _ = io.Copy(in, out); _ = in.Close() }()
		}
	}()
	return p
}

// cut ends all connections. With hang, new ones are accepted and never answered.
func (p *proxy) cut(hang bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hang = hang
	for _, c := range p.conns {
		_ = c.Close()
	}
	p.conns = nil
}

// TestTasksDatabaseGone cuts the connections to the server again and again, and lets it hang for some seconds, while
// tasks are enqueued and run: what was accepted is run, and its worker goes on.
func TestTasksDatabaseGone(t *testing.T) {
	for name, make := range map[string]func(testing.TB) string{"postgres": dbtest.Postgres, "mysql": dbtest.MySQL} {
		t.Run(name, func(t *testing.T) {
			u, err := url.Parse(make(t))
			if err != nil {
				t.Fatal(err)
			}
			p := newProxy(t, u.Host)
			direct := open(t, db.Config{URL: u.String()})
			u.Host = p.Addr().String()
			d := open(t, db.Config{URL: u.String()})
			q := tasks.NewQueue(tasks.Config{Broker: d.Tasks(), Logger: slog.New(slog.DiscardHandler)})
			var mu sync.Mutex
			ran := map[int]int{}
			k := tasks.New(q, "k", func(_ context.Context, n int) error {
				mu.Lock()
				defer mu.Unlock()
				ran[n]++
				return nil
			})
			ctx, cancel := context.WithCancel(t.Context())
			ended := newResult(func() error { return q.Work(ctx, tasks.WorkerOptions{Concurrency: 4}) })
			accepted := 0
			for i := range 600 {
				if _, err := k.EnqueueContext(t.Context(), accepted); err == nil {
					accepted++
				}
				switch {
				case i%50 == 20:
					p.cut(false)
				case i == 300:
					p.cut(true)
					time.AfterFunc(3*time.Second, func() { p.cut(false) })
				}
			}
			b := direct.Tasks()
			for end := time.Now().Add(60 * time.Second); stateCount(t, b, "") > 0 && time.Now().Before(end); {
				time.Sleep(20 * time.Millisecond)
			}
			cancel()
			if err := ended(); err != nil {
				t.Error(err)
			}
			for n := range accepted {
				if ran[n] == 0 {
					t.Errorf("task %d of %d did not run", n, accepted)
				}
			}
			if left := stateCount(t, b, ""); left != 0 || accepted < 300 {
				t.Errorf("%d tasks are left of %d", left, accepted)
			}
		})
	}
}

// newResult runs f, and returns a function that waits for it.
func newResult(f func() error) func() error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	return func() error { return <-done }
}

// TestTaskOrphans: a task whose claim was written, but whose answer was lost, waits again after two beats, although its
// worker lives.
func TestTaskOrphans(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		d := open(t, db.Config{URL: url})
		b := d.Tasks()
		k := tasks.New(tasks.NewQueue(tasks.Config{Broker: b}), "k", func(context.Context, int) error { return nil })
		for i := range 2 {
			if _, err := k.EnqueueContext(t.Context(), i); err != nil {
				t.Fatal(err)
			}
		}
		s, err := b.Join(t.Context(), tasks.Worker{Name: "w", Queues: []tasks.QueueShare{{Name: "default", Weight: 1}}})
		if err != nil {
			t.Fatal(err)
		}
		held, err := s.Claim(t.Context(), 1, 0)
		if err != nil || len(held) != 1 {
			t.Fatal(held, err)
		}
		execSQL(t, d, "UPDATE dewar_task SET state = 1, attempt = 1, worker = (SELECT id FROM dewar_task_worker) WHERE state = 0")
		for beat, want := range []int{2, 1, 1} {
			if _, err := s.Beat(t.Context()); err != nil {
				t.Fatal(err)
			}
			if n := stateCount(t, b, tasks.Running); n != want {
				t.Errorf("after beat %d, %d tasks run, want %d", beat+1, n, want)
			}
		}
		if err := s.Settle(t.Context(), held[0], tasks.Outcome{Verdict: tasks.Done}); err != nil {
			t.Error(err)
		}
	})
}
