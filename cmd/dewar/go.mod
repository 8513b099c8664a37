module github.com/dewar-go/dewar/cmd/dewar

go 1.26.0
