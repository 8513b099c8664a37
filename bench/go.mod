module github.com/dewar-go/dewar/bench

go 1.26.0
