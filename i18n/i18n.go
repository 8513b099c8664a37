package i18n

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/secure"
)

// Config holds the settings of [New].
type Config struct {
	// Files holds the catalogues, as Folder/<locale>/LC_MESSAGES/<domain>.mo or .po. Where both are
	// there, the .mo is read.
	Files fs.FS
	// Folder is where in Files. Default: ".".
	Folder string
	// Domain is the catalogues' name. Default: "messages".
	Domain string
	// Default is the locale of the texts in the program, which need no catalogue. Default: "en".
	Default string
	// Select chooses the locale of a request, such as the user's; "" leaves it to the browser, and
	// so does one that has no catalogue. Default: none.
	Select func(*dewar.Context) string
	// Timezone is the time zone of [I18n.Timezone]. Default: UTC.
	Timezone *time.Location
	// SelectTimezone chooses that of a request; nil is Timezone. Default: none.
	SelectTimezone func(*dewar.Context) *time.Location
}

// I18n has the catalogues of an application. It is a [dewar.Extension].
type I18n struct {
	cfg      Config
	catalogs map[string]*Catalog
	locales  []string // all, the default first
	offers   []string // the same as tags of languages
	chosen   dewar.Key[string]
	browser  dewar.Key[bool] // the browser chose
	zone     dewar.Key[*time.Location]
}

var _ dewar.Extension = (*I18n)(nil)

var localeRule = regexp.MustCompile(`^[A-Za-z]{2,8}(_[A-Za-z0-9]{1,8}){0,3}(@[A-Za-z0-9]{1,16})?$`)

// New reads the catalogues. The error lists what is wrong in each, with its line.
func New(cfg Config) (*I18n, error) {
	cfg.Folder = cmp.Or(cfg.Folder, ".")
	cfg.Domain = cmp.Or(cfg.Domain, "messages")
	cfg.Default = cmp.Or(cfg.Default, "en")
	cfg.Timezone = cmp.Or(cfg.Timezone, time.UTC)
	if !localeRule.MatchString(cfg.Default) {
		return nil, fmt.Errorf("i18n: Default %q is no locale such as de or pt_BR", clip(cfg.Default))
	}
	i := &I18n{cfg: cfg, catalogs: map[string]*Catalog{}, chosen: dewar.NewKey[string]("locale"), browser: dewar.NewKey[bool]("locale_of_browser"), zone: dewar.NewKey[*time.Location]("timezone")}
	i.locales = []string{cfg.Default}
	if cfg.Files != nil {
		if err := i.read(); err != nil {
			return nil, err
		}
	}
	for _, l := range i.locales {
		i.offers = append(i.offers, strings.ReplaceAll(l, "_", "-"))
	}
	return i, nil
}

func (i *I18n) read() error {
	folders, err := fs.ReadDir(i.cfg.Files, i.cfg.Folder)
	if err != nil {
		return fmt.Errorf("i18n: %w", err)
	}
	var errs []error
	for _, f := range folders {
		if !f.IsDir() || !localeRule.MatchString(f.Name()) {
			continue
		}
		c, err := i.readLocale(f.Name())
		if err != nil {
			errs = append(errs, fmt.Errorf("i18n: %w", err))
			continue
		}
		if c != nil {
			i.catalogs[f.Name()] = c
			if f.Name() != i.cfg.Default {
				i.locales = append(i.locales, f.Name())
			}
		}
	}
	return errors.Join(errs...)
}

// readLocale reads the catalogue of a locale; nil for none.
func (i *I18n) readLocale(locale string) (*Catalog, error) {
	base := path.Join(i.cfg.Folder, locale, "LC_MESSAGES", i.cfg.Domain)
	for _, ending := range [...]string{".mo", ".po"} {
		data, err := fs.ReadFile(i.cfg.Files, base+ending)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		var c *Catalog
		if err == nil {
			if ending == ".mo" {
				c, err = ParseMO(data)
			} else {
				c, err = ParsePO(string(data))
			}
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", base+ending, err)
		}
		return c, nil
	}
	return nil, nil
}

// Init adds get_locale to the templates.
func (i *I18n) Init(app *dewar.App) error {
	app.TemplateGlobal("get_locale", func(st jinja.State) string {
		if c, ok := st.Data().(*dewar.Context); ok {
			return i.Locale(c)
		}
		return i.cfg.Default
	})
	return nil
}

// Locales lists the locales that there are, the default first and then by name.
func (i *I18n) Locales() []string { return slices.Clone(i.locales) }

// Locale is the locale of a request; that of nil is the default.
func (i *I18n) Locale(c *dewar.Context) string {
	if c == nil {
		return i.cfg.Default
	}
	locale, ok := i.chosen.Get(c)
	if !ok {
		locale = i.choose(c)
		i.chosen.Set(c, locale)
	}
	if browser, _ := i.browser.Get(c); browser { // each time: an error page has none of its view's headers
		secure.AddVary(c.Writer().Header(), "Accept-Language")
	}
	return locale
}

func (i *I18n) choose(c *dewar.Context) string {
	if i.cfg.Select != nil {
		if locale := i.known(i.cfg.Select(c)); locale != "" {
			return locale
		}
	}
	if len(i.locales) > 1 {
		i.browser.Set(c, true)
		if at := slices.Index(i.offers, i.accepted(c)); at >= 0 {
			return i.locales[at]
		}
	}
	return i.cfg.Default
}

// maxAcceptLanguage bounds the header that is looked at, in bytes: nobody reads more languages.
const maxAcceptLanguage = 200

