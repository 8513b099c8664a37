package tasks

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/dewar-go/dewar"
)

// addCommands adds worker and the tasks commands to the app's command line.
func (q *Queue) addCommands(app *dewar.App) {
	add := func(name, usage, args string, flags *flag.FlagSet, run func(context.Context, dewar.CommandLine) error) {
		dewar.AddCommand(app, dewar.Command{Name: name, Usage: usage, Args: args, Flags: flags, Run: func(ctx context.Context, line dewar.CommandLine) error {
			if args != "" && len(line.Args) == 0 {
				return fmt.Errorf("tasks: %s needs an ID, as tasks list shows it", name)
			}
			q.config.Workers = -1
			if err := app.Start(ctx); err != nil {
				return err
			}
			return run(ctx, line)
		}})
	}
	var queues, state, queue, kind string
	var concurrency int
	worker, filter := flag.NewFlagSet("worker", flag.ContinueOnError), flag.NewFlagSet("list", flag.ContinueOnError)
	worker.StringVar(&queues, "queues", "", "take tasks of the queues `NAMES`, with weights such as mail=3,default; all when left out")
	worker.IntVar(&concurrency, "concurrency", 8, "run `N` tasks at once")
	filter.StringVar(&state, "state", "", "only those that are `STATE`: waiting, scheduled, running, held, finished or dead")
	filter.StringVar(&queue, "queue", "", "only those of the queue `NAME`")
	filter.StringVar(&kind, "kind", "", "only those of the kind `NAME`")
	add("worker", "run tasks until the process is told to end", "", worker, func(ctx context.Context, line dewar.CommandLine) error {
		shares, err := ParseQueues(queues)
		if err != nil {
			return err
		}
		if concurrency < 1 {
			return errors.New("tasks: worker: --concurrency is 1 or more")
		}
		fmt.Fprintln(line.Stderr, "Running tasks (press Ctrl+C to stop)")
		return q.Work(ctx, WorkerOptions{Queues: shares, Concurrency: concurrency, now: secondSignal(ctx)})
	})
	add("tasks stats", "count tasks by queue", "", nil, q.printStats)
	add("tasks list", "list tasks", "", filter, func(ctx context.Context, line dewar.CommandLine) error {
		return q.printList(ctx, line, Filter{State: State(state), Queue: queue, Kind: kind})
	})
	add("tasks show", "show tasks with their errors", "ID...", nil, q.printTasks)
	add("tasks replay", "make dead tasks wait again", "ID...", nil, each("waits again", q.config.Broker.Replay))
	add("tasks discard", "remove tasks; one that runs is told to end", "ID...", nil, each("is discarded", q.config.Broker.Discard))
}

// secondSignal returns a channel that is closed when a signal comes after the one that ended ctx.
func secondSignal(ctx context.Context) <-chan struct{} {
	now := make(chan struct{})
	context.AfterFunc(ctx, func() {
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
		<-signals
		close(now)
	})
	return now
}

// ParseQueues reads the names of queues with their weights, such as "mail=3,default".
func ParseQueues(text string) (list []QueueShare, err error) {
	for part := range strings.SplitSeq(text, ",") {
		if text == "" {
			return nil, nil
		}
		name, weight, weighted := strings.Cut(strings.TrimSpace(part), "=")
		n := 1
		if weighted {
			n, err = strconv.Atoi(weight)
		}
		if err != nil || n < 1 || n > 1000 || !queueForm.MatchString(name) {
			return nil, fmt.Errorf("tasks: %q is no queue: its name is of a to z, 0 to 9, _ and -, its weight 1 to 1000", part)
		}
		list = append(list, QueueShare{name, n})
	}
	return list, nil
}

func (q *Queue) printStats(ctx context.Context, c dewar.CommandLine) error {
	list, err := q.config.Broker.Stats(ctx)
	if err != nil {
		return err
	}
	return table(c.Stdout, "QUEUE\tWAITING\tSCHEDULED\tRUNNING\tDEAD\tOLDEST", func(w io.Writer) {
		for _, s := range list {
			fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%s\n", s.Queue, s.Waiting, s.Scheduled, s.Running, s.Dead, s.Oldest.Round(time.Second))
		}
	})
}

func (q *Queue) printList(ctx context.Context, c dewar.CommandLine, f Filter) error {
	list, err := q.config.Broker.List(ctx, f)
	if err != nil {
		return err
	}
	return table(c.Stdout, "ID\tSTATE\tQUEUE\tKIND\tATTEMPT\tSINCE\tERROR", func(w io.Writer) {
		for _, i := range list {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\t%s\n", i.ID, i.State, i.Queue, printable(i.Kind), i.Attempt, i.Since().Format(time.DateTime), printable(clip(i.LastError(), 80)))
		}
	})
}

func (q *Queue) printTasks(ctx context.Context, c dewar.CommandLine) error {
	for _, id := range c.Args {
		i, err := q.Lookup(ctx, id)
		if err != nil {
			return fmt.Errorf("%w: %s", err, printable(id))
		}
		err = table(c.Stdout, "ID\t"+i.ID, func(w io.Writer) {
			fmt.Fprintf(w, "kind\t%s, version %d\nstate\t%s\nqueue\t%s\nattempts\t%d, %d failed, %d lost\nenqueued\t%s\n",
				printable(i.Kind), i.Version, i.State, i.Queue, i.Attempt, i.Failures, i.Lost, i.Enqueued.Format(time.DateTime))
			for _, row := range [][2]string{{"group", i.Group}, {"request", i.RequestID}, {"worker", i.Worker}, {"arguments", string(i.Args)}, {"result", string(i.Result)}} {
				if row[1] != "" {
					fmt.Fprintf(w, "%s\t%s\n", row[0], printable(clip(row[1], 1000)))
				}
			}
			if p := i.Progress; p != nil {
				fmt.Fprintf(w, "progress\t%d of %d %s\n", p.Done, p.Total, printable(p.Note))
			}
			for _, f := range i.Errors {
				fmt.Fprintf(w, "error\t%s, attempt %d: %s\n", f.At.Format(time.DateTime), f.Attempt, printable(f.Error))
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// each applies an operation of the broker to all tasks that are named.
func each(done string, f func(context.Context, string) error) func(context.Context, dewar.CommandLine) error {
	return func(ctx context.Context, c dewar.CommandLine) error {
		var errs []error
		for _, id := range c.Args {
			if err := f(ctx, id); err != nil {
				errs = append(errs, fmt.Errorf("%w: %s", err, printable(id)))
				continue
			}
			fmt.Fprintln(c.Stdout, id, done)
		}
		return errors.Join(errs...)
	}
}

func table(to io.Writer, head string, body func(io.Writer)) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, head)
	body(w)
	return w.Flush()
}

// printable keeps a terminal from obeying what strangers wrote.
func printable(s string) string {
	q := strconv.Quote(s)
	return strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`)
}

// LastError is the text of the last failure, "" for none.
func (i *Info) LastError() string {
	if len(i.Errors) == 0 {
		return ""
	}
	return i.Errors[len(i.Errors)-1].Error
}

// Since is when the task came into its state.
func (i *Info) Since() time.Time {
	switch i.State {
	case Running:
		return i.Started
	case Finished, Dead:
		return i.Ended
	case Scheduled:
		return i.RunAt
	}
	return i.Enqueued
}
