package redis_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar/contrib/redis"
	"github.com/dewar-go/dewar/tasks"
	"github.com/dewar-go/dewar/tasks/taskstest"
)

// ownRedis is a Redis of the test's own that syncs each write. kill ends it with SIGKILL, start starts it again.
type ownRedis struct {
	t         *testing.T
	dir, port string
	cmd       *exec.Cmd
}

func newOwnRedis(t *testing.T) *ownRedis {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		if os.Getenv("DEWAR_TEST_SERVICES") == "required" {
			t.Fatal(err)
		}
		t.Skip("redis-server is not installed")
	}
	r := &ownRedis{t: t, dir: t.TempDir(), port: freePort(t)}
	r.start()
	t.Cleanup(r.kill)
	return r
}

func (r *ownRedis) url() string { return "redis://127.0.0.1:" + r.port + "/0" }

func (r *ownRedis) start() {
	r.t.Helper()
	r.cmd = exec.Command("redis-server", "--port", r.port, "--bind", "127.0.0.1", "--dir", r.dir, "--appendonly", "yes", "--appendfsync", "always", "--save", "")
	if err := r.cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	s := redis.New(redis.Config{URL: r.url()})
	defer s.Close(context.Background())
	for end := time.Now().Add(20 * time.Second); s.Open(r.t.Context()) != nil; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			r.t.Fatal("redis-server does not answer")
		}
	}
}

func (r *ownRedis) kill() {
	_ = r.cmd.Process.Kill()
	_ = r.cmd.Wait()
}

func TestTasks(t *testing.T) {
	s := open(t, redis.Config{URL: url(t)})
	prefixes := map[tasks.Broker]string{}
	taskstest.Test(t, taskstest.Harness{
		New: func(t *testing.T) tasks.Broker {
			p := prefix(t, s)
			b := s.Tasks(p)
			prefixes[b] = p
			return b
		},
		Again: func(t *testing.T, b tasks.Broker) tasks.Broker {
			return open(t, redis.Config{URL: url(t)}).Tasks(prefixes[b])
		},
		Expire: func(t *testing.T, b tasks.Broker) {
			if err := redis.ExpireWorkers(t.Context(), b.(*redis.TaskBroker)); err != nil {
				t.Fatal(err)
			}
		},
	})
}

