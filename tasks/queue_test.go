package tasks_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/tasks"
)

// TestSchedule: each time once, missed ones as the schedule says, and those of another program left alone.
func TestSchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := tasks.Memory()
		var mu sync.Mutex // several tasks at once
		var at []string
		ran := func(text string) error {
			mu.Lock()
			defer mu.Unlock()
			at = append(at, text)
			return nil
		}
		make := func(missed tasks.Missed, name string) *tasks.Queue {
			q, _ := newQueue(b)
			k := tasks.New(q, name, func(ctx context.Context, _ int) error {
				task, _ := tasks.Current(ctx)
				return ran(name + task.RunAt.UTC().Format(" 15:04"))
			})
			q.EverySchedule(tasks.Schedule{Spec: "*/10 * * * *", Missed: missed}, k.With(1))
			return q
		}
		check := func(what string, want ...string) {
			t.Helper()
			if slices.Sort(at); !slices.Equal(at, want) {
				t.Errorf("%s: %v, want %v", what, at, want)
			}
			at = nil
		}
		run := func(d time.Duration, list ...*tasks.Queue) {
			var stops []func() error
			for _, q := range list {
				stops = append(stops, work(t, q, tasks.WorkerOptions{}))
			}
			time.Sleep(d)
			for _, stop := range stops {
				if err := stop(); err != nil {
					t.Error(err)
				}
			}
		}
		// The bubble's clock begins at midnight.
		run(25*time.Minute, make(tasks.MissedOnce, "a"), make(tasks.MissedOnce, "a"), make(tasks.MissedSkip, "b"), make(tasks.MissedAll, "c"))
		check("four processes", "a 00:10", "a 00:20", "b 00:10", "b 00:20", "c 00:10", "c 00:20")
		time.Sleep(30 * time.Minute) // 00:55
		run(10*time.Minute, make(tasks.MissedOnce, "a"), make(tasks.MissedSkip, "b"))
		check("nobody ran for half an hour", "a 00:30", "a 01:00", "b 01:00")
		run(time.Minute, make(tasks.MissedAll, "c"))
		check("and one of each", "c 00:30", "c 00:40", "c 00:50", "c 01:00")

		// Another spec from now on.
		q, _ := newQueue(b)
		q.Every("30 1 * * *", tasks.New(q, "a", func(context.Context, int) error { return ran(time.Now().UTC().Format("15:04")) }).With(1))
		run(2*time.Hour, q)
		check("a new spec", "01:30")
	})
}

// TestRequest: a task of a request is enqueued when the request succeeds, with its ids.
func TestRequest(t *testing.T) {
	b := tasks.Memory()
	q, _ := newQueue(b)
	var got []tasks.Task
	k := tasks.New(q, "k", func(ctx context.Context, n int) error {
		task, _ := tasks.Current(ctx)
		got = append(got, task)
		return nil
	})
	more := tasks.New(q, "more", func(ctx context.Context, n int) error {
		task, _ := tasks.Current(ctx)
		got = append(got, task)
		_, err := k.EnqueueContext(ctx, n)
		return err
	})
	app := dewar.New(dewar.Config{Loopback: true, InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)})
	app.Extend(q)
	var ids []string
	view := func(c *dewar.Context) error {
		id, err := more.Enqueue(c, 1)
		if err != nil {
			return err
		}
		ids = append(ids, id)
		if c.Query("fail") != "" {
			return errors.New("no")
		}
		return c.Text(c.RequestID())
	}
	app.Get("/", view)
	app.Post("/", view)
	client := dewartest.New(t, app)
	trace := "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	for _, row := range []struct {
		method, path, trace, want string
		tasks                     int
	}{
		{"POST", "/", trace, trace, 1}, {"POST", "/?fail=1", trace, "", 0}, {"GET", "/", "00-x", "", 1}, {"GET", "/?fail=1", "", "", 1}, // at once, as a GET undoes nothing
	} {
		got, ids = nil, nil
		r := client.NewRequest(row.method, row.path, nil)
		if row.trace != "" {
			r.Header.Set("Traceparent", row.trace)
		}
		answer := client.Do(r)
		n, err := q.RunDue(t.Context())
		if err != nil || n != 2*row.tasks || len(got) != n {
			t.Errorf("%s %s: %d tasks, %v", row.method, row.path, n, err)
			continue
		}
		for i, task := range got {
			if task.Trace != row.want || task.RequestID == "" || answer.Status == 200 && task.RequestID != answer.Text || i == 0 && task.ID != ids[0] {
				t.Errorf("%s %s: %+v", row.method, row.path, task)
			}
		}
	}
}

