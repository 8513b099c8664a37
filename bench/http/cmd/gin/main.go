// Command gin is the HTTP suite's server on gin.
package main

import (
	"github.com/dewar-go/dewar/bench/http/content"
	"github.com/dewar-go/dewar/bench/http/peer/gin"
	"github.com/dewar-go/dewar/bench/http/peer/nethttp"
)

func main() {
	o := content.Flags()
	content.Fail(nethttp.Serve(o.Addr, gin.New(o)))
}
