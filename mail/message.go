// Package mail writes mails and hands them to whatever sends them: contrib/mail's SMTP client, or
// one of this package for development and tests.
//
//	m, err := mail.Render(app, "mail/welcome", mail.Message{To: []string{user.Email}}, dewar.Vars{"user": user})
//	if err == nil {
//		err = sender.Send(ctx, m)
//	}
//
// [Render] makes the text of the template mail/welcome.txt, whose first line is "Subject: …", and the
// page of mail/welcome.html, if there is one. url_for gives whole URLs there, by Config.ServerName.
//
// # What a mail cannot be
//
// Nothing of a [Message] becomes a header of its own: CR, LF, NUL and the characters that turn the
// direction of writing are refused in addresses, names, subject and file names, and so are addresses with a
// quoted local part, of an IP address, and groups, which mail servers have read differently
// (CVE-2020-28483's class, SMTP smuggling by ORCPT). At most fifty recipients and 25 MiB. What is wrong is
// found by Check, with all mistakes at once, before anything is sent.
//
// # One mail a recipient
//
// A mail to several is several mails that fail together. Send one to each recipient, and give each an
// ID that stays when it is sent again: receivers drop the second of two with one Message-ID. [Later]
// does both, with a task for each recipient.
//
// # Senders
//
//	Console     writes what would be sent, for development
//	Folder      writes .eml files
//	Outbox      keeps them, for tests
//	contrib/mail    SMTP with TLS
package mail

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"mime"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dewar-go/dewar/internal/punycode"
)

// A Sender sends mails. An error that another attempt may not have is one for which [IsTemporary]
// is true.
type Sender interface {
	Send(ctx context.Context, m *Message) error
}

// A Message is a mail. Addresses are "ada@example.com" or "Ada <ada@example.com>".
type Message struct {
	// From is who sends. It is required.
	From string
	// To, Cc and Bcc are the recipients, at most 50 together. Bcc is in no header.
	To, Cc, Bcc []string
	// ReplyTo is where answers go. Default: From.
	ReplyTo string
	// Subject is required.
	Subject string
	// Text is the mail as plain text. It is required.
	Text string
	// HTML is the mail as a page, beside Text. Default: none.
	HTML string
	// Attachments are files.
	Attachments []Attachment
	// ID begins the Message-ID, whose end is From's domain: letters, digits, ".", "_" and "-". Give one
	// where a mail may be sent twice, such as a task's. Default: random.
	ID string
	// Unsubscribe is an https URL that takes a POST without a question (RFC 8058); large receivers
	// ask for one of mails that many get. Default: none.
	Unsubscribe string
	// ByPerson leaves out Auto-Submitted (RFC 3834), which keeps answering machines from
	// answering a program.
	ByPerson bool
}

// An Attachment is a file of a mail.
type Attachment struct {
	// Name is the file's name. It is required.
	Name string
	// ContentType is the type. Default: by Name's ending, else application/octet-stream.
	ContentType string
	// Data is the content.
	Data []byte
	// Inline shows the file in HTML, as the picture <img src="cid:Name">.
	Inline bool
}

// Bounds of a mail.
const (
	MaxRecipients = 50
	MaxSize       = 25 << 20 // bytes of texts and files together
	maxAddress    = 254      // RFC 5321, section 4.5.3.1.3, less the angle brackets
	maxHeader     = 900      // bytes of a subject or a name
	maxFileName   = 255      // bytes, of which a line holds the escapes
)

