package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/dewar-go/dewar/sign"
)

// A Kind is what is wrong with a log.
type Kind string

// The kinds of problems.
const (
	Altered        Kind = "altered"         // the record is not the one that was written
	Missing        Kind = "missing"         // the record is gone, and later ones are there
	Reordered      Kind = "reordered"       // the record stands somewhere else
	Forked         Kind = "forked"          // there are two histories: the log's, and another's
	Truncated      Kind = "truncated"       // the record and all behind it are gone
	GenesisMissing Kind = "genesis missing" // the log does not begin with its first record, nor behind a signed purge
	ColumnDiffers  Kind = "column differs"  // what is kept beside the record says something else
)

// A Problem is the first thing that is wrong with a log.
type Problem struct {
	Kind Kind
	// Seq is the first record that it is wrong from.
	Seq  uint64
	Text string
}

// Error gives kind, number and text.
func (p *Problem) Error() string {
	return fmt.Sprintf("audit: record %d: %s: %s", p.Seq, p.Kind, p.Text)
}

// A Report is what [Verify] found out about a log that is whole, or what it knows up to a problem.
type Report struct {
	Log         string
	First, Last uint64
	// Hash is that of the last record.
	Hash string
	// Checkpoints are those that the log agrees with, Covered is the highest. Behind it, whoever can write the log can
	// rewrite it unnoticed. Unknown are signed by a key that is not trusted, or not at all.
	Checkpoints int
	Covered     uint64
	Unknown     int
	// Erased are the records of which personal values were erased, Unchecked those with values whose pseudonym was
	// made with a key that is not there.
	Erased, Unchecked int
	// Unacknowledged are records behind the head, after a crash.
	Unacknowledged uint64
}

// VerifyOptions are what [Verify] compares a log with.
type VerifyOptions struct {
	// Checkpoints are those of the sinks. Without any, a log that was shortened or rewritten as a whole is not found.
	Checkpoints []Checkpoint
	// Signers are the public keys of checkpoints, in base64. The command "audit key" prints the current one.
	Signers []string
	// Keys are the app's, for the personal values; nil leaves them unchecked. Their signers are trusted.
	Keys *sign.KeyRing
}

// Verify reads a whole log and returns a *[Problem] as its error when it is not what was written; other errors say that
// it could not be read. It may run beside a writer.
func Verify(ctx context.Context, store Store, o VerifyOptions) (Report, error) {
	v := &verifier{
		store: store, signers: slices.Clone(o.Signers), keys: map[string]key{}, checkpoints: map[uint64]Checkpoint{},
		missing: map[uint64][]string{}, erased: map[string]bool{},
	}
	if o.Keys != nil {
		v.signers = append(v.signers, newSigner(o.Keys).trusted...)
		for _, k := range keysOf(o.Keys) {
			v.keys[k.id] = k
		}
	}
	err := v.verify(ctx, o.Checkpoints)
	if p := (*Problem)(nil); err != nil && !errors.As(err, &p) {
		err = fmt.Errorf("audit: the log cannot be verified: %w", err)
	}
	return v.Report, err
}

type verifier struct {
	Report
	store       Store
	signers     []string
	keys        map[string]key
	checkpoints map[uint64]Checkpoint
	head        Head
	broken      bool                // the last record does not follow the one before it
	missing     map[uint64][]string // pseudonyms of records whose values are gone
	erased      map[string]bool     // pseudonyms that were erased
}

func problem(kind Kind, seq uint64, format string, args ...any) error {
	return &Problem{kind, seq, fmt.Sprintf(format, args...)}
}

func (v *verifier) verify(ctx context.Context, checkpoints []Checkpoint) (err error) {
	// The head first: records that are written meanwhile stand behind it.
	if v.head, err = v.store.Head(ctx); err != nil {
		return err
	}
	var newest Checkpoint
	for _, c := range checkpoints {
		if !c.Verify(v.signers) {
			v.Unknown++
			continue
		}
		if was, ok := v.checkpoints[c.Seq]; ok && (was.Hash != c.Hash || was.Log != c.Log) {
			return problem(Forked, c.Seq, "two checkpoints of it contradict each other, of %v and %v", was.Time, c.Time)
		}
		v.checkpoints[c.Seq] = c
		if c.Seq > newest.Seq {
			newest = c
		}
	}
	if err := v.store.Read(ctx, 0, func(row Row) error { return v.row(ctx, row) }); err != nil {
		return err
	}
	if v.broken {
		return problem(Altered, v.Last, "it does not follow the record before it")
	}
	switch {
	case v.Last == 0 && v.head.Seq == 0 && newest.Seq == 0:
		return problem(GenesisMissing, 1, "there is no record at all")
	case v.head.Seq > v.Last:
		return problem(Truncated, v.Last+1, "the head is at record %d", v.head.Seq)
	case newest.Seq > v.Last:
		return problem(Truncated, v.Last+1, "the checkpoint of %v is at record %d", newest.Time, newest.Seq)
	case v.head.Seq == 0:
		return problem(Missing, v.Last, "the head is gone")
	}
	if err := v.behindHead(ctx); err != nil {
		return err
	}
	return v.values()
}

// behindHead looks whether records stand behind the head that were not written meanwhile.
func (v *verifier) behindHead(ctx context.Context) error {
	head, err := v.store.Head(ctx)
	if err != nil || head.Seq >= v.Last {
		return err
	}
	if !head.MayLag {
		return problem(Forked, head.Seq+1, "it stands behind the head, and was not written with it")
	}
	v.Unacknowledged = v.Last - head.Seq
	return nil
}

