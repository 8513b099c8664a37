package forms

import "github.com/dewar-go/dewar"

// Gettext translates a text as the texts of forms are: by the functions of the tag trans,
// [dewar.Config.TemplateTranslations]. Without them it returns the text.
func Gettext(c *dewar.Context, text string) string { return (&Form{c: c}).gettext(text) }
