package i18n

import (
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/cache"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/jinja"
)

// TestTranslationsThatCannotBeShown: a placeholder that the text does not have would be a 500 for every reader of the
// language, and a width of a billion the end of the process. It is an error at the start, in both kinds of files.
func TestTranslationsThatCannotBeShown(t *testing.T) {
	for _, row := range []struct{ id, plural, text, want string }{
		{"Hello %(name)s", "", "Hallo %(name)s", ""},
		{"Hello %(name)s", "", "Hallo", ""},
		{"Hello %(name)s", "", "Hallo %(nom)s", "%(nom)s"},
		{"Hello %(name)s", "", "100 % %(name)s", "begins no placeholder"},
		{"Hello %(name)s", "", "%(name)999999999s", "begins no placeholder"},
		{"Hello %(name)s", "", "%(name)5s 100 %%", ""},
		{"Hello %(name)s", "", "%(name", "begins no placeholder"},
		{"100 %% sure", "", "100 % sicher", "begins no placeholder"},
		{"100 %% sure", "", "100 %% sicher", ""},
		{"50% discount", "", "50 % Rabatt %(x)s", ""}, // no format itself
		{"sure", "", "100 % sicher", ""},
		{"an apple", "%(n)s apples", "%(n)s %(num)s", ""},
		{"an apple", "%(n)s apples", "%(m)s", "%(m)s"},
	} {
		po := fmt.Sprintf("msgid %q\nmsgstr %q\n", row.id, row.text)
		if row.plural != "" {
			po = fmt.Sprintf("msgid %q\nmsgid_plural %q\nmsgstr[0] %q\nmsgstr[1] \"x\"\n", row.id, row.plural, row.text)
		}
		_, err := ParsePO("msgctxt \"%(of) context\"\n" + po)
		if (err == nil) != (row.want == "") || err != nil && !strings.Contains(err.Error(), row.want) {
			t.Errorf("%q as %q: %v", row.id, row.text, err)
		}
		id, text := joined("%(of) context", row.id), row.text
		if row.plural != "" {
			id, text = id+"\x00"+row.plural, text+"\x00x"
		}
		_, err = ParseMO(mo(id, text))
		if (err == nil) != (row.want == "") || err != nil && !strings.Contains(err.Error(), row.want) {
			t.Errorf(".mo: %q as %q: %v", row.id, row.text, err)
		}
	}
	if _, err := ParseMO(mo("a\x00b", strings.Repeat("\x00", 1000))); err == nil {
		t.Error("a thousand forms are read")
	}
}

// mo is a compiled catalogue of one message.
func mo(id, text string) []byte {
	words := []uint32{0x950412de, 0, 1, 28, 36, 0, 0, uint32(len(id)), 44, uint32(len(text)), 44 + uint32(len(id))}
	var b []byte
	for _, w := range words {
		b = append(b, byte(w), byte(w>>8), byte(w>>16), byte(w>>24))
	}
	return append(append(b, id...), text...)
}

// TestTextsOfManyLines: a text is put together once, not with each of its lines.
func TestTextsOfManyLines(t *testing.T) {
	const lines = 200_000
	po := "msgid \"a\"\n" + strings.Repeat("\"b\"\n", lines) + "msgstr \"\"\n" + strings.Repeat("\"c\"\n", lines)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	c, err := ParsePO(po)
	runtime.ReadMemStats(&after)
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := c.find("a" + strings.Repeat("b", lines)); text != strings.Repeat("c", lines) {
		t.Errorf("the text has %d bytes", len(text))
	}
	if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 100*lines {
		t.Errorf("%d bytes for %d lines", allocated, lines)
	}
}

// germanApp is an application with German texts.
func germanApp(t *testing.T, template string) (*I18n, *dewar.App) {
	t.Helper()
	tr, err := New(Config{Files: fstest.MapFS{"de/LC_MESSAGES/messages.po": {Data: []byte("msgid \"sure\"\nmsgstr \"100 % <b>\"\n")}}})
	if err != nil {
		t.Fatal(err)
	}
	app := dewar.New(dewar.Config{
		Loopback: true, InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler), Templates: fstest.MapFS{"page.html": {Data: []byte(template)}},
		TemplateExtensions: []jinja.Extension{jinja.ExtensionI18n}, TemplateTranslations: tr.Functions(),
	})
	app.Extend(tr)
	return tr, app
}

func ask(client *dewartest.Client, path, language string) *dewartest.Response {
	r := client.NewRequest("GET", path, nil)
	r.Header.Set("Accept-Language", language)
	return client.Do(r)
}

// TestPercentInATranslation: a text without placeholders may be translated with a %, which no template takes for one.
func TestPercentInATranslation(t *testing.T) {
	_, app := germanApp(t, `{{ _('sure') }}{% trans %}sure{% endtrans %}{{ pgettext('x', 'sure') }}`)
	app.Get("/", func(c *dewar.Context) error { return c.Render("page.html", nil) })
	if got := ask(dewartest.New(t, app), "/", "de"); got.Text != "100 % <b>100 % <b>sure" {
		t.Errorf("%d %q", got.Status, got.Text)
	}
}

// TestKeptPagesOfLocales: no page in the language of one reader is kept for others, not that of an error behind a view
// that had asked for the locale, nor that of a header that is too long to be looked at.
func TestKeptPagesOfLocales(t *testing.T) {
	tr, app := germanApp(t, "")
	store := cache.NewMemory(0)
	app.Get("/", func(c *dewar.Context) error { return c.Text(tr.Locale(c)) }).Guard(cache.View(store, time.Minute))
	app.Get("/404", func(c *dewar.Context) error { tr.Locale(c); return dewar.StatusError(404) }).Guard(cache.View(store, time.Minute))
	app.OnError(404, func(c *dewar.Context, _ *dewar.HTTPError) error { return c.Text(tr.Locale(c)) })
	client := dewartest.New(t, app)
	for _, path := range []string{"/404", "/"} {
		ask(client, path, "de"+strings.Repeat(" ", maxAcceptLanguage))
		for _, language := range []string{"de", "en", "de", "en"} {
			if got := ask(client, path, language); got.Text != language || !strings.Contains(got.Header.Get("Vary"), "Accept-Language") {
				t.Errorf("%s in %s: %q, Vary %q", path, language, got.Text, got.Header.Get("Vary"))
			}
		}
	}
}
