package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	urfave "github.com/urfave/cli/v3"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/internal/csplearn"
)

// errFindings makes the exit status 1. The findings are printed before.
var errFindings = fmt.Errorf("cli: the check has findings")

// check is the command check.
func (p *program) check() *urfave.Command {
	return &urfave.Command{
		Name:  "check",
		Usage: "list routes with their guards, mistakes in templates and settings, and protections that are off",
		Flags: append([]urfave.Flag{
			&urfave.BoolFlag{Name: "json", Usage: "as JSON"},
			&urfave.BoolFlag{Name: "sarif", Usage: "the findings as SARIF 2.1.0, for code scanning"},
			&urfave.BoolFlag{Name: "csp", Usage: "print the Content-Security-Policy that the pages of the fallback need, as learnt in debug mode or by LearnCSP"},
			&urfave.StringFlag{Name: "host", Usage: "check what it takes to listen on `ADDRESS`; any but a loopback address counts as one behind TLS", Value: "127.0.0.1"},
			&urfave.BoolFlag{Name: "deploy", Usage: "check what it takes to serve other machines: as --host with an address in the open, with the Go release and GODEBUG"},
			&urfave.StringFlag{Name: "fail-level", Usage: "the least `SEVERITY` that fails the check: note, warning or error", Value: "warning"},
			&urfave.StringFlag{Name: "explain", Usage: "print the page of a `NUMBER`, such as DW302"},
			&urfave.StringSliceFlag{Name: "accept", Usage: "findings with this `NUMBER` or ID do not fail the check; may be repeated"},
		}, options()...),
		Action: func(_ context.Context, c *urfave.Command) error {
			if c.Bool("json") && c.Bool("sarif") {
				return &usageError{"--json and --sarif exclude each other", "check --help"}
			}
			if name := c.String("explain"); name != "" {
				return p.explain(name)
			}
			level, ok := levels[c.String("fail-level")]
			if !ok {
				return &usageError{"--fail-level is note, warning or error", "check --help"}
			}
			app, err := p.appWith(c, func(base *dewar.Config) { base.Loopback = isLoopback(c.String("host")) && !c.Bool("deploy") })
			if err != nil {
				return err
			}
			if c.Bool("csp") {
				if c.Bool("sarif") {
					return &usageError{"--csp is text or, with --json, JSON", "check --help"}
				}
				return csplearn.Print(p.stdout, app.Config().InstanceDir, c.Bool("json"))
			}
			routes, findings := app.Routes(), app.Check()
			if c.Bool("deploy") {
				findings = append(findings, deployFindings(runtime.Version(), os.Getenv("GODEBUG"), time.Now())...)
			}
			switch {
			case c.Bool("json"):
				err = p.checkJSON(routes, findings)
			case c.Bool("sarif"):
				err = p.encode(sarif(findings))
			default:
				err = p.checkText(routes, findings)
			}
			if err != nil {
				return err
			}
			accepted := c.StringSlice("accept")
			for _, f := range findings {
				if f.Severity >= level && !slices.Contains(accepted, f.ID) && !slices.Contains(accepted, f.Number) {
					return errFindings
				}
			}
			return nil
		},
	}
}

// isLoopback reports whether only this machine can reach the address.
func isLoopback(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return strings.EqualFold(host, "localhost") || err == nil && ip.Unmap().IsLoopback()
}

// checkText writes the routes as a table, and a paragraph for each finding.
func (p *program) checkText(routes []dewar.RouteInfo, findings []dewar.Finding) error {
	if err := p.routesTable(routes); err != nil {
		return err
	}
	counts := map[dewar.Severity]int{}
	for _, f := range findings {
		counts[f.Severity]++
		at := f.Source
		if at != "" {
			at += ": "
		}
		if _, err := fmt.Fprintf(p.stdout, "\n%s%s [%s] %s\n    %s\n", at, f.Severity, strings.TrimSpace(f.Number+" "+f.ID), f.Subject, f.Message); err != nil {
			return err
		}
		if f.Remedy != "" {
			fmt.Fprintf(p.stdout, "    %s\n", f.Remedy)
		}
	}
	_, err := fmt.Fprintf(p.stdout, "\n%d routes, %d errors, %d warnings, %d notes\n", len(routes),
		counts[dewar.SeverityError], counts[dewar.SeverityWarning], counts[dewar.SeverityNote])
	return err
}

// finding is a finding in the JSON output.
type finding struct {
	Number   string `json:"number,omitempty"` // such as DW302
	ID       string `json:"id"`
	Severity string `json:"severity"` // error, warning or note
	Subject  string `json:"subject"`
	Source   string `json:"source,omitempty"` // file:line or file:line:column
	Message  string `json:"message"`
	Remedy   string `json:"remedy,omitempty"`
	Page     string `json:"page,omitempty"` // where the number is explained
}

func (p *program) checkJSON(routes []dewar.RouteInfo, findings []dewar.Finding) error {
	list := make([]finding, 0, len(findings))
	for _, f := range findings {
		list = append(list, finding{f.Number, f.ID, f.Severity.String(), f.Subject, f.Source, f.Message, f.Remedy, f.Page})
	}
	return p.encode(struct {
		Routes   []route   `json:"routes"`
		Findings []finding `json:"findings"`
	}{routesOf(routes), list})
}

// encode writes indented JSON.
func (p *program) encode(v any) error {
	encoder := json.NewEncoder(p.stdout)
	encoder.SetEscapeHTML(false) // rules contain < and >
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}
