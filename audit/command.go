package audit

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/dewar-go/dewar"
)

// addCommands adds "audit verify", "audit list", "audit purge" and "audit key".
func (l *Log) addCommands(app *dewar.App) {
	verify := flag.NewFlagSet("", flag.ContinueOnError)
	checkpoints := verify.String("checkpoints", "", "compare the log with the checkpoints in `FILE`, kept where nobody who writes the log can write")
	dewar.AddCommand(app, dewar.Command{
		Name: "audit verify", Usage: "find out whether the audit log is what was written", Flags: verify,
		Run: func(ctx context.Context, line dewar.CommandLine) error {
			return l.verifyCommand(ctx, line, *checkpoints)
		},
	})
	list := flag.NewFlagSet("", flag.ContinueOnError)
	last, who := list.Uint64("last", 20, "show the last `N` records"), list.String("who", "", "show those of this user id or address only")
	dewar.AddCommand(app, dewar.Command{
		Name: "audit list", Usage: "show records of the audit log with what is personal in them", Flags: list,
		Run: func(ctx context.Context, line dewar.CommandLine) error { return l.list(ctx, line, *last, *who) },
	})
	purge := flag.NewFlagSet("", flag.ContinueOnError)
	before := purge.String("before", "", "remove records from before this `DAY` (2006-01-02, UTC)")
	dewar.AddCommand(app, dewar.Command{
		Name: "audit purge", Usage: "remove old records behind a signed end", Flags: purge,
		Run: func(ctx context.Context, line dewar.CommandLine) error {
			day, err := time.Parse(time.DateOnly, *before)
			if err != nil {
				return fmt.Errorf("audit: purge: --before %q is no day such as 2026-01-31", *before)
			}
			if err := app.Start(ctx); err != nil {
				return err
			}
			through, err := l.Purge(ctx, day)
			if err == nil {
				_, err = fmt.Fprintf(line.Stdout, "removed up to record %d\n", through)
			}
			return err
		},
	})
	dewar.AddCommand(app, dewar.Command{
		Name: "audit key", Usage: "print the public key that checkpoints are verified with",
		Run: func(_ context.Context, line dewar.CommandLine) error {
			_, err := fmt.Fprintln(line.Stdout, newSigner(app.Keys()).trusted[0])
			return err
		},
	})
}

// verifyCommand is "audit verify". Its exit status is 1 when something is wrong.
func (l *Log) verifyCommand(ctx context.Context, line dewar.CommandLine, file string) error {
	var list []Checkpoint
	if file != "" {
		f, err := os.Open(file)
		if err != nil {
			return fmt.Errorf("audit: checkpoints: %w", err)
		}
		defer f.Close()
		var others int
		if list, others, err = ReadCheckpoints(f); err != nil {
			return err
		}
		if others > 0 {
			fmt.Fprintf(line.Stderr, "%d lines of %s are no checkpoints\n", others, file)
		}
	}
	r, err := l.Verify(ctx, list)
	if r.Unknown > 0 {
		fmt.Fprintf(line.Stderr, "%d checkpoints are not signed by a key that is trusted; keys that were retired belong into audit.Config.Signers\n", r.Unknown)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(line.Stdout, "log %s: records %d to %d are whole, the last has the hash %s\n", r.Log, r.First, r.Last, r.Hash)
	if r.Erased > 0 {
		fmt.Fprintf(line.Stdout, "personal values were erased in %d records\n", r.Erased)
	}
	if r.Unchecked > 0 {
		fmt.Fprintf(line.Stdout, "the personal values of %d records cannot be checked: the key of their pseudonyms was retired\n", r.Unchecked)
	}
	if r.Unacknowledged > 0 {
		fmt.Fprintf(line.Stdout, "the last %d records stand behind the head, as after a crash: the next start takes them up\n", r.Unacknowledged)
	}
	switch {
	case file == "":
		_, err = fmt.Fprintln(line.Stdout, "without checkpoints from elsewhere (--checkpoints) a log that was shortened or rewritten as a whole is not found out")
	case r.Checkpoints == 0:
		err = fmt.Errorf("audit: no checkpoint of %s is of these records", file)
	default:
		_, err = fmt.Fprintf(line.Stdout, "%d checkpoints agree, up to record %d\n", r.Checkpoints, r.Covered)
	}
	return err
}

// list is "audit list".
func (l *Log) list(ctx context.Context, line dewar.CommandLine, last uint64, who string) error {
	head, err := l.store.Head(ctx)
	if err != nil {
		return err
	}
	after := head.Seq - min(last, head.Seq)
	if who != "" {
		after = 0
	}
	return l.store.Read(ctx, after, func(row Row) error {
		r, v := &row.Record, row.Values
		if who != "" && !v.Erase(who) {
			return nil
		}
		v = row.Values
		text := []string{fmt.Sprint(r.Seq), r.Time.Format(time.RFC3339), string(r.Event), string(r.Outcome), r.Code}
		for _, p := range []struct{ name, value string }{
			{"actor", v.Actor}, {"impersonator", v.Impersonator}, {"target", v.Target}, {"ip", v.IP}, {"detail", v.Private["detail"]}, {"request", r.RequestID}, {"data", string(r.Data)},
		} {
			if p.value != "" {
				text = append(text, fmt.Sprintf("%s=%q", p.name, p.value))
			}
		}
		_, err := fmt.Fprintln(line.Stdout, strings.Join(text, " "))
		return err
	})
}
