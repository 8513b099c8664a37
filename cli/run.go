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
			&urfave.StringFlag{Name: "cert", Usage: "serve HTTPS with the certificate in `FILE`, read again when it changes; adhoc makes one, in debug mode on a loopback address"},
			&urfave.StringFlag{Name: "key", Usage: "the certificate's private key is in `FILE`"},
		}, options()...),
		Action: func(ctx context.Context, c *urfave.Command) error {
			port := c.Int("port")
			if port < 0 || port > 65535 {
				return &usageError{fmt.Sprintf("port %d is not between 0 and 65535", port), "run --help"}
			}
			switch cert, key := c.String("cert"), c.String("key"); {
			case cert == "adhoc" && key != "":
				return &usageError{"--key goes with a certificate's file; leave it out with --cert adhoc", "run --help"}
			case cert != "" && cert != "adhoc" && key == "":
				return &usageError{"--cert needs --key as well", "run --help"}
			case cert == "" && key != "":
				return &usageError{"--key needs --cert as well", "run --help"}
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
