package i18n_test

import (
	"fmt"
	"testing/fstest"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/i18n"
)

// Catalogues as translators and Babel write them.
func Example() {
	files := fstest.MapFS{"translations/de/LC_MESSAGES/messages.po": {Data: []byte(`
msgid ""
msgstr "Plural-Forms: nplurals=2; plural=n != 1;\n"

msgid "Hello %(name)s"
msgstr "Hallo %(name)s"

msgid "%(num)s file"
msgid_plural "%(num)s files"
msgstr[0] "%(num)s Datei"
msgstr[1] "%(num)s Dateien"
`)}}
	translations, err := i18n.New(i18n.Config{Files: files, Folder: "translations", Default: "de"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(translations.Gettext(nil, "Hello %(name)s", dewar.Vars{"name": "Ada"}))
	fmt.Println(translations.Ngettext(nil, "%(num)s file", "%(num)s files", 3))
	// Output:
	// Hallo Ada
	// 3 Dateien
}

// A text of a variable of the package, translated where it is shown.
func ExampleLazy() {
	const title = i18n.Lazy("Orders")
	translations, _ := i18n.New(i18n.Config{})
	fmt.Println(title, title.In(translations, nil))
	// Output: Orders Orders
}
