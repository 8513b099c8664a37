package mail

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/textproto"
	"path"
	"strings"
	"time"
	"unicode/utf8"
)

// Encode writes the mail as it is sent (RFC 5322, MIME), without Bcc. now is its date. The error is
// that of Check.
func (m *Message) Encode(now time.Time) ([]byte, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	header := func(name, value string) {
		if value != "" {
			b.WriteString(name + ": " + value + "\r\n")
		}
	}
	header("From", encodeAddresses(m.From))
	header("To", encodeAddresses(m.To...))
	header("Cc", encodeAddresses(m.Cc...))
	if m.ReplyTo != "" {
		header("Reply-To", encodeAddresses(m.ReplyTo))
	}
	header("Subject", encodeText(m.Subject))
	header("Date", now.Format("Mon, 02 Jan 2006 15:04:05 -0700"))
	header("Message-ID", m.MessageID())
	if !m.ByPerson {
		header("Auto-Submitted", "auto-generated")
	}
	if m.Unsubscribe != "" {
		header("List-Unsubscribe", "<"+m.Unsubscribe+">")
		header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	}
	header("MIME-Version", "1.0")
	body := m.body()
	for _, name := range []string{"Content-Type", "Content-Transfer-Encoding"} {
		header(name, body.header.Get(name))
	}
	b.WriteString("\r\n")
	body.write(&b)
	return b.Bytes(), nil
}

// A part is a piece of a mail with its headers.
type part struct {
	header textproto.MIMEHeader
	write  func(io.Writer)
}

// body is the text; or text and page as alternatives, the page with its pictures; and the
// files behind that.
func (m *Message) body() part {
	body := text("text/plain", m.Text)
	var inline, files []part
	for i := range m.Attachments {
		a := &m.Attachments[i]
		if a.Inline && m.HTML != "" {
			inline = append(inline, a.part())
		} else {
			files = append(files, a.part())
		}
	}
	if m.HTML != "" {
		page := text("text/html", m.HTML)
		if len(inline) > 0 {
			page = several("related", append([]part{page}, inline...))
		}
		body = several("alternative", []part{body, page})
	}
	if len(files) > 0 {
		body = several("mixed", append([]part{body}, files...))
	}
	return body
}

// several is a multipart. A bytes.Buffer takes everything, so that nothing here fails.
func several(kind string, parts []part) part {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, p := range parts {
		to, err := w.CreatePart(p.header)
		if err == nil {
			p.write(to)
		}
	}
	_ = w.Close()
	return part{
		textproto.MIMEHeader{"Content-Type": {"multipart/" + kind + "; boundary=" + w.Boundary()}},
		func(to io.Writer) { _, _ = to.Write(b.Bytes()) },
	}
}

func text(kind, s string) part {
	return part{
		textproto.MIMEHeader{"Content-Type": {kind + "; charset=utf-8"}, "Content-Transfer-Encoding": {"quoted-printable"}},
		func(to io.Writer) {
			w := quotedprintable.NewWriter(to)
			_, _ = io.WriteString(w, strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "\r\n"))
			_ = w.Close()
		},
	}
}

func (a *Attachment) part() part {
	kind := a.ContentType
	if kind == "" {
		if kind = mime.TypeByExtension(path.Ext(a.Name)); !fileType(kind) {
			kind = "application/octet-stream"
		}
	}
	disposition := "attachment"
	h := textproto.MIMEHeader{"Content-Type": {kind}, "Content-Transfer-Encoding": {"base64"}}
	if a.Inline {
		disposition = "inline"
		h["Content-ID"] = []string{"<" + a.Name + ">"}
	}
	h["Content-Disposition"] = []string{mime.FormatMediaType(disposition, map[string]string{"filename": a.Name})}
	return part{h, func(to io.Writer) {
		const line = 57 // bytes, which make 76 letters
		for data := a.Data; len(data) > 0; data = data[min(line, len(data)):] {
			_, _ = io.WriteString(to, base64.StdEncoding.EncodeToString(data[:min(line, len(data))])+"\r\n")
		}
	}}
}

// plainText reports whether a text may stand in a header as it is: what looks like an encoded word would
// be decoded, to characters that Check has not seen.
func plainText(s string) bool { return isASCII(s) && !strings.Contains(s, "=?") }

// encodeText writes a text as encoded words where it must (RFC 2047), one a line. They are in base64: a comma or
// a quotation mark in a word would be one to programs that read the header before they decode it.
func encodeText(s string) string {
	if plainText(s) {
		return s
	}
	const longest = 45 // bytes, of which a word of 75 letters is made
	var words []string
	for s != "" {
		n := min(longest, len(s))
		for n < len(s) && !utf8.RuneStart(s[n]) {
			n--
		}
		words = append(words, "=?utf-8?b?"+base64.StdEncoding.EncodeToString([]byte(s[:n]))+"?=")
		s = s[n:]
	}
	return strings.Join(words, "\r\n ")
}

// encodeAddresses writes addresses, one a line: a header's lines have 998 bytes at most.
func encodeAddresses(texts ...string) string {
	list := make([]string, 0, len(texts))
	for _, t := range texts {
		a, err := parseAddress(t)
		if err != nil {
			continue // Check has refused it
		}
		switch {
		case a.name == "":
			list = append(list, a.mailbox)
		case plainText(a.name):
			list = append(list, `"`+strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(a.name)+`" <`+a.mailbox+">")
		default:
			list = append(list, encodeText(a.name)+" <"+a.mailbox+">")
		}
	}
	return strings.Join(list, ",\r\n ")
}
