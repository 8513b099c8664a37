package cli

import (
	"context"
	"fmt"
	"net"
	"strconv"

	urfave "github.com/urfave/cli/v3"
)

// run serves the application until the process is told to end.
func (p *program) run() *urfave.Command {
	return &urfave.Command{
		Name:  "run",
		Usage: "serve the application",
		Flags: append([]urfave.Flag{
			&urfave.StringFlag{Name: "host", Usage: "listen on `ADDRESS`", Value: "127.0.0.1"},
			&urfave.IntFlag{Name: "port", Usage: "listen on `PORT`; 0 takes a free one", Value: 5000},
		}, options()...),
		Action: func(ctx context.Context, c *urfave.Command) error {
			port := c.Int("port")
			if port < 0 || port > 65535 {
				return &usageError{fmt.Sprintf("port %d is not between 0 and 65535", port), "run --help"}
			}
			app, err := p.app(c, func(url string, _ net.Addr) {
				fmt.Fprintf(p.stderr, "Running on %s (press Ctrl+C to stop)\n", url)
			})
			if err != nil {
				return err
			}
			return app.RunContext(ctx, net.JoinHostPort(c.String("host"), strconv.Itoa(port)))
		},
	}
}
