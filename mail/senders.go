package mail

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Console is a sender that writes mails for a developer to read, and sends nothing. Links are written
// as they are: somebody who develops wants to follow them. It is not for a log that is kept.
func Console(w io.Writer) Sender { return &console{w: w} }

type console struct {
	mu sync.Mutex
	w  io.Writer
}

func (c *console) Send(_ context.Context, m *Message) error {
	if err := m.Check(); err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "--- mail, not sent\nFrom: %s\nTo: %s\nSubject: %s\n\n%s\n", m.From, strings.Join(slices.Concat(m.To, m.Cc, m.Bcc), ", "), m.Subject, strings.TrimRight(m.Text, "\n"))
	for _, a := range m.Attachments {
		fmt.Fprintf(&b, "[%s, %d bytes]\n", a.Name, len(a.Data))
	}
	b.WriteString("---\n")
	c.mu.Lock()
	defer c.mu.Unlock()
	_, err := io.WriteString(c.w, b.String())
	return err
}

// Folder is a sender that writes each mail as an .eml file, which mail programs open, into a folder
// that it makes if need be. Only its owner reads them: they hold links that sign in.
func Folder(dir string) Sender { return folder(dir) }

type folder string

func (f folder) Send(_ context.Context, m *Message) error {
	now := time.Now()
	data, err := m.Encode(now)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(string(f), 0o700); err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	file, err := os.CreateTemp(string(f), now.UTC().Format("20060102-150405-")+"*.eml")
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	_, err = file.Write(data)
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("mail: %s: %w", filepath.Base(file.Name()), err)
	}
	return nil
}

// An Outbox is a sender for tests, which keeps what it is given. Its zero value is ready.
type Outbox struct {
	// Fail, when set, is asked first; its error is returned.
	Fail func(*Message) error

	mu   sync.Mutex
	list []*Message
}

// Send keeps the mail. Like the others it refuses one that [Message.Check] finds wrong.
func (o *Outbox) Send(_ context.Context, m *Message) error {
	if err := m.Check(); err != nil {
		return err
	}
	if o.Fail != nil {
		if err := o.Fail(m); err != nil {
			return err
		}
	}
	own := *m
	o.mu.Lock()
	defer o.mu.Unlock()
	o.list = append(o.list, &own)
	return nil
}

// Messages are the mails so far.
func (o *Outbox) Messages() []*Message {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.list)
}

// Last is the last mail, nil for none.
func (o *Outbox) Last() *Message {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.list) == 0 {
		return nil
	}
	return o.list[len(o.list)-1]
}

// Clear forgets the mails.
func (o *Outbox) Clear() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.list = nil
}

var link = regexp.MustCompile(`https?://[^\s<>"']+`)

// Links are the URLs in the text of a mail, in their order.
func (m *Message) Links() []string {
	list := link.FindAllString(m.Text, -1)
	for i, u := range list {
		list[i] = strings.TrimRight(u, ".,;:!?)")
	}
	return list
}
