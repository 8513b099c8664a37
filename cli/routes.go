package cli

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	urfave "github.com/urfave/cli/v3"

	"github.com/dewar-go/dewar"
)

// routes is the command routes: it lists the routes of the application.
func (p *program) routes() *urfave.Command {
	return &urfave.Command{
		Name:  "routes",
		Usage: "list endpoints, methods, rules and guards",
		Flags: append([]urfave.Flag{
			&urfave.BoolFlag{Name: "json", Usage: "as JSON"},
		}, options()...),
		Action: func(_ context.Context, c *urfave.Command) error {
			app, err := p.app(c, nil)
			if err != nil {
				return err
			}
			if c.Bool("json") {
				return p.routesJSON(app.Routes())
			}
			return p.routesTable(app.Routes())
		},
	}
}

// routesTable writes the routes as a table.
func (p *program) routesTable(list []dewar.RouteInfo) error {
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ENDPOINT\tMETHODS\tRULE\tGUARDS")
	for _, r := range list {
		methods, rule := cmp.Or(strings.Join(r.Methods, ","), "any"), r.Host+r.Rule
		switch {
		case r.BuildOnly:
			methods = "(build only)"
		case r.RedirectTo != "":
			methods, rule = "(redirect)", rule+" -> "+r.RedirectTo
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", r.Endpoint, methods, rule, strings.Join(r.Guards, ", "))
	}
	return w.Flush()
}

// route is a route in the JSON output.
type route struct {
	Endpoint       string   `json:"endpoint"`
	Methods        []string `json:"methods"` // empty for every method
	Rule           string   `json:"rule"`
	Host           string   `json:"host,omitempty"`
	Guards         []string `json:"guards"`
	API            bool     `json:"api,omitempty"`
	Static         bool     `json:"static,omitempty"`
	WebSocket      bool     `json:"websocket,omitempty"`
	InsecureNoCSRF bool     `json:"insecure_no_csrf,omitempty"`
	BuildOnly      bool     `json:"build_only,omitempty"`  // matches no request
	RedirectTo     string   `json:"redirect_to,omitempty"` // redirects there; there is no view
	MaxBody        int64    `json:"max_body"`              // in bytes
	Source         string   `json:"source"`
}

// routesJSON writes the routes as a JSON array.
func (p *program) routesJSON(list []dewar.RouteInfo) error {
	return p.encode(routesOf(list))
}

func routesOf(list []dewar.RouteInfo) []route {
	routes := make([]route, 0, len(list))
	for _, r := range list {
		routes = append(routes, route{
			Endpoint: r.Endpoint, Methods: append([]string{}, r.Methods...), Rule: r.Rule, Host: r.Host,
			Guards: append([]string{}, r.Guards...), API: r.API, Static: r.Static, WebSocket: r.WebSocket,
			InsecureNoCSRF: r.InsecureNoCSRF, BuildOnly: r.BuildOnly, RedirectTo: r.RedirectTo, MaxBody: r.MaxBody, Source: r.Source,
		})
	}
	return routes
}
