package audit

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"time"

	"github.com/dewar-go/dewar/sign"
)

// A Checkpoint is a signed statement that a log's record Seq had Hash. Kept where whoever can write the log cannot write,
// it is what a shortened or rewritten log is found by.
//
// The signature is Ed25519's, so that whoever verifies needs no secret. Its key is made of the app's key ring: there is
// no second secret to keep, and it rotates with the others.
type Checkpoint struct {
	Log  string    `json:"log"`
	Seq  uint64    `json:"seq"`
	Hash string    `json:"hash"`
	Time time.Time `json:"time"`
	// Signer is the public key, Signature what it signs, both base64 (RFC 4648, section 4).
	Signer    string `json:"signer"`
	Signature string `json:"signature"`
}

func (c *Checkpoint) message() []byte {
	return fmt.Appendf(nil, "dewar-audit-checkpoint-v1\n%s\n%d\n%s\n%s\n", c.Log, c.Seq, c.Hash, c.Time.UTC().Format(timeFormat))
}

// String returns the checkpoint as a line of JSON.
func (c Checkpoint) String() string {
	line, _ := json.Marshal(c) // strings and a number cannot fail; a time out of range is no checkpoint
	return string(line)
}

// Verify reports whether the signature is right and by one of the signers, public keys in base64.
func (c Checkpoint) Verify(signers []string) bool {
	key, err := base64.StdEncoding.DecodeString(c.Signer)
	signature, err2 := base64.StdEncoding.DecodeString(c.Signature)
	return err == nil && err2 == nil && len(key) == ed25519.PublicKeySize && slices.Contains(signers, c.Signer) &&
		ed25519.Verify(key, c.message(), signature)
}

// A signer signs checkpoints.
type signer struct {
	key     ed25519.PrivateKey
	trusted []string // public keys of all keys of the ring, the own one first
}

func newSigner(ring *sign.KeyRing) *signer {
	s := &signer{}
	for _, d := range ring.Derive("audit checkpoint", ed25519.SeedSize) {
		key := ed25519.NewKeyFromSeed(d.Key())
		if s.key == nil {
			s.key = key
		}
		s.trusted = append(s.trusted, base64.StdEncoding.EncodeToString(key.Public().(ed25519.PublicKey)))
	}
	return s
}

func (s *signer) sign(log string, seq uint64, hash string) Checkpoint {
	c := Checkpoint{Log: log, Seq: seq, Hash: hash, Time: time.Now().UTC().Truncate(time.Microsecond), Signer: s.trusted[0]}
	c.Signature = base64.StdEncoding.EncodeToString(ed25519.Sign(s.key, c.message()))
	return c
}

// ReadCheckpoints reads checkpoints, one a line of JSON, as [FileSink] writes them. Other lines are counted and left out.
func ReadCheckpoints(r io.Reader) (list []Checkpoint, others int, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		var c Checkpoint
		if json.Unmarshal(lines.Bytes(), &c) != nil || c.Seq == 0 || c.Signature == "" {
			others++
			continue
		}
		list = append(list, c)
	}
	if err := lines.Err(); err != nil {
		return nil, 0, fmt.Errorf("audit: checkpoints: %w", err)
	}
	return list, others, nil
}

// A Sink takes checkpoints to a place outside: another user's file, another machine. It must be one that whoever can
// write the log cannot write. Put returns when the checkpoint is there.
type Sink interface {
	Put(ctx context.Context, c Checkpoint) error
}

// SinkFunc makes a [Sink] of a function.
type SinkFunc func(ctx context.Context, c Checkpoint) error

// Put calls f.
func (f SinkFunc) Put(ctx context.Context, c Checkpoint) error { return f(ctx, c) }

// FileSink appends checkpoints to a file, one a line. It belongs on another file system than the log, where this process
// may append and not change (chattr +a, a mount from elsewhere).
func FileSink(path string) Sink {
	return SinkFunc(func(_ context.Context, c Checkpoint) error {
		f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return fmt.Errorf("audit: checkpoints: %w", err)
		}
		_, err = f.WriteString(c.String() + "\n")
		if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
			return fmt.Errorf("audit: checkpoints: %w", err)
		}
		return nil
	})
}

// LogSink logs checkpoints, for logs that are sent to another machine. Each is in the attribute checkpoint.
func LogSink(logger *slog.Logger) Sink {
	return SinkFunc(func(ctx context.Context, c Checkpoint) error {
		logger.LogAttrs(ctx, slog.LevelInfo, "audit checkpoint", slog.String("checkpoint", c.String()))
		return nil
	})
}
