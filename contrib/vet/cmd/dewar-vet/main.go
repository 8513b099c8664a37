// Command dewar-vet finds unsafe code in applications of Dewar; see package vet.
//
//	dewar-vet ./...
//	go vet -vettool=$(which dewar-vet) ./...
package main

import (
	"os"
	"strings"

	"golang.org/x/tools/go/analysis/multichecker"
	"golang.org/x/tools/go/analysis/unitchecker"

	"github.com/dewar-go/dewar/contrib/vet"
)

func main() {
	for _, arg := range os.Args[1:] { // how the go command calls a tool
		if strings.HasPrefix(arg, "-V=") || arg == "-flags" || strings.HasSuffix(arg, ".cfg") {
			unitchecker.Main(vet.Analyzers...)
		}
	}
	multichecker.Main(vet.Analyzers...)
}
