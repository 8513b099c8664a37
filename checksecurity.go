package dewar

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/dewar-go/dewar/secure"
)

// routeFindings lists the routes that take a protection off.
func (a *App) routeFindings() (list []Finding) {
	for _, r := range a.Routes() {
		subject := fmt.Sprintf("route %s (%s)", r.Host+r.Rule, r.Endpoint)
		if r.InsecureNoCSRF && changes(r.Methods) {
			list = append(list, Finding{
				ID: "no-csrf", Subject: subject, Source: r.Source,
				Message: "any other site can make a visitor's browser call this route with the visitor's cookies",
				Remedy:  "take InsecureNoCSRF away, unless the view looks at no cookie and verifies who calls it",
			})
		}
		if r.InsecureStaleToken {
			list = append(list, Finding{
				ID: "stale-token", Severity: SeverityNote, Subject: subject, Source: r.Source,
				Message: "the view also runs for requests with a stale CSRF token",
				Remedy:  "make sure that it does nothing before a form of package forms is Valid",
			})
		}
		if r.MaxBody > defaultMaxContentLength {
			list = append(list, Finding{
				ID: "large-body", Severity: SeverityNote, Subject: subject, Source: r.Source,
				Message: fmt.Sprintf("a request may send %d bytes, more than the default of %d", r.MaxBody, defaultMaxContentLength),
				Remedy:  "lower MaxBody, or guard the route against strangers",
			})
		}
	}
	return list
}

// ruleFindings lists the rules in another router's notation.
func (a *App) ruleFindings() (list []Finding) {
	for _, e := range a.placed {
		segment, variable := otherSyntax(e.rule)
		if segment == "" {
			continue
		}
		list = append(list, Finding{
			ID: "rule-syntax", Subject: fmt.Sprintf("route %s (%s)", e.rule, e.name), Source: e.route.location,
			Message: fmt.Sprintf("%s is literal text in a rule: this route serves that one path", segment),
			Remedy:  "write " + variable + " if a variable is meant",
		})
	}
	return list
}

// otherSyntax finds the first segment of a rule that is a variable in the rules
// of other routers, and how it is written here: /:id, /{id} and /*path.
func otherSyntax(rule string) (segment, variable string) {
	for segment := range strings.SplitSeq(rule, "/") {
		name, kind := "", ""
		switch inner, braced := strings.CutSuffix(segment, "}"); {
		case braced && strings.HasPrefix(inner, "{"):
			name, _, _ = strings.Cut(inner[1:], ":") // chi's regular expression, if there is one
			if rest, ok := strings.CutSuffix(name, "..."); ok {
				name, kind = rest, "path:"
			}
		case strings.HasPrefix(segment, ":"):
			name = strings.TrimSuffix(segment[1:], "?")
		case strings.HasPrefix(segment, "*"):
			name, kind = cmp.Or(segment[1:], "path"), "path:"
		}
		if isIdentifier(name) {
			return segment, "<" + kind + name + ">"
		}
	}
	return "", ""
}

// changes reports whether one of a route's methods is unsafe; a route without
// methods has all.
func changes(methods []string) bool {
	return len(methods) == 0 || slices.ContainsFunc(methods, func(m string) bool {
		return m != "GET" && m != "HEAD" && m != "OPTIONS" && m != "TRACE"
	})
}

// insecure says what the fields named Insecure… break.
var insecure = map[string]struct{ id, message string }{
	"InsecurePlainHTTP":      {"plain-http", "whoever is on the way can read and change everything, sessions and passwords included"},
	"InsecureCompatEscaping": {"compat-escaping", "values in scripts, styles, URLs and unquoted attributes of these templates can run as code"},
	"InsecureShortKey":       {"short-key", "a short or known key is accepted: whoever guesses it is signed in as any user"},
}

// configFindings lists the settings that take a protection off. Every field
// whose name says so is one, and so is every header that is switched off.
func (a *App) configFindings() (list []Finding) {
	add := func(id string, severity Severity, field, message, remedy string) {
		list = append(list, Finding{ID: id, Severity: severity, Subject: "Config." + field, Source: a.location, Message: message, Remedy: remedy})
	}
	list = append(list, fieldFindings(reflect.ValueOf(a.cfg), "Config.", a.location)...)
	list = append(list, policyFindings(a.cfg.Headers.ContentSecurityPolicy, "Config.Headers.ContentSecurityPolicy", a.location)...)
	for _, origin := range a.cfg.CSRFTrustedOrigins {
		severity, message := SeverityNote, fmt.Sprintf("pages of %s may send unsafe requests", origin)
		if strings.HasPrefix(strings.ToLower(origin), "http:") && a.mode == secured {
			severity, message = SeverityWarning, message+", and whoever is on the way can change what they send"
		}
		add("trusted-origin", severity, "CSRFTrustedOrigins", message, "take it away, or see that nobody else controls it")
	}
	if strings.EqualFold(a.cfg.Session.CookieSameSite, "none") {
		add("cookie-samesite", SeverityWarning, "Session.CookieSameSite", "browsers send the session with requests of other sites", "take the value away: Lax is the default")
	}
	if a.cfg.Session.CookieDomain != "" {
		add("cookie-domain", SeverityNote, "Session.CookieDomain", "every subdomain of "+a.cfg.Session.CookieDomain+" gets the session and can replace it", "take the value away")
	}
	if p := a.cfg.Proxies; len(p.Trusted) > 0 && p.Proto == 0 && (p.For > 0 || p.Host > 0 || p.Port > 0 || p.Prefix > 0) {
		add("proxies-scheme", SeverityWarning, "Proxies.Proto", "no proxy is believed about the scheme: every request counts as plain HTTP", "set it to 1, and let the proxy send the scheme")
	}
	if age := a.cfg.Headers.StrictTransportSecurityMaxAge; age > 0 && age < 365*24*time.Hour && a.mode == secured {
		add("hsts-short", SeverityWarning, "Headers.StrictTransportSecurityMaxAge", fmt.Sprintf("browsers forget after %v that this site is served by HTTPS alone", age), "leave it out: the default is two years")
	}
	if a.cfg.Flask != nil {
		add("flask-sharing", SeverityNote, "Flask", "sessions are shared with a Flask application, in a cookie that nothing revokes", "take the switch away once the move is over")
	}
	if a.cfg.MaxContentLength > defaultMaxContentLength {
		add("large-body", SeverityNote, "MaxContentLength", fmt.Sprintf("every request may send %d bytes, more than the default of %d", a.cfg.MaxContentLength, defaultMaxContentLength),
			"set the limit of single routes with MaxBody instead")
	}
	slices.SortStableFunc(list, func(x, y Finding) int { return strings.Compare(x.Subject+x.Message, y.Subject+y.Message) })
	return list
}

