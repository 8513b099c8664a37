package cli

import (
	"fmt"
	"io"
	"os"

	"github.com/dewar-go/dewar"
)

// Serve serves an application on an address and ends the process: with status
// 0 once it was told to end, with 1 and one line on standard error when it
// could not serve. It is [Main] for a program without a command line.
func Serve(app *dewar.App, addr string) {
	os.Exit(serve(app, addr, os.Stderr))
}

func serve(app *dewar.App, addr string, stderr io.Writer) int {
	if err := app.Run(addr); err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	return 0
}
