package db_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/dewar-go/dewar/contrib/db"
	"github.com/dewar-go/dewar/contrib/db/dbtest"
	"github.com/dewar-go/dewar/tasks"
)

func TestMain(m *testing.M) {
	if url := os.Getenv("DEWAR_TEST_TASK_WORKER"); url != "" {
		crashWorker(url)
		return
	}
	os.Exit(m.Run())
}

// counting registers a kind that counts a number in the database: every run in one table, and the first in another,
// by Once.
func counting(d *db.Database) (*tasks.Queue, tasks.Kind[int]) {
	q := tasks.NewQueue(tasks.Config{Broker: d.Tasks(), Logger: slog.New(slog.DiscardHandler)})
	return q, tasks.New(q, "count", func(ctx context.Context, n int) error {
		return d.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
			if _, err := tx.Tx.ExecContext(ctx, fmt.Sprintf("INSERT INTO runs (n) VALUES (%d)", n)); err != nil {
				return err
			}
			first, err := tasks.Once(ctx, tx, "")
			if err != nil || !first {
				return err
			}
			_, err = tx.Tx.ExecContext(ctx, fmt.Sprintf("INSERT INTO effects (n) VALUES (%d)", n))
			return err
		})
	})
}

// crashWorker is a worker process that is killed.
func crashWorker(url string) {
	d := db.New(db.Config{URL: url})
	if err := d.Open(context.Background()); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	q, _ := counting(d)
	fmt.Println("ready")
	if err := q.Work(context.Background(), tasks.WorkerOptions{Concurrency: 8}); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// TestTasksKilled kills worker processes with SIGKILL again and again: every task that was accepted has its effect, and
// has it once. DEWAR_TEST_TASKS is how many tasks there are (make test-tasks: 20,000).
func TestTasksKilled(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("DEWAR_TEST_TASKS"))
	if err != nil {
		n = 400
	}
	dbtest.Each(t, func(t *testing.T, url string) {
		d := open(t, db.Config{URL: url})
		for _, table := range []string{"CREATE TABLE runs (n INTEGER)", "CREATE TABLE effects (n INTEGER PRIMARY KEY)"} {
			if err := d.InTx(t.Context(), func(ctx context.Context, tx bun.Tx) error { _, err := tx.ExecContext(ctx, table); return err }); err != nil {
				t.Fatal(err)
			}
		}
		_, kind := counting(d)
		accepted := make(chan int)
		go func() {
			defer close(accepted)
			for i := 0; i < n; i += 20 {
				args := make([]int, min(20, n-i))
				for j := range args {
					args[j] = i + j
				}
				if err := kind.EnqueueAll(t.Context(), args...); err != nil {
					t.Error(err)
				}
			}
		}()
		worker := func() *exec.Cmd {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), "DEWAR_TEST_TASK_WORKER="+url)
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if line, _ := bufio.NewReader(out).ReadString('\n'); strings.TrimSpace(line) != "ready" {
				t.Fatalf("the worker says %q", line)
			}
			return cmd
		}
		count := func(text string) (c int) {
			if err := d.Reader().DB.QueryRowContext(t.Context(), text).Scan(&c); err != nil {
				t.Fatal(err)
			}
			return c
		}
		kill := func(w *exec.Cmd) {
			_ = w.Process.Kill()
			_ = w.Wait()
		}
		const kills = 4
		for k := range kills {
			w := [2]*exec.Cmd{worker(), worker()}
			for end := time.Now().Add(30 * time.Second); count("SELECT COUNT(*) FROM effects") < n*(k+1)/(kills+2) && time.Now().Before(end); {
				time.Sleep(rand.N(20 * time.Millisecond))
			}
			kill(w[0])
			kill(w[1])
		}
		for range accepted {
		}
		// What the dead held runs when they are known to be dead.
		b := d.Tasks()
		if running := stateCount(t, b, tasks.Running); running > kills*2*8 {
			t.Errorf("%d tasks run and nobody does", running)
		}
		db.ExpireWorkers(t, b)
		w := worker()
		defer kill(w)
		for end := time.Now().Add(2 * time.Minute); stateCount(t, b, "") > 0 && time.Now().Before(end); {
			time.Sleep(50 * time.Millisecond)
		}
		effects, runs := count("SELECT COUNT(*) FROM effects"), count("SELECT COUNT(*) FROM runs")
		if effects != n {
			t.Errorf("%d of %d tasks had their effect", effects, n)
		}
		if more := runs - n; more < 0 || more > kills*2*8 {
			t.Errorf("%d tasks ran %d times", n, runs)
		}
		t.Logf("%d tasks, %d runs", n, runs)
	})
}

// stateCount counts tasks, of a state or of all but those that are finished.
func stateCount(t *testing.T, b *db.TaskBroker, state tasks.State) (n int) {
	t.Helper()
	stats, err := b.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range stats {
		switch state {
		case tasks.Running:
			n += s.Running
		case tasks.Dead:
			n += s.Dead
		default:
			n += s.Waiting + s.Running + s.Scheduled + s.Dead
		}
	}
	return n
}