// row looks at the next record.
func (v *verifier) row(ctx context.Context, row Row) error {
	r := &row.Record
	expected, prev := v.Last+1, v.Hash
	first := v.First == 0
	switch {
	case v.broken && row.Err == nil && r.Prev == v.Hash:
		// The one before has a successor that knows it: what does not fit is the one before that.
		return problem(Altered, v.Last-1, "record %d follows another one", v.Last)
	case v.broken:
		return problem(Altered, v.Last, "it does not follow the record before it")
	case row.Err != nil:
		return problem(Altered, expected, "%v", row.Err)
	}
	if first {
		prev = noHash
		if r.Seq > 1 {
			var err error
			if expected, prev, err = v.purged(ctx, r); err != nil {
				return err
			}
		}
		v.First, v.Log = expected, r.Log
	}
	switch {
	case r.Seq < expected:
		return problem(Forked, r.Seq, "there are two records of this number")
	case r.Seq > expected:
		there, err := v.elsewhere(ctx, expected)
		if err != nil {
			return err
		}
		if there {
			return problem(Reordered, expected, "record %d stands in its place", r.Seq)
		}
		return problem(Missing, expected, "record %d follows record %d", r.Seq, expected-1)
	case r.Prev != prev && first:
		return problem(Altered, expected, "it does not follow the end that was signed, or is no first record")
	case r.Prev != prev:
		v.broken = true
		if h := v.head; h.Seq == r.Seq && h.Hash == r.Hash {
			return problem(Altered, r.Seq-1, "record %d follows another one", r.Seq)
		}
	case r.Log != v.Log:
		return problem(Forked, r.Seq, "it is of another log: %s", r.Log)
	}
	v.Last, v.Hash = r.Seq, r.Hash
	if v.broken {
		return nil
	}
	return v.compare(&row)
}

// compare compares a record in its place with what is known of it elsewhere.
func (v *verifier) compare(row *Row) error {
	r := &row.Record
	if h := v.head; h.Seq == r.Seq && (h.Hash != r.Hash || h.Log != r.Log) {
		return problem(Forked, r.Seq, "the head knows another record of this number")
	}
	if c, ok := v.checkpoints[r.Seq]; ok {
		if c.Hash != r.Hash || c.Log != r.Log {
			return problem(Forked, v.Covered+1, "the checkpoint of %v knows another record %d: something from here to there was rewritten", c.Time, r.Seq)
		}
		v.Checkpoints++
		v.Covered = r.Seq
	}
	if row.Differs != "" {
		return problem(ColumnDiffers, r.Seq, "%s", row.Differs)
	}
	if r.Event == EventErase {
		var d eraseData
		if json.Unmarshal(r.Data, &d) == nil {
			for _, p := range d.Erased {
				v.erased[p] = true
			}
		}
	}
	return v.checkValues(row)
}

// checkValues compares the personal values with their pseudonyms, and notes those that are gone.
func (v *verifier) checkValues(row *Row) error {
	k, known := v.keys[row.Record.Key]
	gone, there := false, false
	for _, p := range row.Values.pairs(&row.Record) {
		switch {
		case p.value == "":
			gone = gone || p.pseudonym != ""
		case p.pseudonym == "":
			return problem(ColumnDiffers, row.Record.Seq, "a personal value was added")
		case known && k.pseudonym(row.Record.Log, p.kind, p.value) != p.pseudonym:
			return problem(ColumnDiffers, row.Record.Seq, "a personal value was changed")
		default:
			there = true
		}
	}
	if there && !known {
		v.Unchecked++
	}
	if gone {
		r := &row.Record
		v.Erased++
		v.missing[r.Seq] = []string{r.Actor, r.Impersonator, r.Target, r.IP}
	}
	return nil
}

// values says of values that are gone without a record of their erasure.
func (v *verifier) values() error {
	var first uint64
	for seq, pseudonyms := range v.missing {
		if !slices.ContainsFunc(pseudonyms, func(p string) bool { return v.erased[p] }) && (first == 0 || seq < first) {
			first = seq
		}
	}
	if first > 0 {
		return problem(ColumnDiffers, first, "personal values are gone, and no record says that they were erased")
	}
	return nil
}

// elsewhere reports whether a record with a number stands anywhere.
func (v *verifier) elsewhere(ctx context.Context, seq uint64) (found bool, err error) {
	err = v.store.Read(ctx, 0, func(row Row) error {
		found = found || row.Err == nil && row.Record.Seq == seq
		return nil
	})
	return found, err
}

// purged looks for the signed end of what was purged before a record that is the first.
func (v *verifier) purged(ctx context.Context, first *Record) (seq uint64, prev string, err error) {
	found := false
	err = v.store.Read(ctx, 0, func(row Row) error {
		r := &row.Record
		var d purgeData
		if row.Err == nil && r.Event == EventPurge && json.Unmarshal(r.Data, &d) == nil && d.Through.Seq == first.Seq-1 && d.Through.Log == first.Log && d.Through.Verify(v.signers) {
			found, prev = true, d.Through.Hash
		}
		return nil
	})
	if err != nil || found {
		return first.Seq, prev, err
	}
	there, err := v.elsewhere(ctx, 1)
	switch {
	case there:
		err = problem(Reordered, 1, "record %d stands in its place", first.Seq)
	case err == nil:
		err = problem(GenesisMissing, 1, "the log begins with record %d, and no signed end of a purge says why", first.Seq)
	}
	return first.Seq, prev, err
}
