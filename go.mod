module github.com/dewar-go/dewar

go 1.26.0

require (
	github.com/urfave/cli/v3 v3.14.0
	golang.org/x/crypto v0.58.0
)

require golang.org/x/sys v0.49.0 // indirect
