module github.com/dewar-go/dewar/contrib/db

go 1.26.0
