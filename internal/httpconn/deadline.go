package httpconn

import (
	"context"
	"errors"
	"net/http"
	"os"
	"time"
)

// DropDeadlines takes away the deadlines of a stream of HTTP/2 that its client has
// ended, as the request's own context tells. It is the last to be done for a request:
// net/http has forgotten the stream, and a deadline that was set since would keep it,
// its connection with it, in memory until it is over.
func DropDeadlines(ctx context.Context, w http.ResponseWriter, major int) {
	if major == 2 && ctx.Err() != nil {
		control := http.NewResponseController(w)
		_ = control.SetReadDeadline(time.Time{})
		_ = control.SetWriteDeadline(time.Time{})
	}
}

// A deadline is what was asked for, and what the connection has been told. Both
// are in ns since 1970; 0 is none.
type deadline struct{ want, set int64 }

// longAgo is before any time that a connection could wait for: net/http sets
// such a deadline to end a read.
const longAgo = int64(time.Hour)

// noTime is a time that no connection will see, in seconds since 1970.
const noTime = 1 << 33

// ask notes a deadline, and tells it to the connection only if something waits.
func (c *Conn) ask(t time.Time, busy *int16, d *deadline, set func(time.Time) error) error {
	c.rmu.Lock()
	defer c.rmu.Unlock()
	switch seconds := t.Unix(); {
	case t.IsZero() || seconds > noTime:
		d.want = 0
	case seconds <= 0:
		d.want = 1
	default:
		d.want = t.UnixNano()
	}
	if *busy == 0 {
		return nil
	}
	return d.tell(set)
}

// begin sees to it that the connection has a deadline with which a read or a
// write may start, and returns it. One that is too early will do: [Conn.again]
// moves it when it comes.
func (c *Conn) begin(busy *int16, d *deadline, set func(time.Time) error) (told int64, err error) {
	c.rmu.Lock()
	defer c.rmu.Unlock()
	if d.want != 0 && d.want < longAgo {
		return 0, os.ErrDeadlineExceeded
	}
	if d.unfit() {
		if err := d.tell(set); err != nil {
			return 0, err
		}
	}
	*busy++
	return d.set, nil
}

func (c *Conn) end(busy *int16) {
	c.rmu.Lock()
	*busy--
	c.rmu.Unlock()
}

// again tells whether an error is only that of a deadline that has been moved
// since the connection was told, and tells it the new one. told is what the
// connection had when the wait began: the deadline may be moved, and told, when the
// wait has just ended.
func (c *Conn) again(err error, told *int64, d *deadline, set func(time.Time) error) bool {
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		return false
	}
	c.rmu.Lock()
	defer c.rmu.Unlock()
	if d.want != 0 && d.want <= time.Now().UnixNano() || d.want == d.set && d.set == *told {
		return false
	}
	*told = d.want
	return d.tell(set) == nil
}

// unfit reports whether the connection would wait too long, or not at all.
func (d *deadline) unfit() bool {
	if d.want == 0 {
		return d.set != 0 && d.set < longAgo
	}
	return d.set < longAgo || d.set > d.want
}

// tell tells the connection what was asked for.
func (d *deadline) tell(set func(time.Time) error) error {
	d.set = d.want
	if d.want == 0 {
		return set(time.Time{})
	}
	return set(time.Unix(0, d.want))
}
