// Command flaskr is the blog of Flask's tutorial on Dewar: accounts, posts that
// only their authors may edit, and a database that is SQLite unless
// DATABASE_URL names PostgreSQL or MariaDB.
//
//	go run ./examples/flaskr
//	go run ./examples/flaskr run --port 8000 --instance /srv/flaskr
//	DATABASE_URL=postgres://flaskr:password@db/flaskr go run ./examples/flaskr
package main

import "github.com/dewar-go/dewar/cli"

func main() { cli.Main(newApp) }
