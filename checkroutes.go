package dewar

import (
	"fmt"
	"slices"
	"strings"
)

// openNames are views that are there for who is not signed in.
var openNames = []string{"login", "signin", "sign_in", "register", "signup", "sign_up", "logout", "forgot", "reset", "confirm", "verify", "callback", "webhook", "hook", "undo", "restore", "unlock", "recover"}

// destroying are names of views that take something away.
var destroying = []string{"delete", "remove", "destroy", "purge"}

// words reports whether one of a name's parts is among the words.
func words(name string, among []string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r == '_' || r == '-' || r == '.' }),
		func(w string) bool { return slices.Contains(among, w) })
}

// guardFindings lists the routes that change something without a permission
// guard, where another route of their blueprint that changes something has one,
// and those that by their name delete and answer GET.
func (a *App) guardFindings() (list []Finding) {
	routes := a.Routes()
	part := func(r RouteInfo) string { return r.Endpoint[:max(0, strings.LastIndexByte(r.Endpoint, '.'))] }
	own := func(r RouteInfo) bool {
		return changes(r.Methods) && !r.Static && !r.BuildOnly && r.RedirectTo == "" && !r.WebSocket
	}
	guarded := map[string]string{} // blueprint: one of its guarded routes
	for _, r := range routes {
		if r.Permission && own(r) {
			guarded[part(r)] = r.Rule
		}
	}
	for _, r := range routes {
		name := r.Endpoint[strings.LastIndexByte(r.Endpoint, '.')+1:]
		subject := fmt.Sprintf("route %s (%s)", r.Host+r.Rule, r.Endpoint)
		if beside := guarded[part(r)]; beside != "" && own(r) && !r.Permission && !r.InsecureNoCSRF && !words(name, openNames) {
			list = append(list, Finding{
				ID: "missing-guard", Subject: subject, Source: r.Source,
				Message: fmt.Sprintf("anyone may call it; %s beside it has a permission guard", beside),
				Remedy:  "put the guard of its neighbours on it, or on the blueprint",
			})
		}
		if slices.Contains(r.Methods, "GET") && changes(r.Methods) == (len(r.Methods) == 0) && words(name, destroying) {
			list = append(list, Finding{
				ID: "get-changes", Subject: subject, Source: r.Source,
				Message: "by its name it deletes, and it answers GET, which no CSRF check looks at: a link or an image of another site calls it",
				Remedy:  "register it with Post, and write a form where the link was",
			})
		}
	}
	return list
}

// corsFindings lists the CORS guards that let nearly anyone read. Of one for
// several routes it says so once.
func (a *App) corsFindings() (list []Finding) {
	seen := map[string]bool{}
	for _, e := range a.placed {
		if e.cors == nil || seen[e.cors.location] {
			continue
		}
		seen[e.cors.location] = true
		for _, origin := range e.cors.options.Origins {
			f := Finding{ID: "cors-open", Subject: fmt.Sprintf("CORS of route %s (%s)", e.rule, e.name), Source: e.cors.location, Remedy: "name the origins that are meant, with https"}
			switch lower := strings.ToLower(origin); {
			case lower == "*" && slices.ContainsFunc(e.guards, func(g Guard) bool { return g.Stage() == StagePermission }):
				f.Message = "pages of every origin may read what a permission guard protects"
			case lower == "*":
				f.Severity, f.Message = SeverityNote, "pages of every origin may read the answers"
			case strings.HasPrefix(lower, "http:") && a.mode == secured:
				f.Message = origin + " is not HTTPS: whoever is on the way is that origin"
			default:
				continue
			}
			list = append(list, f)
		}
	}
	return list
}
