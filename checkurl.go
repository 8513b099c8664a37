package dewar

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dewar-go/dewar/internal/spell"
	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/routing"
)

// urlOptions are the names that url_for keeps for itself.
var urlOptions = []string{"_anchor", "_external", "_scheme", "_method"}

// checkURL says why a call of url_for in a template cannot succeed, nil when it
// may.
func (a *App) checkURL(call jinja.URLCall) error {
	values := routing.Values{}
	constant := !call.Open
	for _, arg := range call.Args {
		if strings.HasPrefix(arg.Name, "_") {
			if slices.Contains(urlOptions, arg.Name) {
				continue
			}
			for _, o := range urlOptions {
				if spell.Distance(arg.Name, o) == 1 {
					return fmt.Errorf("url_for: unknown option %s; did you mean %s?", arg.Name, o)
				}
			}
		}
		constant = constant && arg.Const
		if !arg.Const {
			arg.Value = "" // any value: it is asked for by name
		}
		values = append(values, routing.Value{Name: arg.Name, Value: arg.Value})
	}
	if strings.HasPrefix(call.Endpoint, ".") {
		return a.checkRelative(call.Endpoint, values, call.Open)
	}
	return a.checkEndpoint(call.Endpoint, values, call.Open, constant)
}

// checkRelative looks for a blueprint in which the endpoint exists.
func (a *App) checkRelative(endpoint string, values routing.Values, open bool) (err error) {
	for name := range a.endpoints {
		if name == endpoint[1:] || strings.HasSuffix(name, endpoint) {
			if err = a.checkEndpoint(name, values, open, false); err == nil {
				return nil
			}
		}
	}
	if err == nil {
		err = fmt.Errorf("no blueprint has an endpoint %q", endpoint)
	}
	return err
}

// checkEndpoint looks for a rule of the endpoint that has all its values.
func (a *App) checkEndpoint(endpoint string, values routing.Values, open, constant bool) error {
	if e := a.endpoints[endpoint]; e != nil && (open || len(e.defaults) > 0) {
		return nil // other values may come at run time
	}
	given := func(name string) bool {
		return name == anyHostVariable || slices.ContainsFunc(values, func(v routing.Value) bool { return v.Name == name })
	}
	for rule := range a.routes.RulesOf(endpoint) {
		missing := slices.ContainsFunc(rule.Variables(), func(v routing.Variable) bool {
			_, fixed := rule.Defaults[v.Name]
			return !fixed && !given(v.Name)
		})
		if !missing && !constant {
			return nil
		}
	}
	if constant && a.cfg.HostMatching {
		values = append(values, routing.Value{Name: anyHostVariable, Value: "localhost"})
	}
	_, err := a.routes.Build(endpoint, values, routing.BuildOptions{Bind: routing.Bind{ServerName: "localhost"}})
	var e *routing.BuildError
	if errors.As(err, &e) {
		return errors.New("url_for: " + e.Message())
	}
	return err
}
