module github.com/dewar-go/dewar/cmd/dewar

go 1.26.0

require github.com/dewar-go/dewar v0.0.0-00010101000000-000000000000

replace github.com/dewar-go/dewar => ../..
