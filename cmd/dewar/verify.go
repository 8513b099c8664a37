package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/dewar-go/dewar/internal/verify"
)

const verifyUsage = `Usage: dewar verify https://HOST [OPTIONS]

Looks at a running site from outside: redirects, TLS, headers of pages, errors
and static files, cookies, forms, methods, dotfiles, paths with dots, spoofed Host
and forwarded headers, error pages, open redirects, caching. It sends at most 200
requests to that one host, and one POST with an invalid token for each form. Ask
nobody's site but your own.

  --cookie TEXT  the Cookie header of a user, to see the pages of one
  --no-post      no POST
  --json         as JSON

A probe fails, notes something, or is not applicable; one that passes says
nothing. The exit status is 1 when one fails.
`

// verifySite is the command verify.
func verifySite(args []string, stdout io.Writer) error {
	var o verify.Options
	asJSON := false
	rest, err := optionSet{"cookie": text(&o.Cookie), "no-post!": on(&o.NoPost), "json!": on(&asJSON)}.parse(args)
	if err == nil && len(rest) != 1 {
		err = errors.New("dewar: verify takes one address, such as https://shop.example.com")
	}
	if err != nil {
		return usageError(err, verifyUsage)
	}
	results, err := verify.Site(context.Background(), rest[0], o)
	if err != nil {
		return fmt.Errorf("dewar: %w", err)
	}
	fails := 0
	for _, r := range results {
		if r.Outcome == verify.Fails {
			fails++
		}
		if !asJSON {
			fmt.Fprintf(stdout, "%s: %s: %s\n", r.Outcome, r.Probe, r.Text)
			if r.At != "" {
				fmt.Fprintf(stdout, "    seen at %q\n", r.At)
			}
			if r.Remedy != "" {
				fmt.Fprintf(stdout, "    to mend it: %s\n", r.Remedy)
			}
		}
	}
	if asJSON {
		encoder := json.NewEncoder(stdout)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(append([]verify.Result{}, results...))
	} else {
		_, err = fmt.Fprintf(stdout, "%d fail\n", fails)
	}
	if err == nil && fails > 0 {
		err = fmt.Errorf("dewar: verify: %d fail", fails)
	}
	return err
}