// Check finds what is wrong with a mail; nil for nothing. The errors name the field.
func (m *Message) Check() error {
	var errs []error
	add := func(field string, err error) {
		if err != nil {
			errs = append(errs, fmt.Errorf("mail: %s: %w", field, err))
		}
	}
	address := func(field, text string) {
		_, err := parseAddress(text)
		add(field, err)
	}
	address("From", m.From)
	if m.ReplyTo != "" {
		address("ReplyTo", m.ReplyTo)
	}
	n := 0
	for field, list := range map[string][]string{"To": m.To, "Cc": m.Cc, "Bcc": m.Bcc} {
		if n += len(list); len(list) > MaxRecipients {
			continue // said below
		}
		for _, text := range list {
			address(field, text)
		}
	}
	if n == 0 || n > MaxRecipients {
		add("To", fmt.Errorf("%d recipients; it must be 1 to %d, with Cc and Bcc", n, MaxRecipients))
	}
	if strings.TrimSpace(m.Subject) == "" {
		add("Subject", errors.New("it is empty"))
	}
	add("Subject", headerText(m.Subject))
	if m.Text == "" {
		add("Text", errors.New("it is empty; a mail of HTML alone is taken for spam, and not everybody reads it"))
	}
	size := len(m.Text) + len(m.HTML)
	if !utf8.ValidString(m.Text) || !utf8.ValidString(m.HTML) {
		add("Text", errors.New("Text or HTML is not UTF-8"))
	}
	seen := map[string]bool{}
	for _, a := range m.Attachments {
		size += len(a.Data)
		add("Attachments", a.check(seen))
	}
	if size > MaxSize {
		add("Attachments", fmt.Errorf("the mail has %d bytes, more than %d; give a link to the file", size, MaxSize))
	}
	if strings.Trim(m.ID, idLetters) != "" || len(m.ID) > 100 {
		add("ID", errors.New("it may have 100 letters, digits, dots, hyphens and underscores"))
	}
	if u, err := url.Parse(m.Unsubscribe); m.Unsubscribe != "" && (err != nil || u.Scheme != "https" || u.Host == "" || headerText(m.Unsubscribe) != nil || strings.ContainsAny(m.Unsubscribe, "<> ,")) {
		add("Unsubscribe", errors.New("it must be an https URL"))
	}
	return errors.Join(errs...)
}

const idLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

