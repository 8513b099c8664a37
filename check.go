package dewar

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"slices"
	"strconv"

	"github.com/dewar-go/dewar/internal/flaskobjects"
	"github.com/dewar-go/dewar/jinja"
)

// A Finding is what a check reports: a mistake, or a deviation from what is on
// without asking.
type Finding struct {
	// ID is stable, such as "no-csrf", so that a finding can be referred to.
	ID string
	// Number is stable, too, such as "DW302", and Page is where it is explained.
	// Check fills them in for the findings of Dewar; an extension of your own may
	// give its findings numbers with letters of its own.
	Number, Page string
	// Severity is how much it matters. The zero value is a warning.
	Severity Severity
	// Subject is what it is about: a route, a setting, a template.
	Subject string
	// Source is the line to change, as "file.go:12" or "index.html:3:7", where
	// it is known.
	Source string
	// Message says what is wrong, and Remedy what to change.
	Message, Remedy string
}

// Severity is how much a finding matters.
type Severity = jinja.Severity

// The severities.
const (
	SeverityNote    = jinja.SeverityNote    // worth knowing: something was decided here
	SeverityWarning = jinja.SeverityWarning // a protection is off, or a mistake is likely
	SeverityError   = jinja.SeverityError   // the app does not start, or a page fails
)

// Check lists what deviates: mistakes in the configuration and in templates,
// routes and settings that take a protection off, and what extensions report.
// The errors among them are what [App.Run] and [App.Handler] refuse to start
// with. The command check shows the list; a test may as well:
//
//	for _, f := range app.Check() {
//		t.Errorf("%s: %s", f.Source, f.Message)
//	}
//
// Check freezes the app as [App.Handler] does, and judges the configuration for
// the same circumstances: those of an app in the open unless [Config.Loopback]
// is set. It makes no key, and opens nothing but
// the certificate's files. The most severe findings come
// first. Those that [Config.Accepted] accepts are left out.
func (a *App) Check() []Finding {
	var list []Finding
	m := a.modeFor("")
	if a.buildErr == nil && a.root.frozen != "" {
		m = a.mode // it serves, or could: the check is about that
	}
	if err := a.build(m); err != nil {
		list = append(list, a.mistakeFindings(err)...)
	}
	if a.env != nil {
		list = append(list, a.templateFindings(nil)...)
	}
	list = append(list, a.ruleFindings()...)
	list = append(list, a.routeFindings()...)
	list = append(list, a.passageFindings()...)
	list = append(list, a.headerFindings()...)
	list = append(list, a.configFindings()...)
	list = append(list, a.certificateFindings()...)
	list = append(list, a.guardFindings()...)
	list = append(list, a.corsFindings()...)
	for _, check := range a.checkers {
		list = append(list, check()...)
	}
	return a.numbered(list)
}

// mistakeFindings makes findings of what stops the start. Those of templates
// and extensions are left out: their own checks have them with their places.
func (a *App) mistakeFindings(err error) (list []Finding) {
	mistakes := []error{err}
	var several *configError
	if errors.As(err, &several) {
		mistakes = several.mistakes
	}
	for _, m := range mistakes {
		var t *templateError
		var f *findingError
		if errors.As(m, &t) || errors.As(m, &f) {
			continue
		}
		list = append(list, Finding{
			ID: "configuration", Severity: SeverityError, Subject: "configuration", Source: a.location,
			Message: trimPrefix(m).Error(),
		})
	}
	return list
}

// rendered lists the templates that are known to be rendered here, nil for all
// of them: while routes move from another application, its templates may lie
// beside those of the pages that have moved, with names that only it knows.
func (a *App) rendered() []string {
	if a.proxy == nil && a.cfg.Flask == nil {
		return nil
	}
	return slices.AppendSeq(slices.AppendSeq([]string{}, maps.Keys(a.templateVars)), maps.Keys(a.templateTypes))
}

