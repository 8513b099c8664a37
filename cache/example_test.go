package cache_test

import (
	"context"
	"fmt"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/cache"
)

// Values that are expensive to load, one for each key.
func Example() {
	store := cache.NewMemory(64 << 20)
	greeting := cache.Of(store, "greeting", time.Minute, func(_ context.Context, name string) (string, error) {
		fmt.Println("loading", name)
		return "Hello, " + name, nil
	})
	ctx := context.Background()
	for range 2 {
		text, err := greeting.Get(ctx, "Ada")
		fmt.Println(text, err)
	}
	_ = greeting.Delete(ctx, "Ada")
	text, _ := greeting.Get(ctx, "Ada")
	fmt.Println(text)
	// Output:
	// loading Ada
	// Hello, Ada <nil>
	// Hello, Ada <nil>
	// loading Ada
	// Hello, Ada
}

// A value that is forgotten with whatever it was made from.
func ExampleInvalidate() {
	store, ctx := cache.NewMemory(0), context.Background()
	posts := 3
	count := cache.New(store, "count", cache.Options[string]{
		TTL:  time.Hour,
		Tags: func(author string) []string { return []string{"posts of " + author} },
	}, func(context.Context, string) (int, error) { return posts, nil })
	n, _ := count.Get(ctx, "ada")
	fmt.Println(n)
	posts = 4
	_ = cache.Invalidate(ctx, store, "posts of ada")
	n, _ = count.Get(ctx, "ada")
	fmt.Println(n)
	// Output:
	// 3
	// 4
}

// A page that is the same for everybody.
func ExampleView() {
	store := cache.NewMemory(0)
	app := dewar.New(dewar.Config{})
	app.Get("/", func(c *dewar.Context) error { return c.Text("made once a minute") }).
		Guard(cache.View(store, time.Minute))
}
