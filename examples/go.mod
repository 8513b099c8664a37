module github.com/dewar-go/dewar/examples

go 1.26.0
