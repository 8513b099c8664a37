// Package i18n translates an application's texts by the catalogues of gettext, as Flask-Babel does:
// translations/de/LC_MESSAGES/messages.mo, or .po, works here unchanged.
//
//	//go:embed all:translations
//	var files embed.FS
//
//	translations, err := i18n.New(i18n.Config{Files: files, Folder: "translations", Default: "en"})
//	app := dewar.New(dewar.Config{
//		TemplateExtensions:   []jinja.Extension{jinja.ExtensionI18n},
//		TemplateTranslations: translations.Functions(),
//	})
//	app.Extend(translations)
//
//	text := translations.Gettext(c, "Hello %(name)s", dewar.Vars{"name": user.Name})
//
// Templates have {% trans %}, _, gettext, ngettext, pgettext, npgettext and get_locale; forms and their error
// texts follow the same catalogues. The command dewar extract finds the texts of templates.
//
// # Which locale
//
// That of Config.Select, if it gives one of the catalogues' locales; otherwise what the browser likes best
// of them (Accept-Language), which the answer then varies by; otherwise Config.Default. [I18n.Force]
// sets it for the rest of a request. Locales are written as Babel does, pt_BR; a message that pt_BR does not
// have is looked for in pt, and shown as it is when nobody has it.
//
// # What comes from where
//
// In a template a translation is what the text is whose place it takes: markup, as in Jinja. What is put in for its
// placeholders is escaped, and what it says itself is not, so look through a catalogue from elsewhere as you would
// through a template. Catalogues are read once, at the start; what is wrong in one is an error there, with its file
// and line, and so is a placeholder that the text does not have. The plural rule of a catalogue is computed, not run.
//
// # For those who know Flask-Babel
//
//	gettext, _, ngettext, pgettext, npgettext   I18n's methods of these names
//	lazy_gettext                                [Lazy]
//	locale_selector, timezone_selector          Config.Select, Config.SelectTimezone
//	get_locale, get_timezone, force_locale      I18n.Locale, I18n.Timezone, I18n.Force
//	list_translations                           I18n.Locales
//	to_user_timezone, to_utc                    time.Time.In
//	BABEL_DEFAULT_LOCALE, _TIMEZONE, _DOMAIN    Config.Default, Timezone, Domain
//	BABEL_TRANSLATION_DIRECTORIES               Config.Files and Folder
//
// Dates, numbers and money in the words of a locale (format_date and its like) are not here.
package i18n