// TestInServer: the serving process runs tasks, and ends them with itself.
func TestInServer(t *testing.T) {
	q := tasks.NewQueue(tasks.Config{Broker: tasks.Memory(), Logger: slog.New(slog.DiscardHandler)})
	began, ended := make(chan struct{}), false
	k := tasks.New(q, "k", func(context.Context, int) error {
		close(began)
		time.Sleep(20 * time.Millisecond)
		ended = true
		return nil
	})
	app := dewar.New(dewar.Config{Loopback: true, InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)})
	app.Extend(q)
	if err := app.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	enqueue(t, k, 1)
	<-began
	if err := app.Close(t.Context()); err != nil || !ended {
		t.Errorf("%v, ended: %v", err, ended)
	}
}

func TestResult(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, _ := newQueue(tasks.Memory())
		var errs []error
		k := tasks.New(q, "k", func(ctx context.Context, size int) error {
			errs = append(errs, tasks.Report(ctx, 1, 2, strings.Repeat("é", 200)), tasks.Report(ctx, 1, 3, "too soon"))
			return tasks.SetResult(ctx, strings.Repeat("x", size))
		})
		id, large := enqueue(t, k, 3), enqueue(t, k, tasks.MaxResult)
		if _, err := q.RunDue(t.Context()); err == nil || !strings.Contains(err.Error(), "may have 65536") {
			t.Error(err)
		}
		info := lookup(t, q, id)
		if info.State != tasks.Finished || string(info.Result) != `"xxx"` || info.Progress == nil || info.Progress.Total != 2 || len(info.Progress.Note) != 200 {
			t.Errorf("%+v", info)
		}
		if err := errors.Join(errs...); err != nil {
			t.Error(err)
		}
		if info := lookup(t, q, large); info.State != tasks.Scheduled {
			t.Errorf("%+v", info)
		}
		time.Sleep(25 * time.Hour)
		if lookup(t, q, id).State != "" {
			t.Error("the result is kept for longer than a day")
		}
		for _, err := range []error{tasks.Report(t.Context(), 1, 1, ""), tasks.SetResult(t.Context(), 1)} {
			if err == nil {
				t.Error("without a task")
			}
		}
	})
}

