package redis_test

import (
	"context"
	"fmt"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/contrib/redis"
	"github.com/dewar-go/dewar/limit"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/session"
	"github.com/dewar-go/dewar/tasks"
)

// Two limits that all processes of the application share.
func ExampleServer_Limits() {
	server := redis.New(redis.Config{URL: "redis://127.0.0.1:6379"})
	limiter := limit.New(limit.Options{Store: server.Limits(""), Default: "50/hour", Strategy: limit.SlidingWindow})
	app := dewar.New(dewar.Config{})
	app.Extend(server)
	app.Extend(limiter)
	app.Post("/login", func(c *dewar.Context) error { return c.Text("welcome") }).Guard(limiter.Guard("10/minute"))
}

func ExampleServer_Sessions() {
	server := redis.New(redis.Config{URL: "rediss://shop:password@redis.example.com:6380/0"})
	store := server.Sessions(session.ServerOptions{})
	app := dewar.New(dewar.Config{Session: dewar.SessionConfig{Store: store}})
	app.Extend(server)
	app.Post("/logout-everywhere", func(c *dewar.Context) error {
		user, _ := session.Value[string](c.Session(), session.UserKey)
		if err := store.RevokeUser(c.Context(), user, nil); err != nil {
			return err
		}
		return c.Redirect(dewar.Path("/"))
	})
	fmt.Println(server)
	// Output: rediss://shop@redis.example.com:6380/0
}

// Logins that every process of the application knows, and that a restart leaves as they are.
func ExampleServer_Logins() {
	server := redis.New(redis.Config{URL: "redis://127.0.0.1:6379"})
	app := dewar.New(dewar.Config{})
	app.Extend(server)
	app.Extend(login.New(loadUser, login.Config{
		Store: server.Logins(""),
	}))
}

// Tasks that workers on several machines share.
func ExampleServer_Tasks() {
	server := redis.New(redis.Config{URL: "redis://127.0.0.1:6379"})
	queue := tasks.NewQueue(tasks.Config{Broker: server.Tasks("")})
	resize := tasks.New(queue, "resize", func(_ context.Context, picture int) error { return nil })
	app := dewar.New(dewar.Config{})
	app.Extend(server)
	app.Extend(queue)
	app.Post("/pictures/<int:id>", func(c *dewar.Context) error {
		if _, err := resize.Enqueue(c, c.Int("id")); err != nil {
			return err
		}
		return c.Redirect(dewar.Path("/"))
	})
}

type user struct {
	login.UserMixin
	id string
}

func (u *user) GetID() string { return u.id }

func loadUser(_ *dewar.Context, id string) (*user, error) { return &user{id: id}, nil }
