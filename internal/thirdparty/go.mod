module github.com/dewar-go/dewar/internal/thirdparty

go 1.26.0