// fieldFindings lists the fields that say of themselves that a protection is off.
func fieldFindings(v reflect.Value, prefix, source string) (list []Finding) {
	add := func(id, field, message, remedy string) {
		list = append(list, Finding{ID: id, Subject: prefix + field, Source: source, Message: message, Remedy: remedy})
	}
	walkConfig(v, "", func(field string, v reflect.Value) {
		name := field[strings.LastIndexByte(field, '.')+1:]
		switch {
		case v.Kind() == reflect.String && v.String() == secure.InsecureOff:
			add("header-off", field, "the header is not sent", "take the value away")
		case v.Kind() != reflect.Bool || !v.Bool() || !strings.HasPrefix(name, "Insecure"):
		case strings.HasPrefix(name, "InsecureNo"):
			add("header-off", field, "the protection is switched off", "take the field away")
		default:
			known := insecure[name]
			if known.id == "" {
				known.id, known.message = "insecure", "the protection is switched off"
			}
			add(known.id, field, known.message, "take the field away")
		}
	})
	return list
}

// policyFindings lists what lets injected scripts run in spite of the policy.
func policyFindings(policy secure.CSP, subject, place string) (list []Finding) {
	for directive, sources := range policy {
		scripts := strings.HasPrefix(directive, "script-src")
		add := func(id, message, remedy string) {
			list = append(list, Finding{ID: id, Subject: subject, Source: place, Message: message, Remedy: remedy})
		}
		for _, source := range sources {
			switch {
			case scripts && slices.Contains([]string{"http:", "https:", "data:"}, strings.ToLower(source)):
				add("csp-schemes", fmt.Sprintf("%s has %s: scripts of anyone run", directive, source), "name the hosts that are needed")
			case (directive == "base-uri" || directive == "object-src") && source != "'none'" && source != "'self'":
				add("csp-base", fmt.Sprintf("%s has %s: a planted element leads scripts elsewhere", directive, source), "leave it at 'none'")
			}
		}
		for _, bad := range []string{"'unsafe-inline'", "'unsafe-eval'", "*"} {
			if slices.Contains(sources, bad) && (strings.HasPrefix(directive, "script-src") || directive == "default-src") {
				add("csp-unsafe", fmt.Sprintf("%s has %s: injected scripts run", directive, bad), "take it away; scripts of the templates have their nonce by themselves")
			}
		}
	}
	return list
}

// headerFindings lists the protective headers that blueprints and routes switch
// off.
func (a *App) headerFindings() (list []Finding) {
	add := func(subject string, changes []headersAt) {
		for _, c := range changes {
			list = append(list, fieldFindings(reflect.ValueOf(c.headers), subject+": Headers.", c.location)...)
			list = append(list, policyFindings(c.headers.ContentSecurityPolicy, subject+": Headers.ContentSecurityPolicy", c.location)...)
		}
	}
	for _, s := range a.templateScopes() {
		add(s.title(), s.headers)
	}
	seen := map[*Route]bool{}
	for _, e := range a.placed {
		if r := e.route; r != nil && !seen[r] {
			seen[r] = true
			add("route "+e.rule, r.headers)
		}
	}
	if f := a.proxy; f != nil {
		add("Fallback", []headersAt{{f.headers, f.location}})
		if f.headers.ContentSecurityPolicy == nil {
			list = append(list, Finding{
				ID: "fallback-csp", Severity: SeverityNote, Subject: "Fallback", Source: f.location,
				Message: "the other application's pages have no Content-Security-Policy unless they bring one: injected scripts run in them",
				Remedy:  "let check --csp print the policy that they need, and set it with Headers",
			})
		}
	}
	return list
}

// walkConfig calls f for the fields of the settings and of the structs in them
// that belong to this module.
func walkConfig(v reflect.Value, path string, f func(field string, v reflect.Value)) {
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return
		}
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct || v.Type() == reflect.TypeFor[Secret]() {
		return
	}
	for i := range v.NumField() {
		sf := v.Type().Field(i)
		if !sf.IsExported() {
			continue
		}
		name := path + sf.Name
		if kind := sf.Type.Kind(); kind == reflect.Struct || kind == reflect.Pointer && sf.Type.Elem().Kind() == reflect.Struct && sf.Type.Elem().PkgPath() == v.Type().PkgPath() {
			walkConfig(v.Field(i), name+".", f)
			continue
		}
		if sf.Type.Kind() == reflect.Slice && sf.Type.Elem().Kind() == reflect.Struct && sf.Type.Elem().PkgPath() == v.Type().PkgPath() {
			for j := range v.Field(i).Len() {
				walkConfig(v.Field(i).Index(j), fmt.Sprintf("%s[%d].", name, j), f)
			}
			continue
		}
		f(name, v.Field(i))
	}
}
