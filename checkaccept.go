package dewar

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/dewar-go/dewar/internal/checks"
)

// An Acceptance says that a finding of [App.Check] is known and stays, for a
// time. It goes by number and subject, so that it survives a moved line. An
// error is not accepted: the app would not start.
//
// One that has ended, that is incomplete or, where the app is checked as one in
// the open, that matches nothing is a finding itself.
type Acceptance struct {
	// Number is the finding's, such as "DW302". Required.
	Number string
	// Subject is the finding's, such as "route /hook (hook)". Default: "", all
	// findings of the number.
	Subject string
	// Reason says why it stays. Required.
	Reason string
	// Until is the last day on which it is accepted, as "2027-06-30", within a
	// year from today. Required.
	Until string
}

// mistake says what is missing, "" when nothing is.
func (a Acceptance) mistake(now time.Time) string {
	until, err := time.Parse(time.DateOnly, a.Until)
	switch {
	case a.Number == "":
		return "it has no Number"
	case a.Reason == "":
		return "it has no Reason"
	case err != nil:
		return fmt.Sprintf("Until %q is not a date like 2027-06-30", a.Until)
	case until.After(now.AddDate(1, 0, 1)):
		return "Until is more than a year away"
	}
	return ""
}

// numbered gives the findings their numbers, orders them, and takes out those
// that are accepted.
func (a *App) numbered(list []Finding) []Finding {
	for i := range list {
		if r, ok := checks.ByID(list[i].ID); ok {
			list[i].Number, list[i].Page = r.Number, r.Page()
		}
	}
	now := time.Now()
	var about []Finding
	for i, accept := range a.cfg.Accepted {
		add := func(id, message, remedy string) {
			r, _ := checks.ByID(id)
			about = append(about, Finding{
				ID: id, Number: r.Number, Page: r.Page(), Subject: fmt.Sprintf("Config.Accepted[%d]", i), Source: a.location,
				Message: message, Remedy: remedy,
			})
		}
		name := cmp.Or(accept.Number, "an acceptance")
		if text := accept.mistake(now); text != "" {
			add("accept-incomplete", name+" is not accepted: "+text, "write Number, Reason and Until")
			continue
		}
		if accept.Until < now.Format(time.DateOnly) {
			add("accept-expired", name+" was accepted until "+accept.Until+": "+accept.Reason, "mend the finding, or decide anew")
			continue
		}
		before := len(list)
		list = slices.DeleteFunc(list, func(f Finding) bool {
			return f.Number == accept.Number && f.Severity < SeverityError && (accept.Subject == "" || accept.Subject == f.Subject)
		})
		if len(list) == before && a.mode != loopback {
			add("accept-unused", fmt.Sprintf("%s is accepted for %q, and nothing reports it", accept.Number, accept.Subject), "take it out")
		}
	}
	list = append(list, about...)
	slices.SortStableFunc(list, func(x, y Finding) int { return cmp.Compare(y.Severity, x.Severity) })
	return slices.Compact(list)
}
