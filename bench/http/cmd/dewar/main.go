// Command dewar is the HTTP suite's server on Dewar.
package main

import (
	"github.com/dewar-go/dewar/bench/http/content"
	"github.com/dewar-go/dewar/bench/http/peer/dewar"

	root "github.com/dewar-go/dewar"
)

func main() {
	o := content.Flags()
	content.Fail(dewar.New(o, root.Config{}).Run(o.Addr))
}