func (a *Attachment) check(seen map[string]bool) error {
	if a.Name == "" || strings.ContainsAny(a.Name, `/\`) {
		return fmt.Errorf("%q is no file's name", a.Name)
	}
	if err := headerText(a.Name); err != nil {
		return fmt.Errorf("the name %q: %w", a.Name, err)
	}
	if len(a.Name) > maxFileName {
		return fmt.Errorf("the name %q… has %d bytes, more than %d", a.Name[:20], len(a.Name), maxFileName)
	}
	if a.ContentType != "" {
		if !fileType(a.ContentType) {
			return fmt.Errorf("%q has the type %q, which is none for a file", a.Name, a.ContentType)
		}
	}
	if a.Inline {
		if strings.Trim(a.Name, idLetters) != "" {
			return fmt.Errorf("the name %q of an inline file may have letters, digits, dots, hyphens and underscores", a.Name)
		}
		if seen[a.Name] {
			return fmt.Errorf("two inline files are named %q", a.Name)
		}
		seen[a.Name] = true
	}
	return nil
}

// fileType reports whether a media type is one of a file, and not of a mail's parts.
func fileType(text string) bool {
	kind, _, err := mime.ParseMediaType(text)
	return err == nil && isASCII(text) && headerText(text) == nil && strings.Contains(kind, "/") && !strings.HasPrefix(kind, "multipart/") && !strings.HasPrefix(kind, "message/")
}

// headerText refuses what would end a header, or show another text than there is.
func headerText(s string) error {
	if len(s) > maxHeader {
		return fmt.Errorf("it has %d bytes, more than %d", len(s), maxHeader)
	}
	if !utf8.ValidString(s) {
		return errors.New("it is not UTF-8")
	}
	for _, r := range s {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
			return fmt.Errorf("it has the character %U, which no header may have", r)
		}
	}
	return nil
}

// An address is a name and a mailbox, which is in ASCII.
type address struct{ name, mailbox string }

// parseAddress reads "mailbox" or "Name <mailbox>". A local part with "=?" is refused: some mail
// servers decode an encoded word there, and send to another address; and with "%" or "!", which relays have read
// as a way: user%elsewhere.example@example.com goes on to user@elsewhere.example.
func parseAddress(text string) (address, error) {
	if err := headerText(text); err != nil {
		return address{}, err
	}
	name, box := "", strings.TrimSpace(text)
	if i := strings.IndexByte(box, '<'); i >= 0 && strings.HasSuffix(box, ">") {
		name, box = strings.TrimSpace(box[:i]), box[i+1:len(box)-1]
		if n := len(name); n >= 2 && name[0] == '"' && name[n-1] == '"' {
			name = strings.ReplaceAll(strings.ReplaceAll(name[1:n-1], `\"`, `"`), `\\`, `\`)
		}
	}
	local, domain, ok := cutLast(box, '@')
	if !ok || local == "" || strings.Trim(local, localLetters) != "" || strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(local, "..") || strings.Contains(local, "=?") || len(local) > 64 {
		return address{}, fmt.Errorf("%q is no address that mail can be sent to: it must be like ada@example.com", clip(text))
	}
	domain, err := asciiDomain(domain)
	if err != nil {
		return address{}, fmt.Errorf("%q: %w", clip(text), err)
	}
	if box = local + "@" + domain; len(box) > maxAddress {
		return address{}, fmt.Errorf("%q is longer than %d bytes", clip(text), maxAddress)
	}
	return address{name, box}, nil
}

// localLetters are those of an unquoted local part (RFC 5322, section 3.2.3) but "%" and "!", and the dot.
const localLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789#$&'*+-/=?^_`{|}~."

func cutLast(s string, sep byte) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

// asciiDomain is a domain of at least two labels in the form of the DNS.
func asciiDomain(domain string) (string, error) {
	labels := strings.Split(strings.ToLower(domain), ".")
	if len(labels) < 2 && domain != "localhost" || len(domain) > 253 {
		return "", errors.New("its domain is none")
	}
	for i, label := range labels {
		if len(label) > 63 {
			return "", errors.New("its domain is none")
		}
		if !isASCII(label) {
			label = "xn--" + punycode.Encode(label)
		}
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || label[0] == '-' || label[len(label)-1] == '-' {
			return "", errors.New("its domain is none")
		}
		labels[i] = label
	}
	if last := labels[len(labels)-1]; strings.Trim(last, "0123456789") == "" {
		return "", errors.New("its domain is an IP address")
	}
	return strings.Join(labels, "."), nil
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

func clip(s string) string {
	if len(s) > 100 {
		return s[:100] + "…"
	}
	return s
}

// MessageID is the mail's Message-ID. Without an ID each call gives another one.
func (m *Message) MessageID() string {
	id := m.ID
	if id == "" {
		id = rand.Text()
	}
	domain := "localhost"
	if from, err := parseAddress(m.From); err == nil {
		_, domain, _ = cutLast(from.mailbox, '@')
	}
	return "<" + id + "@" + domain + ">"
}

// Mailbox is the mailbox of an address, with its domain in ASCII: what SMTP is told.
func Mailbox(text string) (string, error) {
	a, err := parseAddress(text)
	if err != nil {
		return "", fmt.Errorf("mail: %w", err)
	}
	return a.mailbox, nil
}

// Recipients are the mailboxes that the mail goes to, each once.
func (m *Message) Recipients() ([]string, error) {
	var list []string
	seen := map[string]bool{}
	for _, group := range [][]string{m.To, m.Cc, m.Bcc} {
		for _, text := range group {
			box, err := Mailbox(text)
			if err != nil {
				return nil, err
			}
			if !seen[box] {
				seen[box] = true
				list = append(list, box)
			}
		}
	}
	return list, nil
}

// A TemporaryError is one that another attempt may not have.
type TemporaryError struct{ Err error }

// Error is the reason.
func (e *TemporaryError) Error() string { return e.Err.Error() }

// Unwrap returns the reason.
func (e *TemporaryError) Unwrap() error { return e.Err }

// IsTemporary reports whether it may help to send the mail again, in some minutes: receivers that
// do not know a sender ask for that.
func IsTemporary(err error) bool {
	var t *TemporaryError
	return errors.As(err, &t)
}
