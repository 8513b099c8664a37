package mail_test

import (
	"bytes"
	"mime"
	netmail "net/mail"
	"strings"
	"testing"

	"github.com/dewar-go/dewar/mail"
)

// TestHeaderTexts: what a user chose for a name or a subject arrives as that text. It is no address beside
// another one, no encoded word of its own, and no line longer than RFC 5322 has them.
func TestHeaderTexts(t *testing.T) {
	for _, text := range []string{
		"plain", "Ä", `"`, `\`, `a\"b`, "Ada, evil@example.org", "é, evil@example.org", `é" <x`, "é (x); y: z", "=?utf-8?q?=0d=0aBcc:_x@example.org?=", "=?utf-8?b?4oCu?=", "a =?x", "é =?utf-8?q?x?=",
		strings.Repeat("é", 430), strings.Repeat("🎉", 215), strings.Repeat("a", 870), strings.Repeat("a🎉", 100),
	} {
		m := good()
		m.Subject, m.Text = text, "Hi"
		name := strings.NewReplacer("<", "(", `\`, `\\`, `"`, `\"`).Replace(text)
		m.To = []string{`"` + name + `" <ada@example.com>`}
		m.Attachments = []mail.Attachment{{Name: strings.Repeat("é", 125) + ".eml"}}
		data, err := m.Encode(now)
		if err != nil {
			t.Errorf("%.40q: %v", text, err)
			continue
		}
		for _, line := range bytes.Split(data, []byte("\r\n")) {
			if len(line) > 998 || bytes.ContainsAny(line, "\r\n") {
				t.Errorf("%.40q: a line of %d bytes: %.100q", text, len(line), line)
			}
		}
		got, err := netmail.ReadMessage(bytes.NewReader(data))
		if err != nil {
			t.Errorf("%.40q: %v", text, err)
			continue
		}
		if subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject")); subject != text {
			t.Errorf("the subject %.60q arrives as %.60q, %v", text, subject, err)
		}
		to, err := got.Header.AddressList("To")
		if err != nil || len(to) != 1 || to[0].Address != "ada@example.com" || to[0].Name != strings.ReplaceAll(text, "<", "(") {
			t.Errorf("To of %.60q arrives as %.200v, %v", text, to, err)
		}
		raw := got.Header.Get("To")
		if box := raw[:strings.LastIndexByte(raw, '<')]; !strings.HasPrefix(box, `"`) && strings.ContainsAny(box, `,"();:@<>`) {
			t.Errorf("the name %.60q is read as more than one: %s", text, box)
		}
		if bytes.Contains(data, []byte("message/rfc822")) {
			t.Errorf("%.60q: a file is a mail in the mail", text)
		}
	}
}

// TestCVE_2023_51764_BodiesEndTheirLines: no CR or LF stands alone in a mail, so that no server on the way finds the end of
// the mail, and another one behind it, where the next does not (SMTP smuggling).
func TestCVE_2023_51764_BodiesEndTheirLines(t *testing.T) {
	const next = "MAIL FROM:<evil@example.org>"
	for _, end := range []string{"\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r.\r\n", "\r\n.\r", "\r\r\n.\r\r\n", "\n\r.\n\r", "\r\n.\r\n", "\x0b.\x0c", "\u2028.\u2028", "\u0085.\u0085"} {
		m := good()
		m.Text, m.HTML = "a"+end+next, "<p>"+end+next
		m.Attachments = []mail.Attachment{{Name: "a.txt", Data: []byte("a" + end + next)}}
		data, err := m.Encode(now)
		if err != nil {
			t.Fatal(err)
		}
		alone := strings.ReplaceAll(string(data), "\r\n", "")
		if strings.ContainsAny(alone, "\r\n") {
			t.Errorf("%q: a CR or LF stands alone in %q", end, data)
		}
	}
}
