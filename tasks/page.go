package tasks

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/dewar-go/dewar"
)

//go:embed templates
var embedded embed.FS

// pageLook is how often the page looks at the queues.
const pageLook = 2 * time.Second

// Pages returns a blueprint named tasks with pages that show the queues, live, and tasks with their arguments and
// errors, and let people replay and discard them. It needs a guard, for what it shows and does is for few:
//
//	app.Register(queue.Pages("/admin/tasks", login.Required, permit.Need(admin)))
//
// Without one it panics. The templates are tasks/base.html and the others in this package's folder; those of the app
// with the same names come first.
func (q *Queue) Pages(prefix string, guards ...dewar.Guard) *dewar.Blueprint {
	if len(guards) == 0 {
		panic(fmt.Sprintf("tasks: Pages(%q) at %s: it needs a guard, such as permit.Need(admin): the pages show what tasks are about, and replay them", prefix, place(0)))
	}
	templates, err := fs.Sub(embedded, "templates")
	if err != nil {
		panic(err) // the name is a constant
	}
	b := dewar.NewBlueprint("tasks", dewar.BlueprintOptions{Prefix: prefix, Templates: templates})
	b.Guard(guards...)
	b.Get("/", q.indexPage).Name("index")
	b.Get("/live", q.livePage).Name("live")
	dewar.Get1(b, "/<id>", q.showPage).Name("show")
	dewar.Post1(b, "/<id>/replay", q.actPage(q.config.Broker.Replay)).Name("replay")
	dewar.Post1(b, "/<id>/discard", q.actPage(q.config.Broker.Discard)).Name("discard")
	return b
}

// shown is a task as the templates see it.
func shown(i Info) dewar.Vars {
	var failures []dewar.Vars
	for _, f := range slices.Backward(i.Errors) {
		failures = append(failures, dewar.Vars{"attempt": f.Attempt, "at": f.At.UTC().Format(time.DateTime), "error": f.Error})
	}
	return dewar.Vars{
		"id": i.ID, "kind": i.Kind, "queue": i.Queue, "state": string(i.State), "attempt": i.Attempt,
		"since": i.Since().UTC().Format(time.DateTime), "error": i.LastError(), "errors": failures,
	}
}

var pageStates = []State{Dead, Running, Waiting, Scheduled, Held, Finished}

func (q *Queue) indexPage(c *dewar.Context) error {
	state := Dead
	for _, s := range pageStates {
		if string(s) == c.Query("state") {
			state = s
		}
	}
	stats, err := q.config.Broker.Stats(c.Context())
	if err != nil {
		return err
	}
	list, err := q.config.Broker.List(c.Context(), Filter{State: state, After: c.Query("after")})
	if err != nil {
		return err
	}
	vars := dewar.Vars{"queues": queueRows(stats), "state": string(state), "states": pageStates, "after": ""}
	rows := make([]dewar.Vars, len(list))
	for i, info := range list {
		rows[i] = shown(info)
	}
	if vars["list"] = rows; len(list) == MaxList {
		vars["after"] = list[MaxList-1].ID
	}
	return c.Render("tasks/index.html", vars)
}

// queueRows are the cells of the queues' table.
func queueRows(stats []QueueStats) [][]string {
	rows := make([][]string, len(stats))
	for i, s := range stats {
		rows[i] = []string{s.Queue, strconv.Itoa(s.Waiting), strconv.Itoa(s.Scheduled), strconv.Itoa(s.Running), strconv.Itoa(s.Dead), s.Oldest.Round(time.Second).String()}
	}
	return rows
}

// livePage sends the queues when they change.
func (q *Queue) livePage(c *dewar.Context) error {
	return c.Events(func(send func(dewar.Event) error) error {
		look := time.NewTicker(pageLook)
		defer look.Stop()
		for last := ""; ; {
			stats, err := q.config.Broker.Stats(c.Context())
			if err != nil {
				return err
			}
			data, err := json.Marshal(queueRows(stats))
			if err != nil {
				return err
			}
			event := dewar.Event{Data: string(data)}
			if event.Data == last {
				event = dewar.Event{} // so that it is noticed when the client is gone
			} else {
				last = event.Data
			}
			if err := send(event); err != nil {
				return err
			}
			select {
			case <-look.C:
			case <-c.Context().Done():
				return nil
			}
		}
	})
}

func (q *Queue) showPage(c *dewar.Context, id string) error {
	i, err := q.Lookup(c.Context(), id)
	if err != nil {
		return pageError(err)
	}
	rows := [][2]string{
		{"id", i.ID}, {"state", string(i.State)}, {"queue", i.Queue}, {"arguments", string(i.Args)}, {"attempts", fmt.Sprintf("%d, %d failed, %d lost", i.Attempt, i.Failures, i.Lost)},
		{"enqueued", i.Enqueued.UTC().Format(time.DateTime)}, {"group", i.Group}, {"request", i.RequestID}, {"worker", i.Worker}, {"result", string(i.Result)},
	}
	if p := i.Progress; p != nil {
		rows = append(rows, [2]string{"progress", fmt.Sprintf("%d of %d %s", p.Done, p.Total, p.Note)})
	}
	rows = slices.DeleteFunc(rows, func(r [2]string) bool { return r[1] == "" })
	return c.Render("tasks/show.html", dewar.Vars{"t": shown(i), "rows": rows})
}

func (q *Queue) actPage(act func(context.Context, string) error) func(*dewar.Context, string) error {
	return func(c *dewar.Context, id string) error {
		if err := act(c.Context(), id); err != nil {
			return pageError(err)
		}
		return c.Redirect(dewar.To("tasks.index"))
	}
}

// pageError is the answer for an error of the broker.
func pageError(err error) error {
	switch {
	case errors.Is(err, ErrNotFound):
		return &dewar.HTTPError{Code: http.StatusNotFound, Err: err}
	case errors.Is(err, ErrDuplicate):
		return &dewar.HTTPError{Code: http.StatusConflict, Title: "Another task has the same unique key", Err: err}
	}
	return err
}
