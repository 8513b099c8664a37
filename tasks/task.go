package tasks

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"
)

// Bounds of what a broker is given.
const (
	// MaxArgs is the most that the arguments of a task take as JSON, in bytes. What is larger belongs
	// into a database or a file, and its id into the arguments.
	MaxArgs = 64 << 10
	// MaxResult is the most that a result takes as JSON, in bytes.
	MaxResult = 64 << 10
	// MaxError is the most that is kept of an error's text, in bytes.
	MaxError = 4 << 10
	// MaxEnvelope is the most that [DecodeTask] reads, in bytes.
	MaxEnvelope = MaxArgs + 4<<10

	maxKind = 100
)

// DefaultQueue is the queue of tasks whose kind names none.
const DefaultQueue = "default"

// A Priority says which of the waiting tasks of a queue run first. A lower one is overtaken for 30 seconds a level at
// most, so that it is late and never forgotten.
type Priority int

// The priorities. The zero value is Normal.
const (
	Urgent Priority = iota - 1
	Normal
	Low
	Bulk
)

// Ageing is what a level of priority is worth: brokers serve tasks in the order of RunAt plus Ageing times the level.
const Ageing = 30 * time.Second

// A Task is a task as brokers keep it. Its JSON is the envelope of brokers that carry messages.
type Task struct {
	// ID is made by the package: 26 letters and digits, in the order of time.
	ID string `json:"id"`
	// Kind is the name that its handler is registered by.
	Kind string `json:"kind"`
	// Version is the version of Args, from 1.
	Version int `json:"v"`
	// Args are the arguments, JSON of at most MaxArgs bytes.
	Args json.RawMessage `json:"args"`
	// Queue is the queue that it waits in.
	Queue string `json:"queue"`
	// Priority is its level.
	Priority Priority `json:"priority,omitempty"`
	// RunAt is when it becomes due. Zero is at once.
	RunAt time.Time `json:"run_at,omitzero"`
	// Unique is the hash that no other waiting or running task may have. "" is none.
	Unique string `json:"unique,omitempty"`
	// Group is the group that it belongs to. "" is none.
	Group string `json:"group,omitempty"`
	// RequestID and Trace are of the request that made it. Trace is a W3C traceparent. "" is none.
	RequestID string `json:"request_id,omitempty"`
	Trace     string `json:"trace,omitempty"`
	// Enqueued is when it was accepted.
	Enqueued time.Time `json:"enqueued_at"`

	// Attempt counts how often it was claimed; with the worker it is the fence of a claim.
	Attempt int `json:"attempt,omitempty"`
	// Failures counts the attempts that failed.
	Failures int `json:"failures,omitempty"`
	// Lost counts the attempts whose worker died.
	Lost int `json:"lost,omitempty"`
}

// Encode returns the envelope.
func (t *Task) Encode() ([]byte, error) {
	if err := t.Check(); err != nil {
		return nil, err
	}
	return json.Marshal(t)
}

// DecodeTask reads an envelope. Fields that it does not know are left out. Nothing but JSON is read, at most
// MaxEnvelope bytes.
func DecodeTask(data []byte) (*Task, error) {
	if len(data) > MaxEnvelope {
		return nil, fmt.Errorf("tasks: an envelope of %d bytes: there may be %d", len(data), MaxEnvelope)
	}
	var t Task
	if err := json.Unmarshal(data, &t); err != nil {
		return nil, fmt.Errorf("tasks: no envelope: %w", err)
	}
	return &t, t.Check()
}

var (
	idForm    = regexp.MustCompile(`^[0-9a-z]{26}$`)
	queueForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,49}$`)
	traceForm = regexp.MustCompile(`^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$`)
)

// Check returns an error when a broker must not accept the task.
func (t *Task) Check() error {
	wrong := ""
	switch {
	case !idForm.MatchString(t.ID):
		wrong = "its id is not 26 small letters and digits"
	case t.Kind == "" || len(t.Kind) > maxKind || strings.ContainsFunc(t.Kind, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0xfffd }):
		wrong = fmt.Sprintf("the name of its kind must have 1 to %d bytes and no control characters", maxKind)
	case !queueForm.MatchString(t.Queue):
		wrong = "the name of its queue must be of a to z, 0 to 9, _ and -, at most 50"
	case t.Version < 1:
		wrong = "its version is below 1"
	case t.Priority < Urgent || t.Priority > Bulk:
		wrong = fmt.Sprintf("the priority %d is none", t.Priority)
	case len(t.Args) > MaxArgs:
		wrong = fmt.Sprintf("its arguments have %d bytes and may have %d: keep them in the database, and give the task their id", len(t.Args), MaxArgs)
	case !json.Valid(t.Args):
		wrong = "its arguments are not JSON"
	case len(t.Unique) > 64 || len(t.Group) > 26 || len(t.RequestID) > 128 || t.Trace != "" && !traceForm.MatchString(t.Trace):
		wrong = "its unique key, group, request id or trace is not of the package's making"
	default:
		return nil
	}
	return fmt.Errorf("tasks: the task %q (%.26q) cannot be enqueued: %s", clip(t.Kind, maxKind), t.ID, wrong)
}

// Rank is the key by which brokers order due tasks, in milliseconds of Unix time: the lowest first.
func (t *Task) Rank(now time.Time) int64 {
	at := now
	if t.RunAt.After(now) {
		at = t.RunAt
	}
	return at.UnixMilli() + int64(t.Priority)*Ageing.Milliseconds()
}

const idLetters = "0123456789abcdefghjkmnpqrstvwxyz" // Crockford's base 32

var lastID struct {
	sync.Mutex
	milli, count uint64
}

// NewID makes an id: 48 bits of the time, 16 that count within a millisecond, 64 of chance.
func NewID() string {
	var b [16]byte
	_, _ = rand.Read(b[8:])
	lastID.Lock()
	if now := uint64(time.Now().UnixMilli()); now != lastID.milli && (now > lastID.milli || lastID.milli-now > 1000) {
		lastID.milli, lastID.count = now, 0
	} else if lastID.count++; lastID.count>>16 > 0 {
		lastID.milli, lastID.count = lastID.milli+1, 0
	}
	head := lastID.milli<<16 | lastID.count
	lastID.Unlock()
	binary.BigEndian.PutUint64(b[:8], head)
	var out [26]byte
	hi, lo := binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])
	for i := 25; i >= 0; i-- {
		out[i] = idLetters[lo&31]
		lo = lo>>5 | hi<<59
		hi >>= 5
	}
	return string(out[:])
}

// clip cuts a text to n bytes, at the border of a letter.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}
