package mail_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/mail"
)

var now = time.Date(2026, 11, 30, 12, 0, 0, 0, time.FixedZone("", 3600))

func good() mail.Message {
	return mail.Message{From: "Shop <shop@example.com>", To: []string{"ada@example.com"}, Subject: "Hello", Text: "Hi\n"}
}

func TestCheck(t *testing.T) {
	long := strings.Repeat("a", 65)
	for name, row := range map[string]struct {
		change func(*mail.Message)
		want   string // "" for a good one
	}{
		"good":                     {func(*mail.Message) {}, ""},
		"no sender":                {func(m *mail.Message) { m.From = "" }, "From"},
		"nobody":                   {func(m *mail.Message) { m.To = nil }, "0 recipients"},
		"only Bcc":                 {func(m *mail.Message) { m.To, m.Bcc = nil, m.To }, ""},
		"51":                       {func(m *mail.Message) { m.Cc = strings.Split(strings.Repeat("a@example.com ", 50)+"b@example.com", " ") }, "52 recipients"},
		"no subject":               {func(m *mail.Message) { m.Subject = " " }, "Subject: it is empty"},
		"subject with a line":      {func(m *mail.Message) { m.Subject = "a\r\nBcc: x@example.com" }, "U+000D"},
		"subject with LF":          {func(m *mail.Message) { m.Subject = "a\nb" }, "U+000A"},
		"subject with NUL":         {func(m *mail.Message) { m.Subject = "a\x00" }, "U+0000"},
		"subject turned around":    {func(m *mail.Message) { m.Subject = "a\u202eb" }, "U+202E"},
		"subject with a separator": {func(m *mail.Message) { m.Subject = "a\u2028b" }, "U+2028"},
		"subject not UTF-8":        {func(m *mail.Message) { m.Subject = "a\xff" }, "UTF-8"},
		"long subject":             {func(m *mail.Message) { m.Subject = strings.Repeat("a", 901) }, "901 bytes"},
		"emoji":                    {func(m *mail.Message) { m.Subject = "🎉 für dich" }, ""},
		"name with a line":         {func(m *mail.Message) { m.To = []string{"Ada\r\nX: y <ada@example.com>"} }, "U+000D"},
		"name in quotes":           {func(m *mail.Message) { m.To = []string{`"Lovelace, Ada" <ada@example.com>`} }, ""},
		"quoted local part":        {func(m *mail.Message) { m.To = []string{`"foo@psres.net> ORCPT=admin@admin.com"@example.com`} }, "no address"},
		"spaces":                   {func(m *mail.Message) { m.To = []string{"a b@example.com"} }, "no address"},
		"two":                      {func(m *mail.Message) { m.To = []string{"a@example.com, b@example.com"} }, "no address"},
		"two at":                   {func(m *mail.Message) { m.To = []string{"a@b@example.com"} }, "no address"},
		"encoded word":             {func(m *mail.Message) { m.To = []string{"=?utf-8?q?x=40evil.example?=@example.com"} }, "no address"},
		"a way by percent":         {func(m *mail.Message) { m.To = []string{"a%evil.example@example.com"} }, "no address"},
		"a way by bang":            {func(m *mail.Message) { m.To = []string{"evil.example!a@example.com"} }, "no address"},
		"VERP":                     {func(m *mail.Message) { m.To = []string{"bounce+ada=example.org@example.com"} }, ""},
		"a long file name":         {func(m *mail.Message) { m.Attachments = []mail.Attachment{{Name: strings.Repeat("a", 256)}} }, "256 bytes"},
		"a type not in ASCII":      {func(m *mail.Message) { m.Attachments = []mail.Attachment{{Name: "a", ContentType: "text/plain; x=é"}} }, "has the type"},
		"group":                    {func(m *mail.Message) { m.To = []string{"friends: ada@example.com;"} }, "no address"},
		"an IP address":            {func(m *mail.Message) { m.To = []string{"a@[127.0.0.1]"} }, "domain"},
		"an IP address, bare":      {func(m *mail.Message) { m.To = []string{"a@127.0.0.1"} }, "IP address"},
		"no domain":                {func(m *mail.Message) { m.To = []string{"ada"} }, "no address"},
		"one label":                {func(m *mail.Message) { m.To = []string{"ada@example"} }, "domain"},
		"localhost":                {func(m *mail.Message) { m.To = []string{"ada@localhost"} }, ""},
		"IDN":                      {func(m *mail.Message) { m.To = []string{"ada@bücher.example"} }, ""},
		"a local part of letters":  {func(m *mail.Message) { m.To = []string{"jörg@example.com"} }, "no address"},
		"a long local part":        {func(m *mail.Message) { m.To = []string{long + "@example.com"} }, "no address"},
		"a long label":             {func(m *mail.Message) { m.To = []string{"a@" + long + ".com"} }, "domain"},
		"dots":                     {func(m *mail.Message) { m.To = []string{"a..b@example.com"} }, "no address"},
		"a hyphen":                 {func(m *mail.Message) { m.To = []string{"a@-example.com"} }, "domain"},
		"reply to":                 {func(m *mail.Message) { m.ReplyTo = "x" }, "ReplyTo"},
		"no text":                  {func(m *mail.Message) { m.Text, m.HTML = "", "<p>" }, "Text: it is empty"},
		"text not UTF-8":           {func(m *mail.Message) { m.Text = "\xff" }, "UTF-8"},
		"a file":                   {func(m *mail.Message) { m.Attachments = []mail.Attachment{{Name: "a.pdf"}} }, ""},
		"a file without name":      {func(m *mail.Message) { m.Attachments = []mail.Attachment{{}} }, "no file's name"},
		"a file in a folder":       {func(m *mail.Message) { m.Attachments = []mail.Attachment{{Name: "../a"}} }, "no file's name"},
		"a file with a line":       {func(m *mail.Message) { m.Attachments = []mail.Attachment{{Name: "a\r\nb"}} }, "U+000D"},
		"a type with a line": {func(m *mail.Message) {
			m.Attachments = []mail.Attachment{{Name: "a", ContentType: "text/plain;\r\n x=y"}}
		}, "has the type"},
		"a type of parts": {func(m *mail.Message) { m.Attachments = []mail.Attachment{{Name: "a", ContentType: "multipart/mixed"}} }, "has the type"},
		"twice inline": {func(m *mail.Message) {
			m.Attachments = []mail.Attachment{{Name: "a", Inline: true}, {Name: "a", Inline: true}}
		}, "two inline"},
		"inline with spaces": {func(m *mail.Message) { m.Attachments = []mail.Attachment{{Name: "a b>", Inline: true}} }, "inline file"},
		"too large": {func(m *mail.Message) {
			m.Attachments = []mail.Attachment{{Name: "a", Data: make([]byte, mail.MaxSize)}}
		}, "give a link"},
		"an ID":               {func(m *mail.Message) { m.ID = "task-17.a_b" }, ""},
		"an ID with a line":   {func(m *mail.Message) { m.ID = "a\r\nb" }, "ID"},
		"an ID with @":        {func(m *mail.Message) { m.ID = "a@b>" }, "ID"},
		"unsubscribe":         {func(m *mail.Message) { m.Unsubscribe = "https://example.com/u?t=1" }, ""},
		"unsubscribe by http": {func(m *mail.Message) { m.Unsubscribe = "http://example.com/" }, "https"},
		"unsubscribe twice":   {func(m *mail.Message) { m.Unsubscribe = "https://a.example/>,<https://b.example/" }, "https"},
	} {
		t.Run(name, func(t *testing.T) {
			m := good()
			row.change(&m)
			err := m.Check()
			if (err == nil) != (row.want == "") || err != nil && !strings.Contains(err.Error(), row.want) {
				t.Errorf("%v", err)
			}
			if _, encodeErr := m.Encode(now); (encodeErr == nil) != (err == nil) {
				t.Errorf("Encode: %v", encodeErr)
			}
		})
	}
	bad := mail.Message{From: "x", Subject: "a\nb"}
	if err := bad.Check(); strings.Count(err.Error(), "mail: ") != 4 {
		t.Errorf("not all mistakes at once: %v", err)
	}
}

