package main

import (
	"errors"
	"io"
	"os"

	"github.com/dewar-go/dewar/internal/csplearn"
)

const checkUsage = `Usage: dewar check --csp [OPTIONS]

Prints the Content-Security-Policy that the pages of another application need
which an application hands requests on to (app.Fallback), as it was learnt in
debug mode or with LearnCSP. All other checks are in the application's own
command check.

  --instance DIR  the application's instance folder; instance by default
  --json          as JSON
`

// check is the command check.
func check(args []string, stdout io.Writer) error {
	dir, csp, asJSON := "instance", false, false
	rest, err := optionSet{"csp!": on(&csp), "json!": on(&asJSON), "instance": text(&dir)}.parse(args)
	if err == nil && (!csp || len(rest) > 0) {
		err = errors.New("dewar: check takes --csp and no arguments; the rest is in the application's own command check")
	}
	if err == nil {
		_, err = os.Stat(dir)
		if err == nil {
			return csplearn.Print(stdout, dir, asJSON)
		}
	}
	return usageError(err, checkUsage)
}
