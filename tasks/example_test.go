package tasks_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dewar-go/dewar/tasks"
)

type Welcome struct {
	User int
}

// A kind of task, and a task of it. In a view, Enqueue takes the request's Context.
func Example() {
	queue := tasks.NewQueue(tasks.Config{Broker: tasks.Memory()})
	send := tasks.New(queue, "send welcome", func(ctx context.Context, to Welcome) error {
		fmt.Println("welcome,", to.User)
		return nil
	})

	ctx := context.Background()
	if _, err := send.EnqueueContext(ctx, Welcome{User: 7}); err != nil {
		fmt.Println(err)
	}
	n, err := queue.RunDue(ctx) // in a test; a worker does it otherwise
	fmt.Println(n, err)
	// Output:
	// welcome, 7
	// 1 <nil>
}

// One that waits, and is left out while another one with the same key waits.
func ExampleKind_Unique() {
	queue := tasks.NewQueue(tasks.Config{Broker: tasks.Memory()})
	refresh := tasks.New(queue, "refresh", func(context.Context, string) error { return nil })

	for range 2 {
		id, err := refresh.In(5*time.Minute).Unique("prices").EnqueueContext(context.Background(), "prices")
		fmt.Println(id != "", err)
	}
	// Output:
	// true <nil>
	// false <nil>
}

// Settings, and an error after which the task is dead.
func ExampleNewWith() {
	queue := tasks.NewQueue(tasks.Config{Broker: tasks.Memory()})
	charge := tasks.NewWith(queue, "charge", tasks.Settings{Queue: "payments", Timeout: time.Minute}, func(_ context.Context, order int) error {
		if order < 0 {
			return tasks.Fatal(errors.New("there is no such order"))
		}
		return nil
	})

	ctx := context.Background()
	id, _ := charge.EnqueueContext(ctx, -1)
	_, err := queue.RunDue(ctx)
	info, _ := queue.Lookup(ctx, id)
	fmt.Println(err, "-", info.State)
	// Output: there is no such order - dead
}

// A task that runs when all others have ended.
func ExampleQueue_Group() {
	queue := tasks.NewQueue(tasks.Config{Broker: tasks.Memory()})
	resize := tasks.New(queue, "resize", func(_ context.Context, picture int) error {
		fmt.Println("resize", picture)
		return nil
	})
	publish := tasks.New(queue, "publish", func(_ context.Context, album string) error {
		fmt.Println("publish", album)
		return nil
	})

	ctx := context.Background()
	if _, err := queue.GroupContext(ctx, publish.With("summer"), tasks.GroupOptions{}, resize.With(1), resize.With(2)); err != nil {
		fmt.Println(err)
	}
	_, err := queue.RunDue(ctx)
	fmt.Println(err)
	// Output:
	// resize 1
	// resize 2
	// publish summer
	// <nil>
}

// Every night at three in Berlin, whichever process is there.
func ExampleQueue_EverySchedule() {
	queue := tasks.NewQueue(tasks.Config{Broker: tasks.Memory()})
	report := tasks.New(queue, "report", func(context.Context, struct{}) error { return nil })

	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		return
	}
	queue.EverySchedule(tasks.Schedule{Spec: "0 3 * * *", Location: berlin}, report.With(struct{}{}))
	queue.EverySchedule(tasks.Schedule{Spec: "@hourly", Name: "every hour"}, report.With(struct{}{}))
}

// Weights of queues, as the command worker takes them.
func ExampleParseQueues() {
	list, err := tasks.ParseQueues("mail=3,default")
	fmt.Println(list, err)
	// Output: [{mail 3} {default 1}] <nil>
}