// read is a mail as a receiver reads it.
func read(t *testing.T, m *mail.Message) *netmail.Message {
	t.Helper()
	data, err := m.Encode(now)
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.SplitSeq(data, []byte("\r\n")) {
		if len(line) > 998 || bytes.ContainsAny(line, "\r\n") {
			t.Errorf("the line %q", line)
		}
	}
	got, err := netmail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestEncode(t *testing.T) {
	m := good()
	m.To = []string{`"Lovelace, \"Ada\"" <ada@example.com>`, "Jörg <jorg@bücher.example>"}
	m.Cc, m.Bcc, m.ReplyTo = []string{"c@example.com"}, []string{"secret@example.com"}, "help@example.com"
	m.Subject = "Grüße an " + strings.Repeat("dich und ", 30)
	m.Text, m.ID, m.Unsubscribe = "Zeile\r\n.\nGrüße "+strings.Repeat("x", 2000)+"\n", "task-1", "https://example.com/u"
	got := read(t, &m)
	to, err := got.Header.AddressList("To")
	if err != nil || len(to) != 2 || to[0].Name != `Lovelace, "Ada"` || to[1].Name != "Jörg" || to[1].Address != "jorg@xn--bcher-kva.example" {
		t.Errorf("To: %v, %v", to, err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
	if err != nil || subject != m.Subject {
		t.Errorf("Subject: %q, %v", subject, err)
	}
	for name, want := range map[string]string{
		"Message-Id": "<task-1@example.com>", "Date": "Mon, 30 Nov 2026 12:00:00 +0100", "Auto-Submitted": "auto-generated", "Bcc": "",
		"List-Unsubscribe": "<https://example.com/u>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "Reply-To": "help@example.com", "X-Mailer": "", "User-Agent": "",
	} {
		if v := got.Header.Get(name); v != want {
			t.Errorf("%s: %q, want %q", name, v, want)
		}
	}
	text, err := io.ReadAll(quotedprintable.NewReader(got.Body))
	if want := strings.ReplaceAll(strings.ReplaceAll(m.Text, "\r\n", "\n"), "\n", "\r\n"); err != nil || string(text) != want {
		t.Errorf("the text is %q, %v", text, err)
	}
	if list, err := m.Recipients(); err != nil || strings.Join(list, " ") != "ada@example.com jorg@xn--bcher-kva.example c@example.com secret@example.com" {
		t.Errorf("recipients: %v, %v", list, err)
	}
}

// tree lists the types of a mail's parts.
func tree(t *testing.T, kind string, body io.Reader, indent string, out *strings.Builder) {
	t.Helper()
	media, params, err := mime.ParseMediaType(kind)
	if err != nil {
		t.Fatal(err)
	}
	out.WriteString(indent + media + "\n")
	if !strings.HasPrefix(media, "multipart/") {
		return
	}
	r := multipart.NewReader(body, params["boundary"])
	for {
		p, err := r.NextRawPart()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		tree(t, p.Header.Get("Content-Type"), p, indent+" ", out)
	}
}

func TestParts(t *testing.T) {
	file := mail.Attachment{Name: "Rechnung für.pdf", Data: bytes.Repeat([]byte{0, 255}, 500)}
	picture := mail.Attachment{Name: "logo.png", Data: []byte("png"), Inline: true}
	for want, change := range map[string]func(*mail.Message){
		"text/plain\n": func(*mail.Message) {},
		"multipart/alternative\n text/plain\n text/html\n": func(m *mail.Message) { m.HTML = "<p>" },
		"multipart/mixed\n text/plain\n application/pdf\n": func(m *mail.Message) { m.Attachments = []mail.Attachment{file} },
		"multipart/mixed\n text/plain\n image/png\n":       func(m *mail.Message) { m.Attachments = []mail.Attachment{picture} },
		"multipart/mixed\n multipart/alternative\n  text/plain\n  multipart/related\n   text/html\n   image/png\n application/pdf\n": func(m *mail.Message) { m.HTML, m.Attachments = "<p>", []mail.Attachment{file, picture} },
	} {
		m := good()
		change(&m)
		got := read(t, &m)
		var out strings.Builder
		tree(t, got.Header.Get("Content-Type"), got.Body, "", &out)
		if out.String() != want {
			t.Errorf("got\n%s\nwant\n%s", out.String(), want)
		}
	}
	m := good()
	m.Attachments = []mail.Attachment{file}
	got := read(t, &m)
	_, params, _ := mime.ParseMediaType(got.Header.Get("Content-Type"))
	r := multipart.NewReader(got.Body, params["boundary"])
	_, _ = r.NextPart()
	p, err := r.NextPart()
	if err != nil || p.FileName() != file.Name {
		t.Errorf("the file is called %q, %v", p.FileName(), err)
	}
}

func TestSenders(t *testing.T) {
	ctx, m, bad := context.Background(), good(), mail.Message{}
	var console bytes.Buffer
	dir := filepath.Join(t.TempDir(), "mails")
	var box mail.Outbox
	for name, s := range map[string]mail.Sender{"console": mail.Console(&console), "folder": mail.Folder(dir), "outbox": &box} {
		if err := s.Send(ctx, &bad); err == nil {
			t.Errorf("%s sends what is no mail", name)
		}
		if err := s.Send(ctx, &m); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if text := console.String(); !strings.Contains(text, "To: ada@example.com\nSubject: Hello\n\nHi\n---") {
		t.Error(text)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.eml"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	info, _ := os.Stat(files[0])
	if data, err := os.ReadFile(files[0]); err != nil || !strings.Contains(string(data), "Subject: Hello\r\n") || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %s, %v", info.Mode(), data, err)
	}
	m.Text = "Confirm: https://example.com/c?t=1&u=2.\nOr (http://b.example/x)."
	if err := box.Send(ctx, &m); err != nil {
		t.Fatal(err)
	}
	if links := box.Last().Links(); len(links) != 2 || links[0] != "https://example.com/c?t=1&u=2" || links[1] != "http://b.example/x" {
		t.Errorf("%q", links)
	}
	box.Fail = func(*mail.Message) error { return &mail.TemporaryError{Err: errors.New("greylisted")} }
	if err := box.Send(ctx, &m); !mail.IsTemporary(err) || err.Error() != "greylisted" || len(box.Messages()) != 2 {
		t.Errorf("%v, %d mails", err, len(box.Messages()))
	}
	if box.Clear(); box.Last() != nil {
		t.Error("Clear leaves mails")
	}
}

func TestRender(t *testing.T) {
	app := dewar.New(dewar.Config{
		Loopback: true, InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler), ServerName: "shop.example.com", Debug: true,
		Templates: fstest.MapFS{
			"mail/welcome.txt":  {Data: []byte("Subject: Welcome, {{ name }}\n\nHello {{ name }}: {{ url_for('user', id=7) }}\n")},
			"mail/welcome.html": {Data: []byte(`<p>Hello {{ name }}: <a href="{{ url_for('user', id=7) }}">you</a>`)},
			"mail/plain.txt":    {Data: []byte("Subject: Plain\nText\n")},
			"mail/none.txt":     {Data: []byte("Text\n")},
			"mail/empty.txt":    {Data: []byte("Subject: x\nText\n")},
			"mail/empty.html":   {Data: []byte(`<a href="{{ link }}">x</a>`)},
			"mail/bad.txt":      {Data: []byte("Subject: x\nText\n")},
			"mail/bad.html":     {Data: []byte(`{% include "mail/absent.html" ignore missing %}{{ 1 // 0 }}`)},
			"mail/token.txt":    {Data: []byte("Subject: x\n{{ csrf_token() }}\n")},
		},
	})
	app.Get("/users/<int:id>", func(c *dewar.Context) error { return c.Text("") }).Name("user")
	sample := mail.Message{From: "shop@example.com", To: []string{"ada@example.com"}}
	if _, err := mail.Render(app, "mail/welcome", sample, nil); err == nil || !strings.Contains(err.Error(), "not built") {
		t.Error(err)
	}
	app.Extend(mail.Previews{
		"welcome": func(c *dewar.Context) (*mail.Message, error) {
			return mail.Render(c.App(), "mail/welcome", sample, dewar.Vars{"name": "<Ada>"})
		},
		"broken": func(c *dewar.Context) (*mail.Message, error) {
			return mail.Render(c.App(), "mail/plain", mail.Message{}, nil)
		},
	})
	client := dewartest.New(t, app)
	m, err := mail.Render(app, "mail/welcome", sample, dewar.Vars{"name": "<Ada>"})
	if err != nil {
		t.Fatal(err)
	}
	if m.Subject != "Welcome, <Ada>" || m.Text != "Hello <Ada>: http://shop.example.com/users/7" && m.Text != "Hello <Ada>: http://shop.example.com/users/7\n" {
		t.Errorf("%q, %q", m.Subject, m.Text)
	}
	if m.HTML != `<p>Hello &lt;Ada&gt;: <a href="http://shop.example.com/users/7">you</a>` || m.Check() != nil {
		t.Errorf("%q, %v", m.HTML, m.Check())
	}
	if m, err := mail.Render(app, "mail/plain", sample, nil); err != nil || m.HTML != "" || m.Subject != "Plain" {
		t.Error(m, err)
	}
	for name, want := range map[string]string{"none": "first line", "empty": "empty link", "bad": "division", "absent": "TemplateNotFound", "token": "needs a request"} {
		if _, err := mail.Render(app, "mail/"+name, sample, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for path, want := range map[string]string{
		"/_dewar/mail": `href="/_dewar/mail/welcome"`, "/_dewar/mail/welcome": "Welcome, &lt;Ada&gt;", "/_dewar/mail/broken": "mail: From", "/_dewar/mail/welcome/page": "Hello &lt;Ada&gt;",
	} {
		got := client.Get(path)
		if got.Status != 200 || !strings.Contains(got.Text, want) {
			t.Errorf("%s: %d %s", path, got.Status, got.Text)
		}
		if strings.HasSuffix(path, "page") && !strings.Contains(got.Header.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("the page's policy is %q", got.Header.Get("Content-Security-Policy"))
		}
	}
	if got := client.Get("/_dewar/mail/other"); got.Status != 404 {
		t.Errorf("%d", got.Status)
	}
}

// TestNoPreviewsInTheOpen: without debug mode there are none.
func TestNoPreviewsInTheOpen(t *testing.T) {
	app := dewar.New(dewar.Config{Loopback: true, InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)})
	app.Extend(mail.Previews{})
	if got := dewartest.New(t, app).Get("/_dewar/mail"); got.Status != 404 {
		t.Errorf("%d", got.Status)
	}
}

// FuzzAddress: whatever is taken for an address is one mailbox, for those who read mail too.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{"a@example.com", `"a b"@example.com`, "Ada <a@b.example>", "=?utf-8?q?a?= <a@b.example>", "a@bücher.example", `"x\"y" <a@b.c>`, "<a@b.cc>", "a@b.cc>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		box, err := mail.Mailbox(s)
		if err != nil {
			return
		}
		if strings.ContainsAny(box, " \t\r\n\x00<>,;:\"()[]\\") || strings.Count(box, "@") != 1 {
			t.Fatalf("%q is %q", s, box)
		}
		m := good()
		m.To = []string{s}
		if m.Check() != nil {
			return
		}
		list, err := read(t, &m).Header.AddressList("To")
		if err != nil || len(list) != 1 || list[0].Address != box {
			t.Fatalf("%q is %q, and is read as %v, %v", s, box, list, err)
		}
	})
}
