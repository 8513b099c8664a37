package tasks

import (
	"errors"
	"fmt"
	"time"
)

// verdict is an error that says what becomes of the task.
type verdict struct {
	outcome Outcome
	timed   bool // After is the handler's
	err     error
}

func (v *verdict) Error() string { return v.err.Error() }
func (v *verdict) Unwrap() error { return v.err }

// Fatal returns an error after which the task is dead, for what another attempt cannot mend. nil stays nil.
func Fatal(err error) error {
	if err == nil {
		return nil
	}
	return &verdict{Outcome{Verdict: Buried}, false, err}
}

// RetryAfter returns an error after which the task is tried again in d instead of after its backoff, such as the
// Retry-After of a server. It is a failed attempt.
func RetryAfter(d time.Duration, err error) error {
	if err == nil {
		err = fmt.Errorf("tasks: again in %v", d)
	}
	return &verdict{Outcome{Verdict: Failed, After: d}, true, err}
}

// Snooze returns an error after which the task runs again in d, as if this attempt had not been: for what is not ready.
func Snooze(d time.Duration) error {
	return &verdict{Outcome{Verdict: Again, After: d}, true, fmt.Errorf("tasks: snoozed for %v", d)}
}

// outcomeOf turns a handler's error into an outcome.
func (d *definition) outcomeOf(t *Task, err error) Outcome {
	if err == nil {
		return Outcome{Verdict: Done}
	}
	o := Outcome{Verdict: Failed, Error: clip(err.Error(), MaxError)}
	var v *verdict
	var bad *badArgs
	switch {
	case errors.As(err, &bad):
		o.Verdict = Buried
	case errors.As(err, &v):
		o.Verdict, o.After = v.outcome.Verdict, max(v.outcome.After, 0)
	}
	if o.Verdict == Failed && t.Failures+1 >= d.settings.MaxAttempts {
		o.Verdict = Buried
	}
	if o.Verdict == Failed && (v == nil || !v.timed) {
		o.After = d.settings.Backoff(t.Failures + 1)
	}
	return o
}
