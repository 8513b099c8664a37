// Package db gives a Dewar application its database: bun over SQLite,
// PostgreSQL and MariaDB, chosen by a URL, migrated at start by goose, with one
// transaction for each request that changes something.
//
//	database := db.New(db.Config{URL: "sqlite:shop.sqlite", Migrations: migrations})
//	app.Extend(database)
//
//	func create(c *dewar.Context) error {
//		tx, err := database.Tx(c)
//		if err != nil {
//			return err
//		}
//		_, err = tx.NewInsert().Model(&Post{Title: c.Form("title")}).Exec(c.Context())
//		return err
//	}
//
// # URLs
//
//	sqlite:shop.sqlite                                  a file in Config.Dir, by default the app's instance folder
//	sqlite:///var/lib/shop/shop.sqlite                  an absolute path
//	postgres://user:password@host:5432/shop?sslmode=verify-full
//	postgres://user@/shop?host=/var/run/postgresql      by a Unix socket; without a host libpq's own, if it is there
//	mysql://user:password@host:3306/shop?tls=true       MariaDB 10.6 or newer, MySQL 8
//	mysql://user@/shop?unix_socket=/run/mysqld/mysqld.sock
//
// A server on another machine is reached over TLS with a certificate that is checked (sslmode=verify-full, tls=true), also when
// the URL says nothing of it; [Config.InsecurePlainConnection] turns that off. [Config.Password] gives each new
// connection a password of its own, such as a token of a cloud's IAM.
//
// Special characters in user name and password are percent-encoded. No message
// of this package holds the password. The driver in a URL of SQLAlchemy's, such
// as postgresql+psycopg2://, is not looked at. A path that would make a file or
// a folder in the root folder is refused.
//
// # Beside SQLAlchemy
//
// With Config.SQLAlchemy, which an app with [dewar.Config.Flask] sets, a SQLite
// file is shared with a program that uses SQLAlchemy: sqlite:///shop.sqlite is
// relative to the instance folder, as Flask-SQLAlchemy has it, times are written
// in UTC without an offset, which SQLAlchemy reads as naive datetimes, and
// fields of the bun types date and time as its Date and Time. The journal stays
// in the mode the file has, unless Config.WAL says otherwise. [Page] and
// [FindOr404] are paginate and get_or_404.
//
// # Transactions
//
// [Database.Tx] follows the request's method. In GET, HEAD, OPTIONS and TRACE
// it is the pool of readers, and what would change something fails with
// [ErrReadOnly]. In any other method the first call begins a transaction and
// later calls return the same one. Dewar's commit stage commits it before the first byte of the answer, so
// that a client never sees success for work that was lost, and rolls it back
// when the view failed or panicked or the status is 5xx.
//
// On SQLite a transaction is the only writer while it lasts. Do slow work, such
// as hashing a password, before the first call of Tx.
//
// # Migrations
//
// Config.Migrations is a folder of goose SQL files, usually embedded. When it
// has a folder named sqlite, postgres or mysql, the one of the database in use
// is read, so that each can have its own types; otherwise the folder itself is.
// Pending migrations run at start, under a lock that lets one process at a time
// migrate. Each runs in a transaction together with the note that it ran. On
// MariaDB and MySQL every statement that changes a table commits by itself, so
// there a file may hold one statement only, and a file that holds more is
// refused before anything runs. A database that knows a migration which the
// program does not know was migrated by a newer release, and is refused.
//
// # Durability
//
// A commit that returned is on disk: SQLite runs with synchronous=FULL, in a file
// of its own with a write-ahead log, PostgreSQL and MariaDB with what their servers are set to,
// which is durable unless someone changed it.
//
// # Limits
//
// Config has the sizes of the pools. A connection attempt takes at most five
// seconds, a wait for SQLite's write lock held by another process ten, and a
// transaction on PostgreSQL that does nothing for a minute is ended by the
// server.
//
// # Without an App
//
// [Database.Open], [Database.Reader], [Database.InTx] and [Database.Close] need
// no App, so that a command line tool or any net/http program can use the
// package:
//
//	database := db.New(db.Config{URL: os.Getenv("DATABASE_URL"), Migrations: migrations})
//	if err := database.Open(ctx); err != nil {
//		return err
//	}
//	defer database.Close(ctx)
package db