// TestMistakes: what is wrong at registration panics with the place.
func TestMistakes(t *testing.T) {
	f := func(context.Context, int) error { return nil }
	broker := tasks.Memory()
	for want, register := range map[string]func(*tasks.Queue, tasks.Kind[int]){
		"the kind is registered already, at .*queue_test.go": func(q *tasks.Queue, _ tasks.Kind[int]) { tasks.New(q, "k", f) },
		"the name of its kind":                               func(q *tasks.Queue, _ tasks.Kind[int]) { tasks.New(q, "", f) },
		"the name of its queue":                              func(q *tasks.Queue, _ tasks.Kind[int]) { tasks.NewWith(q, "x", tasks.Settings{Queue: "A b"}, f) },
		"Upgrade.1. is missing":                              func(q *tasks.Queue, _ tasks.Kind[int]) { tasks.NewWith(q, "x", tasks.Settings{Version: 2}, f) },
		"a setting is negative":                              func(q *tasks.Queue, _ tasks.Kind[int]) { tasks.NewWith(q, "x", tasks.Settings{Timeout: -1}, f) },
		"its function is nil":                                func(q *tasks.Queue, _ tasks.Kind[int]) { tasks.New[int](q, "x", nil) },
		"unsupported type": func(q *tasks.Queue, _ tasks.Kind[int]) {
			tasks.New(q, "x", func(context.Context, chan int) error { return nil })
		},
		"it has 1 fields":                func(q *tasks.Queue, k tasks.Kind[int]) { q.Every("daily", k.With(1)) },
		`the schedule "k" is registered`: func(q *tasks.Queue, k tasks.Kind[int]) { q.Every("@daily", k.With(1)); q.Every("@hourly", k.With(1)) },
		"must be registered with this Queue": func(_ *tasks.Queue, k tasks.Kind[int]) {
			other, _ := newQueue(broker)
			other.Every("@daily", k.With(1))
		},
		"Config.Broker is nil": func(*tasks.Queue, tasks.Kind[int]) { tasks.NewQueue(tasks.Config{}) },
		"the arguments have|its arguments have": func(q *tasks.Queue, _ tasks.Kind[int]) {
			k := tasks.New(q, "s", func(context.Context, string) error { return nil })
			q.Every("@daily", k.With(strings.Repeat("x", tasks.MaxArgs)))
		},
	} {
		func() {
			defer func() {
				p := fmt.Sprint(recover())
				if !regexp.MustCompile(want).MatchString(p) || !strings.HasPrefix(p, "tasks: ") || !strings.Contains(p, "queue_test.go") && !strings.Contains(p, "NewQueue") {
					t.Errorf("want %q, got %s", want, p)
				}
			}()
			q, _ := newQueue(broker)
			register(q, tasks.New(q, "k", f))
		}()
	}
	q, _ := newQueue(broker)
	k := tasks.New(q, "k", f)
	if err := q.Work(t.Context(), tasks.WorkerOptions{Queues: []tasks.QueueShare{{Name: "mail", Weight: 0}}}); err == nil || !strings.Contains(err.Error(), `"mail" with weight 0`) {
		t.Error(err)
	}
	for name, members := range map[string][]tasks.Call{"no members": nil, "unique": {k.Unique().With(1)}} {
		if _, err := q.GroupContext(t.Context(), k.With(1), tasks.GroupOptions{}, members...); err == nil {
			t.Error(name)
		}
	}
}

func TestIDs(t *testing.T) {
	last := ""
	for range 200_000 {
		id := tasks.NewID()
		if id <= last || len(id) != 26 {
			t.Fatalf("%q after %q", id, last)
		}
		last = id
	}
}

// TestOrder: queues come first as often as their weights say.
func TestOrder(t *testing.T) {
	w := tasks.Worker{Queues: []tasks.QueueShare{{Name: "a", Weight: 6}, {Name: "b", Weight: 3}, {Name: "c", Weight: 1}}}
	first := map[string]int{}
	for range 10_000 {
		order := w.Order()
		first[order[0]]++
		if slices.Sort(order); !slices.Equal(order, []string{"a", "b", "c"}) {
			t.Fatal(order)
		}
	}
	for name, want := range map[string]int{"a": 6000, "b": 3000, "c": 1000} {
		if n := first[name]; n < want-400 || n > want+400 { // eight standard deviations
			t.Errorf("%s was first %d times of 10,000, want about %d", name, n, want)
		}
	}
	if len(w.Queues) != 3 || w.Queues[0].Name != "a" {
		t.Error("the worker's own list was changed")
	}
}

// FuzzDecodeTask: what is read is a task that can be written, and is the same then.
func FuzzDecodeTask(f *testing.F) {
	good := &tasks.Task{ID: tasks.NewID(), Kind: "k", Version: 1, Args: json.RawMessage(`{"a":1}`), Queue: "default", Enqueued: time.Unix(1, 0)}
	data, err := good.Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"id":"00000000000000000000000000","kind":"k","v":1,"args":[],"queue":"q","more":{}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		task, err := tasks.DecodeTask(data)
		if err != nil {
			return
		}
		again, err := task.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if second, err := tasks.DecodeTask(again); err != nil || second.ID != task.ID || second.Kind != task.Kind || second.Queue != task.Queue {
			t.Fatalf("%+v, %v", second, err)
		}
	})
}