// What is finished leaves no key behind but the names of the queues and of the workers.
func TestTasksLeaveNothing(t *testing.T) {
	s := open(t, redis.Config{URL: url(t)})
	p := prefix(t, s)
	b := s.Tasks(p)
	q := tasks.NewQueue(tasks.Config{Broker: b, Logger: slog.New(slog.DiscardHandler)})
	ctx, cancel := context.WithCancel(t.Context())
	kind := tasks.New(q, "end", func(context.Context, int) error { cancel(); return nil })
	if _, err := kind.EnqueueContext(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if err := q.Work(ctx, tasks.WorkerOptions{}); err != nil {
		t.Fatal(err)
	}
	if got := keys(t, s, p); len(got) != 1 || got[0] != p+"q" {
		t.Errorf("keys %q", got)
	}
}

// A claim whose answer never came is given back by the next beat, and one whose answer came is not.
func TestTaskClaimAnswerLost(t *testing.T) {
	s := open(t, redis.Config{URL: url(t)})
	b := s.Tasks(prefix(t, s))
	w := tasks.Worker{Name: "w", Queues: []tasks.QueueShare{{Name: "default", Weight: 1}}}
	session, err := b.Join(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := b.Enqueue(t.Context(), &tasks.Task{ID: tasks.NewID(), Kind: "k", Version: 1, Args: []byte("1"), Queue: "default", Enqueued: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	claims, err := session.Claim(t.Context(), 2, 0)
	if err != nil || len(claims) != 2 {
		t.Fatal(claims, err)
	}
	redis.Forget(session, claims[0].ID)
	if _, err := session.Beat(t.Context()); err != nil {
		t.Fatal(err)
	}
	again, err := session.Claim(t.Context(), 2, 0)
	if err != nil || len(again) != 1 || again[0].ID != claims[0].ID || again[0].Failures != 0 || again[0].Lost != 0 {
		t.Errorf("%+v, %v", again, err)
	}
}

func TestTaskDurability(t *testing.T) {
	r := newOwnRedis(t)
	s := open(t, redis.Config{URL: r.url()})
	b := s.Tasks("")
	for _, row := range []struct{ name, value, want string }{
		{"appendfsync", "always", ""},
		{"appendfsync", "everysec", "appendfsync is not always"},
		{"appendonly", "no", "appendonly is not yes"},
		{"maxmemory-policy", "allkeys-lru", "use noeviction"},
	} {
		if err := s.Client().ConfigSet(t.Context(), row.name, row.value).Err(); err != nil {
			t.Fatal(err)
		}
		if got := b.Durability(t.Context()); row.want == "" && got != "" || !strings.Contains(got, row.want) {
			t.Errorf("%s %s: %q", row.name, row.value, got)
		}
	}
}

// The rights that the manual names are enough for the whole suite.
func TestTaskRights(t *testing.T) {
	r := newOwnRedis(t)
	s := open(t, redis.Config{URL: r.url()})
	rights := "~{tasks}:* &{tasks}:wake +@connection +eval +evalsha +time +publish +subscribe +exists +del +pexpire +@hash +@set +@sortedset +config|get"
	args := []any{"ACL", "SETUSER", "shop", "on", ">password"}
	for _, right := range strings.Fields(rights) {
		args = append(args, right)
	}
	if err := s.Client().Do(t.Context(), args...).Err(); err != nil {
		t.Fatal(err)
	}
	shop := open(t, redis.Config{URL: "redis://shop:password@127.0.0.1:" + r.port + "/0"})
	taskstest.Test(t, taskstest.Harness{New: func(t *testing.T) tasks.Broker {
		if err := s.Client().FlushDB(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		return shop.Tasks("")
	}})
}

func counting(s *redis.Server) (*tasks.Queue, tasks.Kind[int]) {
	q := tasks.NewQueue(tasks.Config{Broker: s.Tasks(""), Logger: slog.New(slog.DiscardHandler)})
	return q, tasks.New(q, "count", func(ctx context.Context, n int) error {
		pipe := s.Client().TxPipeline()
		pipe.SAdd(ctx, "effects", n)
		pipe.Incr(ctx, "runs")
		_, err := pipe.Exec(ctx)
		return err
	})
}

// killedWorker is a worker process that is killed.
func killedWorker(url string) {
	s := redis.New(redis.Config{URL: url})
	q, _ := counting(s)
	fmt.Println("ready")
	if err := q.Work(context.Background(), tasks.WorkerOptions{Concurrency: 8}); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// TestTasksKilled kills worker processes and Redis with SIGKILL again and again: every task that was accepted runs. A
// task of a killed worker runs after its lease by itself, within 35 seconds. DEWAR_TEST_TASKS is how many tasks there
// are (make test-tasks: 20,000).
func TestTasksKilled(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("DEWAR_TEST_TASKS"))
	if err != nil {
		n = 400
	}
	r := newOwnRedis(t)
	s := open(t, redis.Config{URL: r.url()})
	_, kind := counting(s)
	accepted := make(chan int)
	go func() {
		defer close(accepted)
		for i := 0; i < n; {
			args := make([]int, min(20, n-i))
			for j := range args {
				args[j] = i + j
			}
			if kind.EnqueueAll(t.Context(), args...) == nil { // one that fails while Redis is away is tried again
				i += len(args)
			} else if t.Context().Err() != nil {
				return
			}
		}
	}()
	worker := func() *exec.Cmd {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "DEWAR_TEST_TASK_WORKER="+r.url())
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cmd.Process.Kill() })
		if line, _ := bufio.NewReader(out).ReadString('\n'); strings.TrimSpace(line) != "ready" {
			t.Fatalf("the worker says %q", line)
		}
		return cmd
	}
	effects := func() int { return int(s.Client().SCard(t.Context(), "effects").Val()) }
	await := func(want int, within time.Duration) {
		t.Helper()
		for end := time.Now().Add(within); effects() < want; time.Sleep(5 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%d of %d tasks ran", effects(), want)
			}
		}
	}
	const kills = 4
	for k := range kills {
		w := [2]*exec.Cmd{worker(), worker()}
		await(n*(k+1)/(kills+2), time.Minute)
		if k%2 == 1 {
			r.kill()
			r.start()
		}
		for _, cmd := range w {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	}
	for range accepted {
	}
	died := time.Now()
	worker()
	await(n, 35*time.Second+time.Duration(n)*5*time.Millisecond)
	runs, err := s.Client().Get(t.Context(), "runs").Int()
	if err != nil || runs < n {
		t.Errorf("%d tasks ran %d times, %v", n, runs, err)
	}
	t.Logf("%d tasks, %d runs, the last %v after the last kill", n, runs, time.Since(died))
}
