package audit

import (
	"context"

	"github.com/dewar-go/dewar"
)

// A Store keeps a log: [NewFile], or contrib/db. Its methods are safe for concurrent use.
type Store interface {
	// Open makes the log ready to be written, and repairs what a crash in the middle of a record has left.
	Open(ctx context.Context) error
	// Head returns the head, the zero Head for a log without records. It works without Open, and so does Read.
	Head(ctx context.Context) (Head, error)
	// Append calls link with the head, which nobody else can move meanwhile, writes what it returns and moves the
	// head to the last of it. All of it is kept for good when Append returns nil, and nothing when it fails.
	Append(ctx context.Context, link func(Head) ([]Row, error)) error
	// Read calls visit with all records behind a number, in the order in which they are kept. It ends with the first
	// error of visit.
	Read(ctx context.Context, after uint64, visit func(Row) error) error
	// Erase calls erase with the values that name who, and perhaps with others, and keeps what it leaves where it
	// returns true.
	Erase(ctx context.Context, who string, erase func(*Values) bool) error
	// Purge removes the records up to a number, and their values.
	Purge(ctx context.Context, through uint64) error
	// Close ends the writing.
	Close(ctx context.Context) error
}

// A TxStore is a Store that can write in the transaction of a request.
type TxStore interface {
	Store
	// AppendInTx is Append in the transaction that the request holds. It returns false when there is none.
	AppendInTx(c *dewar.Context, link func(Head) ([]Row, error)) (bool, error)
}

// A Head is where a log ends, kept apart from its records.
type Head struct {
	Log  string `json:"log"`
	Seq  uint64 `json:"seq"`
	Hash string `json:"hash"`
	// MayLag says that records may stand behind the head after a crash.
	MayLag bool `json:"-"`
}

// A Row is a record as it is kept.
type Row struct {
	// Line is the exact text, without a line break. The Record is what it says.
	Line   []byte
	Record Record
	// Values are the personal values that are there.
	Values Values
	// Err is why Line is no record, nil for one that is.
	Err error
	// Differs names what is kept beside the line and says something else than the line, "" for nothing.
	Differs string
}

// Stored makes the row of a line that was kept with its values.
func Stored(line []byte, v Values) Row {
	r, err := Parse(line)
	return Row{Line: line, Record: r, Values: v, Err: err}
}
