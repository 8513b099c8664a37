package thirdparty

import (
	"fmt"
	"net"
	"os"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/contrib/redis"
	"github.com/dewar-go/dewar/limit"
	"github.com/dewar-go/dewar/session"
)

// shop is a program of which several processes run behind nginx. Its settings
// come from the environment, as in docs/deploy-nginx.md.
func shop() int {
	type settings struct {
		dewar.Config
		RedisURL dewar.Secret
		Addr     string
		Hang     bool
	}
	cfg, err := dewar.LoadConfig[settings]("SHOP_")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	server := redis.New(redis.Config{URL: cfg.RedisURL.Value()})
	cfg.Session.Store = server.Sessions(session.ServerOptions{})
	cfg.OnListen = func(url string, _ net.Addr) { fmt.Println("listening", url) }
	app := dewar.New(cfg.Config)
	app.Extend(server)
	limiter := limit.New(limit.Options{Store: server.Limits("")})
	app.Extend(limiter)

	app.Get("/who", func(c *dewar.Context) error {
		root, err := c.URL(dewar.Path("/").External())
		if err != nil {
			return err
		}
		return c.JSON(map[string]any{
			"pid": os.Getpid(), "ip": c.ClientIP().String(), "scheme": c.Scheme(), "host": c.Host(), "url": root,
		})
	})
	app.Get("/count", func(c *dewar.Context) error {
		n, _ := session.Value[int](c.Session(), "n")
		return c.Text(fmt.Sprint(n))
	})
	app.Post("/count", func(c *dewar.Context) error {
		n, _ := session.Value[int](c.Session(), "n")
		c.Session().Set("n", n+1)
		return c.Text(fmt.Sprint(n + 1))
	})
	app.Get("/limited", func(c *dewar.Context) error { return c.Text(fmt.Sprint(os.Getpid())) }).Guard(limiter.Guard("20/day"))
	app.Get("/few", func(c *dewar.Context) error { return c.Text("few") }).Guard(limiter.Guard("3/day"))
	app.Get("/hang", func(c *dewar.Context) error {
		if cfg.Hang {
			fmt.Println("hanging")
			<-c.Context().Done()
		}
		return c.Text("done")
	})
	if err := app.Run(cfg.Addr); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
