package jinja

import (
	"github.com/dewar-go/dewar/jinja/internal/builtin"
)

// Translations are the functions of a message catalogue. Where a function is nil, messages are not translated.
type Translations = builtin.Translations

// InstallTranslations makes gettext, ngettext, pgettext and npgettext of the i18n extension use t. With
// Options.NewstyleGettext they have the new style.
func (e *Environment) InstallTranslations(t Translations) {
	for name, f := range builtin.Gettext(t, e.opt.NewstyleGettext) {
		e.core.SetGlobal(name, f)
	}
}

// InstallNullTranslations makes every message its own translation.
func (e *Environment) InstallNullTranslations() { e.InstallTranslations(Translations{}) }

// UninstallTranslations removes what InstallTranslations added.
func (e *Environment) UninstallTranslations() {
	for _, name := range []string{"gettext", "ngettext", "pgettext", "npgettext"} {
		e.core.DeleteGlobal(name)
	}
}