func (i *I18n) accepted(c *dewar.Context) string {
	if len(strings.Join(c.Request().Header["Accept-Language"], ",")) > maxAcceptLanguage {
		return ""
	}
	return dewar.AcceptsLanguage(c, i.offers...)
}

// known is the locale that is there for one that somebody chose: itself, or its language.
func (i *I18n) known(locale string) string {
	locale = strings.ReplaceAll(locale, "-", "_")
	for locale != "" {
		if slices.Contains(i.locales, locale) {
			return locale
		}
		at := strings.LastIndexAny(locale, "_@")
		locale = locale[:max(at, 0)]
	}
	return ""
}

// Force sets the locale for the rest of a request. One that is not there is the default.
func (i *I18n) Force(c *dewar.Context, locale string) {
	i.chosen.Set(c, cmp.Or(i.known(locale), i.cfg.Default))
	i.browser.Set(c, false)
}

// Timezone is the time zone of a request; that of nil is the default. It is for time.Time.In.
func (i *I18n) Timezone(c *dewar.Context) *time.Location {
	if c == nil {
		return i.cfg.Timezone
	}
	if z, ok := i.zone.Get(c); ok {
		return z
	}
	z := i.cfg.Timezone
	if i.cfg.SelectTimezone != nil {
		z = cmp.Or(i.cfg.SelectTimezone(c), z)
	}
	i.zone.Set(c, z)
	return z
}

// look asks the catalogues of a locale and of what it is a variant of.
func (i *I18n) look(locale string, find func(*Catalog) (string, bool)) (string, bool) {
	for locale != "" {
		if c := i.catalogs[locale]; c != nil {
			if text, ok := find(c); ok {
				return text, true
			}
		}
		at := strings.LastIndexAny(locale, "_@")
		locale = locale[:max(at, 0)]
	}
	return "", false
}

func (i *I18n) one(locale, key, id string) string {
	if text, ok := i.look(locale, func(c *Catalog) (string, bool) { return c.find(key) }); ok {
		return text
	}
	return id
}

func (i *I18n) several(locale, key, one, many string, n int64) string {
	if text, ok := i.look(locale, func(c *Catalog) (string, bool) { return c.findPlural(key, n) }); ok {
		return text
	}
	if n == 1 {
		return one
	}
	return many
}

// Gettext translates a text into the locale of a request, and puts values in for its placeholders,
// %(name)s. Without vars the text stays as it is, % included; a placeholder without a value stays.
func (i *I18n) Gettext(c *dewar.Context, id string, vars ...dewar.Vars) string {
	return format(i.one(i.Locale(c), id, id), vars)
}

// Ngettext is Gettext for a number, which the text knows as %(num)s as well.
func (i *I18n) Ngettext(c *dewar.Context, one, many string, n int64, vars ...dewar.Vars) string {
	return format(i.several(i.Locale(c), one, one, many, n), append(slices.Clone(vars), dewar.Vars{"num": n}))
}

// Pgettext is Gettext for a text that means something else elsewhere.
func (i *I18n) Pgettext(c *dewar.Context, context, id string, vars ...dewar.Vars) string {
	return format(i.one(i.Locale(c), joined(context, id), id), vars)
}

// Npgettext is Ngettext with a context.
func (i *I18n) Npgettext(c *dewar.Context, context, one, many string, n int64, vars ...dewar.Vars) string {
	return format(i.several(i.Locale(c), joined(context, one), one, many, n), append(slices.Clone(vars), dewar.Vars{"num": n}))
}

var placeholder = regexp.MustCompile(`%%|%\((\w+)\)[sd]`)

// format puts values in. It goes through the text once, so that a value is never taken for a
// placeholder.
func format(text string, vars []dewar.Vars) string {
	if len(vars) == 0 {
		return text
	}
	return placeholder.ReplaceAllStringFunc(text, func(p string) string {
		if p == "%%" {
			return "%"
		}
		name := p[2 : len(p)-2]
		for _, v := range vars {
			if value, ok := v[name]; ok {
				return fmt.Sprint(value)
			}
		}
		return p
	})
}

// A Lazy is a text that is translated when it is shown, such as a label in a variable of the
// package. It is the untranslated text to fmt, JSON and sessions.
type Lazy string

// In translates the text into the locale of a request.
func (l Lazy) In(i *I18n, c *dewar.Context, vars ...dewar.Vars) string {
	return i.Gettext(c, string(l), vars...)
}

// Functions are the functions of templates and forms, for [dewar.Config.TemplateTranslations].
func (i *I18n) Functions() jinja.Translations {
	locale := func(st jinja.State) string {
		c, _ := st.Data().(*dewar.Context)
		return i.Locale(c)
	}
	number := func(v jinja.Value) int64 {
		n, _ := v.Any().(int64)
		return n
	}
	return jinja.Translations{
		Gettext: func(st jinja.State, id string) (string, error) {
			return forTemplate(id, i.one(locale(st), id, id)), nil
		},
		Ngettext: func(st jinja.State, one, many string, n jinja.Value) (string, error) {
			return forTemplate(one+many, i.several(locale(st), one, one, many, number(n))), nil
		},
		Pgettext: func(st jinja.State, context, id string) (string, error) {
			return forTemplate(id, i.one(locale(st), joined(context, id), id)), nil
		},
		Npgettext: func(st jinja.State, context, one, many string, n jinja.Value) (string, error) {
			return forTemplate(one+many, i.several(locale(st), joined(context, one), one, many, number(n))), nil
		},
	}
}
