package content

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Options say what a server of the suite is to do. They are the same flags for
// all.
type Options struct {
	// Addr is where to listen.
	Addr string
	// Same makes a peer send Dewar's headers and write Dewar's log line with
	// each answer; else it does what its users get.
	Same bool
	// Dir is a folder for what must be a file: the static files are in its
	// folder static.
	Dir string
	// DB is the address of PostgreSQL, "" for none.
	DB string
	// Fixed is a folder with a page to answer /fixed with: its body and its
	// headers. Only net/http has it.
	Fixed string
	// Blueprints is how many more blueprints Dewar has, of five routes each.
	Blueprints int

	pool *pgxpool.Pool
}

// Flags reads the options. From then on SIGUSR1 has the program collect its
// garbage, for measurements of what it holds.
func Flags() Options {
	var o Options
	flag.StringVar(&o.Addr, "addr", "127.0.0.1:8000", "where to listen")
	flag.BoolVar(&o.Same, "same", false, "send Dewar's headers and write Dewar's log line")
	flag.StringVar(&o.Dir, "dir", ".", "folder with the static files")
	flag.StringVar(&o.DB, "db", "", "PostgreSQL's address")
	flag.StringVar(&o.Fixed, "fixed", "", "folder with a page for /fixed")
	flag.IntVar(&o.Blueprints, "blueprints", 0, "more blueprints, of five routes each")
	flag.Parse()
	collect := make(chan os.Signal, 1)
	signal.Notify(collect, syscall.SIGUSR1)
	go func() {
		for range collect {
			debug.FreeOSMemory()
		}
	}()
	return o
}

// StaticDir is the folder of the static files.
func (o *Options) StaticDir() string { return filepath.Join(o.Dir, "static") }

// Pool connects to PostgreSQL, at most eight connections; nil when none is
// named.
func (o *Options) Pool() *pgxpool.Pool {
	if o.DB == "" || o.pool != nil {
		return o.pool
	}
	cfg, err := pgxpool.ParseConfig(o.DB)
	if err != nil {
		Fail(err)
	}
	cfg.MaxConns = 8
	if o.pool, err = pgxpool.NewWithConfig(context.Background(), cfg); err != nil {
		Fail(err)
	}
	return o.pool
}

// Fail ends the program, with the error if there is one.
func Fail(err error) {
	if err == nil {
		os.Exit(0)
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// Logger is the logger that a Go program has without a framework's: JSON on
// standard error.
func Logger() *slog.Logger { return slog.New(slog.NewJSONHandler(os.Stderr, nil)) }

// Key is a key of 32 bytes for cookies and tokens.
var Key = []byte("0123456789abcdefghijklmnopqrstuv")
