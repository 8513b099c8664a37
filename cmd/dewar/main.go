// Command dewar is the developer's tool.
//
//	dewar version                                   the version it was built from
//	dewar render page.html --data page.json         render a Jinja template to standard output
//	dewar check --csp                               print the policy that the pages of a fallback need
//	dewar vet ./...                                 look for unsafe code, after go vet
//	dewar verify https://shop.example.com           look at a running site from outside
//	dewar extract templates -o messages.pot         collect the messages of templates for translators
//
// What belongs to an application (run, routes, secret) is in the application's
// own binary: see package cli.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
)

const mainUsage = `Usage:
  dewar version
  dewar render TEMPLATE [DATA] [OPTIONS]
  dewar check --csp [OPTIONS]
  dewar vet [PACKAGE...]
  dewar verify https://HOST [OPTIONS]
  dewar extract FILE-OR-FOLDER... [OPTIONS]

dewar COMMAND --help says more.
`

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// errUsage says that a command line cannot be understood.
var errUsage = errors.New("usage")

// run runs a command line and returns the exit status.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	err := errUsage
	if len(args) > 0 {
		switch args[0] {
		case "version":
			err = version(args[1:], stdout)
		case "render":
			err = render(args[1:], stdin, stdout)
		case "check":
			err = check(args[1:], stdout)
		case "vet":
			err = vet(args[1:], stdout, stderr)
		case "verify":
			err = verifySite(args[1:], stdout)
		case "extract":
			err = extract(args[1:], stdout, stderr)
		case "help", "-h", "-help", "--help":
			fmt.Fprint(stdout, mainUsage)
			return 0
		}
	}
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errHelp):
		fmt.Fprint(stdout, err)
		return 0
	case errors.Is(err, errUsage):
		fmt.Fprint(stderr, mainUsage)
		return 2
	}
	fmt.Fprintln(stderr, err)
	if u := (*usage)(nil); errors.As(err, &u) {
		return 2
	}
	return 1
}

// version prints what the binary was built from.
func version(args []string, stdout io.Writer) error {
	if len(args) > 0 {
		return errUsage
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return errors.New("dewar: the binary does not say what it was built from")
	}
	_, err := fmt.Fprintf(stdout, "dewar %s %s\n", info.Main.Version, info.GoVersion)
	return err
}
