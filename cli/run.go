package cli

import (
	"context"
	"fmt"
	"net"
	"os"
	"strconv"

	urfave "github.com/urfave/cli/v3"
)

// run is the command run: it serves the application until the process is told to end.
func (p *program) run() *urfave.Command {
	return &urfave.Command{
		Name:  "run",
		Usage: "serve the application",
		Flags: append([]urfave.Flag{
			&urfave.StringFlag{Name: "host", Usage: "listen on `ADDRESS`, as -h ADDRESS does", Value: p.host},
			&urfave.IntFlag{Name: "port", Aliases: []string{"p"}, Usage: "listen on `PORT`; 0 takes a free one. The environment's PORT is the default, where it is set", Value: p.port},
			&urfave.StringFlag{Name: "cert", Usage: "serve HTTPS with the certificate in `FILE`, read again when it changes; adhoc makes one, in debug mode on a loopback address"},
			&urfave.StringFlag{Name: "key", Usage: "the certificate's private key is in `FILE`"},
		}, options()...),
		Action: func(ctx context.Context, c *urfave.Command) error {
			addr, err := p.address(c)
			if err != nil {
				return err
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
			return app.RunContext(ctx, addr)
		},
	}
}

// address returns where to listen: the command line's host and port, the environment's PORT, or the program's default.
func (p *program) address(c *urfave.Command) (string, error) {
	host, port := c.String("host"), c.Int("port")
	if text := os.Getenv("PORT"); text != "" && !c.IsSet("port") {
		n, err := strconv.ParseUint(text, 10, 16)
		if err != nil {
			return "", fmt.Errorf("cli: the environment's PORT is %q, and no number from 0 to 65535: correct it, or say --port", text)
		}
		port = int(n)
	} else if p.addr != "" && !c.IsSet("host") && !c.IsSet("port") {
		return p.addr, nil
	}
	if port < 0 || port > 65535 {
		return "", &usageError{fmt.Sprintf("port %d is not between 0 and 65535", port), "run --help"}
	}
	return net.JoinHostPort(host, strconv.Itoa(port)), nil
}