// TemplateVars declares what a template is rendered with, so that the check at
// the start finds names and attributes that are not there: a struct, a map of
// names to samples of their values, or a list of names. See Vars of
// [jinja.CheckOptions]. It also says that the template is rendered here: in an
// app with a [Fallback] or [Config.Flask] mistakes in templates that are neither
// declared nor used by one that is are warnings, and do not stop the start. Where a context processor adds names, only attributes
// are checked.
func (a *App) TemplateVars(name string, vars any) {
	a.root.changing("TemplateVars", callerLocation())
	a.templateVars[name] = vars
}

// TemplateVar declares one variable of a template, by a sample of its value or by
// its type (reflect.Type): the check at the start finds attributes that it does not
// have. Of the template's other variables it says nothing.
func TemplateVar(a *App, template, name string, sample any) {
	a.root.changing("TemplateVar", callerLocation())
	if a.templateTypes[template] == nil {
		a.templateTypes[template] = Vars{}
	}
	a.templateTypes[template][name] = sample
}

// A templateError is an error that the check of templates found.
type templateError struct{ f Finding }

func (e *templateError) Error() string {
	text := "template " + e.f.Source + ": " + e.f.Message
	if e.f.Remedy != "" {
		text += " (" + e.f.Remedy + ")"
	}
	return text
}

// A findingError is an error that the check of an extension found.
type findingError struct{ f Finding }

func (e *findingError) Error() string {
	text := e.f.Subject
	if e.f.Source != "" {
		text += " at " + e.f.Source
	}
	text += ": " + e.f.Message
	if e.f.Remedy != "" {
		text += " (" + e.f.Remedy + ")"
	}
	return text
}

// checkTemplatesAtStart compiles every template and looks for mistakes, so that
// they are found at the start and not by a visitor.
func (a *App) checkTemplatesAtStart() (mistakes []error) {
	if a.env == nil {
		return nil
	}
	for _, f := range a.templateFindings(nil) {
		switch {
		case f.Severity >= SeverityError:
			mistakes = append(mistakes, &templateError{f})
		case f.Severity == SeverityWarning:
			a.logFinding(f)
		}
	}
	return mistakes
}

// checkReloaded checks a template that has changed while the app runs in debug
// mode.
func (a *App) checkReloaded(name string) {
	for _, f := range a.templateFindings([]string{name}) {
		if f.Severity >= SeverityWarning {
			a.logFinding(f)
		}
	}
}

func (a *App) logFinding(f Finding) {
	a.log.LogAttrs(context.Background(), slog.LevelWarn, "check", slog.String("source", f.Source),
		slog.String("id", f.ID), slog.String("message", f.Message), slog.String("remedy", f.Remedy))
}

// requestNames are what every template sees of the request.
var requestNames = []string{"request", "session", "g", "config"}

// templateFindings checks the templates of the names, all when there are none.
func (a *App) templateFindings(names []string) []Finding {
	open := false
	for _, s := range a.templateScopes() {
		open = open || len(s.templates.processors) > 0
	}
	found, err := a.env.Check(jinja.CheckOptions{
		Templates: names, Match: isTemplate, Vars: a.templateVars, Types: a.templateTypes, Names: slices.AppendSeq(slices.Clone(requestNames), maps.Keys(a.requestVars)), OpenNames: open, URL: a.checkURL,
		Rendered: a.rendered(), Absent: flaskobjects.Absent,
	})
	if err != nil {
		for _, f := range a.templateFolders() {
			if _, err := fs.Stat(f.FS, "."); err != nil {
				return nil // reported with the settings
			}
		}
		return []Finding{{ID: "configuration", Severity: SeverityError, Subject: "templates", Source: a.location, Message: err.Error()}}
	}
	list := make([]Finding, 0, len(found))
	for _, f := range found {
		source := f.Template
		if f.Line > 0 {
			source += ":" + strconv.Itoa(f.Line)
			if f.Column > 0 {
				source += ":" + strconv.Itoa(f.Column)
			}
		}
		list = append(list, Finding{
			ID: f.Rule, Severity: f.Severity, Subject: fmt.Sprintf("template %s", f.Template), Source: source,
			Message: f.Message, Remedy: cmp.Or(f.Hint, tagHint(f.Message)),
		})
	}
	return list
}
