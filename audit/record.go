package audit

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/sign"
)

// A Record is what a line of the log says. It names nobody: what is personal stands in it as a keyed pseudonym, and as
// itself in the record's [Values].
type Record struct {
	// V is the version of the format: 1.
	V int `json:"v"`
	// Log is the log's id, 32 hexadecimal digits, made with its first record.
	Log string `json:"log"`
	// Seq counts from 1 without gaps.
	Seq uint64 `json:"seq"`
	// Time is when it happened, in UTC and microseconds.
	Time time.Time `json:"-"`
	// Event is what happened, by OWASP's names.
	Event dewar.EventName `json:"event"`
	// Outcome is how it went.
	Outcome Outcome `json:"outcome"`
	// Code is why, in a word of the program's own.
	Code string `json:"code,omitempty"`
	// Key names the key of the pseudonyms, 16 hexadecimal digits.
	Key string `json:"key"`
	// Actor, Impersonator, Target, IP and Session are pseudonyms, "" for none.
	Actor        string `json:"actor,omitempty"`
	Impersonator string `json:"impersonator,omitempty"`
	Target       string `json:"target,omitempty"`
	IP           string `json:"ip,omitempty"`
	Session      string `json:"session,omitempty"`
	// RequestID is that of the log's lines of the request.
	RequestID string `json:"request_id,omitempty"`
	// Data are facts that are not personal, a JSON object.
	Data json.RawMessage `json:"data,omitempty"`
	// Private are the pseudonyms of the private values, by name.
	Private map[string]string `json:"private,omitempty"`
	// Prev is the hash of the record before, Hash the own one: 64 hexadecimal digits.
	Prev string `json:"prev"`
	Hash string `json:"hash,omitempty"`
}

// Values are what is personal in a record. They are kept beside the log under the record's number and can be erased.
type Values struct {
	Actor        string            `json:"actor,omitempty"`
	Impersonator string            `json:"impersonator,omitempty"`
	Target       string            `json:"target,omitempty"`
	IP           string            `json:"ip,omitempty"`
	Session      string            `json:"session,omitempty"`
	Private      map[string]string `json:"private,omitempty"`
}

// IsZero reports whether there is no value.
func (v Values) IsZero() bool {
	return v.Actor == "" && v.Impersonator == "" && v.Target == "" && v.IP == "" && v.Session == "" && len(v.Private) == 0
}

// Erase takes out what is about somebody, named by a user id or an address, and reports whether there was anything. Of
// what somebody did, address, session and private values go too.
func (v *Values) Erase(who string) (changed bool) {
	switch who {
	case "":
		return false
	case v.Actor, v.Impersonator:
		*v = Values{Target: v.Target}
		changed = true
	case v.IP, v.Target:
		v.Private, changed = nil, true
	}
	for _, field := range []*string{&v.Target, &v.IP} {
		if *field == who {
			*field = ""
		}
	}
	return changed
}

// A pair is a personal value and its pseudonym in the record, each "" for none. The kind keeps equal values of different
// kinds apart.
type pair struct{ kind, value, pseudonym string }

// pairs are the values and pseudonyms of a record.
func (v *Values) pairs(r *Record) []pair {
	list := []pair{
		{"user", v.Actor, r.Actor}, {"user", v.Impersonator, r.Impersonator}, {"user", v.Target, r.Target},
		{"ip", v.IP, r.IP}, {"session", v.Session, r.Session},
	}
	for name, pseudonym := range r.Private {
		list = append(list, pair{privateKind(r.Seq, name), v.Private[name], pseudonym})
	}
	for name, value := range v.Private {
		if _, ok := r.Private[name]; !ok {
			list = append(list, pair{privateKind(r.Seq, name), value, ""})
		}
	}
	return list
}

// privateKind has the record's number in it, so that equal private values of two records cannot be told to be equal.
func privateKind(seq uint64, name string) string { return fmt.Sprintf("%d %s", seq, name) }

// The format's bounds, in bytes.
const (
	maxLine  = 64 << 10
	maxData  = 16 << 10
	maxValue = 1 << 10
)

const (
	timeFormat = "2006-01-02T15:04:05.000000Z"
	// hashMember is what stands behind the bytes that are hashed.
	hashMember = `,"hash":"`
	hashLength = 2 * sha256.Size
)

// noHash is Prev of the first record.
var noHash = strings.Repeat("0", hashLength)

// hashOf is SHA-256 of "dewar-audit-v1\n", the hash before, and the line without its own hash.
func hashOf(prev string, line []byte) string {
	h := sha256.New()
	h.Write([]byte("dewar-audit-v1\n" + prev))
	h.Write(line)
	return hex.EncodeToString(h.Sum(nil))
}

// A key makes pseudonyms.
type key struct {
	id  string
	key []byte
}

func keysOf(ring *sign.KeyRing) (list []key) {
	for _, d := range ring.Derive("audit pseudonym", sha256.Size) {
		list = append(list, key{hex.EncodeToString(d.ID[:]), d.Key()})
	}
	return list
}

// pseudonym is what stands for a value in the log: 128 bits of HMAC-SHA-256.
func (k key) pseudonym(log, kind, value string) string {
	if value == "" {
		return ""
	}
	h := hmac.New(sha256.New, k.key)
	fmt.Fprintf(h, "%s\x00%s\x00%s", log, kind, value)
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:16])
}

// wire is a Record with its time as it is written.
type wire struct {
	V    int    `json:"v"`
	Log  string `json:"log"`
	Seq  uint64 `json:"seq"`
	Time string `json:"time"`
	recordBelow
}

type recordBelow Record

// encode completes a record with its hash and returns its line.
func (r *Record) encode() ([]byte, error) {
	r.Time, r.Hash = r.Time.UTC().Truncate(time.Microsecond), ""
	line, err := json.Marshal(wire{r.V, r.Log, r.Seq, r.Time.Format(timeFormat), recordBelow(*r)})
	if err != nil {
		return nil, fmt.Errorf("audit: the event %s: %w", r.Event, err)
	}
	r.Hash = hashOf(r.Prev, line)
	line = append(append(line[:len(line)-1], hashMember...), r.Hash+`"}`...)
	if len(line) > maxLine {
		return nil, fmt.Errorf("audit: the event %s makes a record of %d bytes; it may have %d", r.Event, len(line), maxLine)
	}
	return line, nil
}

// errHash says of a line that its hash is not that of its bytes.
var errHash = errors.New("audit: the hash is not that of the line")

// Parse reads a line of the log, without its line break, and checks that its hash is that of its bytes.
func Parse(line []byte) (Record, error) {
	const tail = len(hashMember) + hashLength + len(`"}`)
	if len(line) > maxLine || len(line) <= tail || !utf8.Valid(line) {
		return Record{}, errors.New("audit: a line is too long, too short or not UTF-8")
	}
	var w wire
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&w); err != nil || d.InputOffset() != int64(len(line)) {
		return Record{}, errors.New("audit: a line is not the JSON of a record")
	}
	r := Record(w.recordBelow)
	r.V, r.Log, r.Seq = w.V, w.Log, w.Seq
	var err error
	if r.Time, err = time.Parse(timeFormat, w.Time); err != nil || r.V != 1 || r.Seq == 0 {
		return Record{}, errors.New("audit: a line has no time, number or version of a record")
	}
	body := len(line) - tail
	want := hashOf(r.Prev, append(bytes.Clone(line[:body]), '}'))
	if string(line[body:]) != hashMember+r.Hash+`"}` || subtle.ConstantTimeCompare([]byte(want), []byte(r.Hash)) != 1 {
		return r, errHash
	}
	return r, nil
}
