module github.com/dewar-go/dewar/contrib/sanitize

go 1.26.0

require (
	github.com/dewar-go/dewar v0.0.0-00010101000000-000000000000
	github.com/microcosm-cc/bluemonday v1.0.27
	golang.org/x/net v0.62.0
)

require (
	github.com/aymerick/douceur v0.2.0 // indirect
	github.com/gorilla/css v1.0.1 // indirect
	golang.org/x/crypto v0.58.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
)

replace github.com/dewar-go/dewar => ../..
