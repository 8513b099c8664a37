module github.com/dewar-go/dewar/contrib/acme

go 1.26.0

require (
	github.com/dewar-go/dewar v0.0.0-00010101000000-000000000000
	golang.org/x/crypto v0.58.0
)

require (
	golang.org/x/net v0.60.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/text v0.43.0 // indirect
)

replace github.com/dewar-go/dewar => ../..
