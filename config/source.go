package config

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// A Source is where references of one kind lead, such as those that begin with "vault:". Package contrib/vault has one.
type Source interface {
	// Open finds the secret with the name, what follows the colon, and returns a function for its value, which is called
	// whenever somebody asks, by several at once. An error stops the start; it must not hold the value.
	Open(ctx context.Context, name string) (value func() string, err error)
}

const (
	maxSecret   = 64 << 10         // of a file or of what a command prints, in bytes
	execTime    = 10 * time.Second // for a command
	fileAgain   = 5 * time.Second  // a file is looked at again
	execAgain   = 5 * time.Minute  // a command is run again
	sourceStart = 30 * time.Second // for a Source to find a secret
)

// reserved are the references that need no Source.
var reserved = map[string]struct{}{"literal": {}, "env": {}, "file": {}, "exec": {}}

// resolve makes a Secret of a text that may be a reference. The error names the reference and never its content.
func (l *loader) resolve(text string) (Secret, error) {
	kind, name, ok := strings.Cut(text, ":")
	if !ok {
		return NewSecret(text), nil
	}
	switch kind {
	case "literal":
		return NewSecret(name), nil
	case "env":
		v, set := l.lookup(name)
		if !set {
			return Secret{}, fmt.Errorf("the secret refers to the environment variable %s, which is not set", name)
		}
		return NewSecret(v), nil
	case "file":
		return newLive("file:"+name, fileAgain, func() (string, error) { return readSecret(name) })
	case "exec":
		argv := strings.Fields(name)
		if len(argv) == 0 || !filepath.IsAbs(argv[0]) {
			return Secret{}, errors.New("the secret refers to a command; write its absolute path behind exec:")
		}
		return newLive("exec:"+argv[0], execAgain, func() (string, error) { return runSecret(argv) })
	}
	source, ok := l.Sources[kind]
	if !ok {
		return NewSecret(text), nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), sourceStart)
	defer cancel()
	value, err := source.Open(ctx, name)
	if err != nil {
		return Secret{}, fmt.Errorf("the secret refers to %s: %w", text, err)
	}
	return Secret{live: &live{read: func() (string, error) { return value(), nil }}}, nil
}

func readSecret(name string) (string, error) {
	b, err := readFile(name, maxSecret)
	if err != nil {
		return "", fmt.Errorf("the secret refers to a file: %w", err)
	}
	v := withoutBreak(b)
	if v == "" {
		return "", fmt.Errorf("the secret refers to %s, which is empty", name)
	}
	return v, nil
}

// withoutBreak removes the last line break.
func withoutBreak(b []byte) string {
	return strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r")
}

// runSecret runs a command. What it prints to its standard error may hold a secret and goes nowhere.
func runSecret(argv []string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), execTime)
	defer cancel()
	out := &capped{limit: maxSecret}
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...) //nolint:gosec // what the configuration says, and no shell
	cmd.Stdout, cmd.WaitDelay = out, time.Second
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		err = fmt.Errorf("it took longer than %v", execTime)
	case err != nil:
		err = fmt.Errorf("%w; run it by hand to see what it says", err)
	case out.over:
		err = fmt.Errorf("it printed more than %d bytes", maxSecret)
	case withoutBreak(out.bytes) == "":
		err = errors.New("it printed nothing")
	}
	if err != nil {
		return "", fmt.Errorf("the secret refers to the command %s: %w", argv[0], err)
	}
	return withoutBreak(out.bytes), nil
}

// capped keeps the first bytes that are written to it.
type capped struct {
	bytes []byte
	limit int
	over  bool
}

func (c *capped) Write(b []byte) (int, error) {
	room := min(len(b), c.limit-len(c.bytes))
	c.over = c.over || room < len(b)
	c.bytes = append(c.bytes, b[:room]...)
	return len(b), nil
}

// live is a secret that is read again.
type live struct {
	what  string                 // the reference, for the log
	every time.Duration          // how long a value is good; 0: it is read each time
	read  func() (string, error) // reads the value

	mu   sync.Mutex
	text string
	at   time.Time
}

func newLive(what string, every time.Duration, read func() (string, error)) (Secret, error) {
	text, err := read()
	if err != nil {
		return Secret{}, err
	}
	return Secret{live: &live{what: what, every: every, read: read, text: text, at: time.Now()}}, nil
}

// value returns the value, read again when it is old. Others who ask meanwhile get the one before.
func (l *live) value() string {
	if l.every == 0 {
		text, _ := l.read()
		return text
	}
	l.mu.Lock()
	text, old := l.text, time.Since(l.at) >= l.every
	if old {
		l.at = time.Now()
	}
	l.mu.Unlock()
	if !old {
		return text
	}
	again, err := l.read()
	if err != nil {
		slog.Warn("a secret could not be read again; its last value stays", "secret", l.what, "err", err)
		return text
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = again
	return again
}
