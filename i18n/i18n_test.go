package i18n

import (
	"encoding/json"
	"log/slog"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/jinja"
)

// golden is what testdata/record.py recorded of Python's gettext.
type golden struct {
	Numbers []int64
	Rules   map[string][]int
	Bad     []string
	Answers [][]any
}

func readGolden(t *testing.T) (g golden) {
	t.Helper()
	data, err := os.ReadFile("testdata/golden.json")
	if err == nil {
		err = json.Unmarshal(data, &g)
	}
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestPluralRules(t *testing.T) {
	g := readGolden(t)
	for rule, want := range g.Rules {
		p, err := parsePlural(rule)
		if err != nil {
			t.Error(err)
			continue
		}
		for i, n := range g.Numbers {
			expected := want[i]
			if expected >= p.forms {
				expected = 0
			}
			if got := p.of(n); got != expected {
				t.Errorf("%s: form %d for %d, want %d", rule, got, n, expected)
			}
		}
	}
	for _, rule := range append(g.Bad, "", "nplurals=2;", "plural=0", "nplurals=0; plural=0", "nplurals=11; plural=0", "nplurals=2; plural="+strings.Repeat("n+", 600)+"n", "nplurals=2; plural=99999999999999999999") {
		if _, err := parsePlural(rule); err == nil {
			t.Errorf("%q is a rule", rule)
		}
	}
	if p, err := parsePlural("nplurals=2; plural=n/0+n%0"); err != nil || p.of(5) != 0 {
		t.Errorf("a division by zero: %v", err)
	}
}

func pl(t *testing.T, name string) *Catalog {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	c, err := ParseMO(data)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func with(c *Catalog) *I18n {
	return &I18n{cfg: Config{Default: "pl"}, catalogs: map[string]*Catalog{"pl": c}, locales: []string{"pl"}}
}

func TestMO(t *testing.T) {
	g := readGolden(t)
	for _, name := range []string{"messages.mo", "messages-big.mo"} {
		i := with(pl(t, name))
		for _, a := range g.Answers {
			kind, id, many, n, want := a[0].(string), a[1].(string), a[2].(string), int64(a[3].(float64)), a[4].(string)
			var got string
			switch kind {
			case "gettext":
				got = i.Gettext(nil, id)
			case "pgettext":
				got = i.Pgettext(nil, "menu", id)
			case "ngettext":
				got = i.several("pl", id, id, many, n)
			case "npgettext":
				got = i.several("pl", joined("shop", id), id, many, n)
			}
			if got != want {
				t.Errorf("%s %q %d: %q, want %q", kind, id, n, got, want)
			}
		}
	}
}

// TestMOIsBounded: a file that is cut off, or says of itself what is not so, is an error.
func TestMOIsBounded(t *testing.T) {
	data, _ := os.ReadFile("testdata/messages.mo")
	for n := range len(data) - 1 {
		if c, err := ParseMO(data[:n]); err == nil && c.Len() != 0 {
			t.Errorf("%d bytes are a catalogue", n)
		}
	}
	for at, value := range map[int]byte{0: 1, 6: 9, 11: 255, 15: 255, 19: 255, 31: 255, 35: 255} {
		bad := append([]byte(nil), data...)
		bad[at] = value
		if _, err := ParseMO(bad); err == nil {
			t.Errorf("byte %d = %d is read", at, value)
		}
	}
}

const po = `# A translator's note
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=2; plural=n != 1;\n"

#: shop.go:1
#, python-format
msgid "Hello %(name)s"
msgstr "Hallo %(name)s"

#, fuzzy
msgid "Fuzzy"
msgstr "Unscharf"

#~ msgid "Old"
#~ msgstr "Alt"

msgctxt "menu"
msgid "Open"
msgstr "Öffnen"
msgid "Open"
msgstr "Offen"

#| msgid "before"
msgid ""
"two "
"lines\n"
msgstr ""
"zwei "
"Zeilen\t\"\\\n"

msgid "%(num)s file"
msgid_plural "%(num)s files"
msgstr[0] "%(num)s Datei"
msgstr[1] "%(num)s "
"Dateien"

msgid "empty"
msgstr ""
`

func TestPO(t *testing.T) {
	c, err := ParsePO("\ufeff" + strings.ReplaceAll(po, "\n", "\r\n")) // as Windows writes it
	if err != nil {
		t.Fatal(err)
	}
	i := with(c)
	for want, got := range map[string]string{
		"Hallo Ada":               i.Gettext(nil, "Hello %(name)s", dewar.Vars{"name": "Ada"}),
		"Hallo %(name)s":          i.Gettext(nil, "Hello %(name)s", dewar.Vars{"other": 1}),
		"Fuzzy":                   i.Gettext(nil, "Fuzzy"),
		"Old":                     i.Gettext(nil, "Old"),
		"Öffnen":                  i.Pgettext(nil, "menu", "Open"),
		"Offen":                   i.Gettext(nil, "Open"),
		"zwei Zeilen\t\"\\\n":     i.Gettext(nil, "two lines\n"),
		"1 Datei":                 i.Ngettext(nil, "%(num)s file", "%(num)s files", 1),
		"5 Dateien":               i.Ngettext(nil, "%(num)s file", "%(num)s files", 5),
		"empty":                   i.Gettext(nil, "empty"),
		"2 absent":                i.Npgettext(nil, "x", "%(num)s none", "%(num)s absent", 2),
		"100 % %(name)s":          i.Gettext(nil, "100 %% %(x)s", dewar.Vars{"x": "%(name)s", "name": "no"}),
		"a lazy text":             Lazy("a lazy text").In(i, nil),
		"%d stays without values": i.Gettext(nil, "%d stays without values"),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestBadPO(t *testing.T) {
	for source, want := range map[string]string{
		"msgid \"a\"\nmsgstr \"b\"\n\nmsgid \"a\"\nmsgstr \"c\"": "line 5: the message \"a\" of line 4 is there twice",
		"msgid \"a":                    "line 1: a text does not end",
		"msgid \"a\\q\"\nmsgstr \"\"":  `line 1: the escape \q`,
		"msgid \"a\"b\"\nmsgstr \"\"":  `line 1: a " within`,
		"\"lost\"":                     "line 1: a text that continues nothing",
		"msgstr \"b\"":                 "line 1: msgstr does not fit",
		"msgid \"a\"\n\n":              "line 2: the message of line 1 is not complete",
		"msgid \"a\"\nmsgstr[0] \"b\"": "line 2: msgstr does not fit",
		"msgid \"a\"\nmsgid_plural \"b\"\nmsgstr \"c\"":     "line 3: msgstr does not fit",
		"msgid \"a\"\nmsgid_plural \"b\"\nmsgstr[99] \"c\"": "line 3: msgstr[99] must be",
		"msgid \"a\"\nmsgid_plural \"b\"\nmsgstr[-1] \"c\"": "line 3: msgstr[-1] must be",
		"msgid \"a\"\nmsgstr \"b\"\nmsgstr \"c\"":           "line 3: form 0 is there twice",
		"msgid \"a\"\nmsgid \"b\"":                          "line 2: a second msgid",
		"hello":                                             "line 1: \"hello\" is neither",
		"msgfoo \"a\"":                                      "line 1: the keyword \"msgfoo\"",
		"msgid \"\xff\"":                                    "UTF-8",
		"msgid \"\"\nmsgstr \"Content-Type: text/plain; charset=latin-1\\n\"": "charset is latin-1",
		"msgid \"\"\nmsgstr \"Plural-Forms: nplurals=2; plural=x;\\n\"":       "Plural-Forms",
	} {
		if _, err := ParsePO(source); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", source, err, want)
		}
	}
}

func shopFiles(t *testing.T) fstest.MapFS {
	mo, err := os.ReadFile("testdata/messages.mo")
	if err != nil {
		t.Fatal(err)
	}
	at := "msgid \"Hello %(name)s\"\nmsgstr \"Servus %(name)s\"\n"
	return fstest.MapFS{
		"translations/pl/LC_MESSAGES/messages.mo":    {Data: mo},
		"translations/pl/LC_MESSAGES/messages.po":    {Data: []byte("this is not read")},
		"translations/de/LC_MESSAGES/messages.po":    {Data: []byte(po)},
		"translations/de_AT/LC_MESSAGES/messages.po": {Data: []byte(at)},
		"translations/fr/LC_MESSAGES/other.po":       {Data: []byte("bad")},
		"translations/README.md":                     {Data: []byte("x")},
		"translations/no such locale/x":              {Data: []byte("x")},
	}
}

func TestApp(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	user := ""
	i, err := New(Config{
		Files: shopFiles(t), Folder: "translations",
		Select: func(*dewar.Context) string { return user },
		SelectTimezone: func(c *dewar.Context) *time.Location {
			if user == "de" {
				return berlin
			}
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(i.Locales(), " "); got != "en de de_AT pl" {
		t.Fatalf("locales: %s", got)
	}
	app := dewar.New(dewar.Config{
		Loopback: true, InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler),
		TemplateExtensions: []jinja.Extension{jinja.ExtensionI18n}, TemplateTranslations: i.Functions(),
		Templates: fstest.MapFS{"page.html": {Data: []byte(
			`{{ get_locale() }}: {{ _('Hello %(name)s', name='<Ada>') }} {% trans count=n %}%(num)s file{% pluralize %}%(num)s files{% endtrans %}{{ ngettext('%(num)s file', '%(num)s files', n) }} {{ pgettext('menu', 'Open') }} {{ npgettext('shop', '%(num)s order', '%(num)s orders', n) }}`)}},
	})
	app.Extend(i)
	app.Get("/", func(c *dewar.Context) error { return c.Render("page.html", dewar.Vars{"n": 3}) })
	app.Get("/text", func(c *dewar.Context) error {
		return c.Text(i.Locale(c) + " " + i.Timezone(c).String() + " " + i.Pgettext(c, "menu", "Open"))
	})
	app.Get("/forced", func(c *dewar.Context) error {
		before := i.Gettext(c, "Open")
		i.Force(c, "pl_PL")
		return c.Text(before + " " + i.Gettext(c, "Open"))
	})
	client := dewartest.New(t, app)
	get := func(path, language string) *dewartest.Response {
		client.Header.Set("Accept-Language", language)
		return client.Get(path)
	}
	for language, want := range map[string]string{
		"":                               "en: Hello &lt;Ada&gt; ",
		"de":                             "de: Hallo &lt;Ada&gt; ",
		"de-AT, de;q=0.5":                "de_AT: Servus &lt;Ada&gt; ",
		"fr, pl;q=0.5":                   "pl: Cześć &lt;Ada&gt; ",
		"fr":                             "en: Hello",
		strings.Repeat("x,", 100) + "de": "en: Hello",
	} {
		got := get("/", language)
		if got.Status != 200 || !strings.HasPrefix(got.Text, want) {
			t.Errorf("%.30s: %d %q", language, got.Status, got.Text)
		}
		if len(language) < 200 && !strings.Contains(got.Header.Get("Vary"), "Accept-Language") {
			t.Errorf("%s: Vary %q", language, got.Header.Get("Vary"))
		}
	}
	if got := get("/", "pl").Text; !strings.HasSuffix(got, "3 pliki Otwórz 3 zamówienia") {
		t.Errorf("%q", got)
	}
	if got := get("/", "de-AT").Text; !strings.HasSuffix(got, "3 Dateien Öffnen 3 orders") { // from de, and from nowhere
		t.Errorf("%q", got)
	}
	user = "de-CH"
	if got := get("/text", "pl").Text; got != "de UTC Öffnen" {
		t.Errorf("a chosen locale: %q", got)
	}
	user = "de"
	if got := get("/text", "pl").Text; got != "de Europe/Berlin Öffnen" {
		t.Errorf("a chosen time zone: %q", got)
	}
	user = "../../etc"
	if got := get("/forced", "de").Text; got != "Offen Otwarte" {
		t.Errorf("forced: %q", got)
	}
}

func TestNew(t *testing.T) {
	files := shopFiles(t)
	files["translations/es/LC_MESSAGES/messages.po"] = &fstest.MapFile{Data: []byte("msgid \"a")}
	files["translations/it/LC_MESSAGES/messages.mo"] = &fstest.MapFile{Data: []byte("x")}
	_, err := New(Config{Files: files, Folder: "translations"})
	if err == nil || !strings.Contains(err.Error(), "translations/es/LC_MESSAGES/messages.po: line 1") || !strings.Contains(err.Error(), "translations/it/LC_MESSAGES/messages.mo: it is no .mo file") {
		t.Error(err)
	}
	if _, err := New(Config{Files: files, Folder: "absent"}); err == nil {
		t.Error("a folder that is not there")
	}
	if _, err := New(Config{Default: "../x"}); err == nil {
		t.Error("a default that is no locale")
	}
	if i, err := New(Config{}); err != nil || i.Gettext(nil, "a") != "a" || i.Timezone(nil) != time.UTC {
		t.Error(err)
	}
}

func FuzzPO(f *testing.F) {
	f.Add(po)
	f.Add("msgid \"a\"\nmsgstr \"\\n\"")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParsePO(s)
		if err == nil {
			_ = with(c).Ngettext(nil, "a", "b", 3)
		}
	})
}

func FuzzMO(f *testing.F) {
	data, _ := os.ReadFile("testdata/messages.mo")
	f.Add(data)
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := ParseMO(b)
		if err == nil {
			_ = with(c).Ngettext(nil, "%(num)s file", "b", 3)
		}
	})
}
