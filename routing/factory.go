package routing

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Submount returns the rules with path before their patterns.
func Submount(path string, rules ...Rule) []Rule {
	path = strings.TrimRight(path, "/")
	return each(rules, func(r *Rule) { r.Rule = path + r.Rule })
}

// Subdomain returns the rules bound to a subdomain pattern.
func Subdomain(pattern string, rules ...Rule) []Rule {
	return each(rules, func(r *Rule) { r.Subdomain, r.Apex = pattern, pattern == "" })
}

// EndpointPrefix returns the rules with prefix before their endpoints.
func EndpointPrefix(prefix string, rules ...Rule) []Rule {
	return each(rules, func(r *Rule) { r.Endpoint = prefix + r.Endpoint })
}

func each(rules []Rule, change func(*Rule)) []Rule {
	rules = slices.Clone(rules)
	for i := range rules {
		change(&rules[i])
	}
	return rules
}

// A RuleTemplate is a list of rules with placeholders: $name or ${name} in
// Rule, Endpoint, Subdomain and the string values of Defaults. "$$" is a dollar
// sign.
type RuleTemplate []Rule

// Expand replaces the placeholders. A placeholder without a value and a "$" that begins none are errors.
func (t RuleTemplate) Expand(values map[string]string) ([]Rule, error) {
	var failed error
	fill := func(text *string) {
		s, err := substitute(*text, values)
		if err != nil && failed == nil {
			failed = err
		}
		*text = s
	}
	rules := each(t, func(r *Rule) {
		fill(&r.Rule)
		fill(&r.Endpoint)
		fill(&r.Subdomain)
		defaults := make(map[string]any, len(r.Defaults))
		for name, value := range r.Defaults {
			if text, ok := value.(string); ok {
				fill(&text)
				value = text
			}
			defaults[name] = value
		}
		if r.Defaults != nil {
			r.Defaults = defaults
		}
	})
	if failed != nil {
		return nil, failed
	}
	return rules, nil
}

// dollar matches the placeholders of Python's string.Template.
var dollar = regexp.MustCompile(`\$(?:(\$)|([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\}|)`)

func substitute(text string, values map[string]string) (string, error) {
	if !strings.Contains(text, "$") {
		return text, nil
	}
	var failed error
	out := dollar.ReplaceAllStringFunc(text, func(s string) string {
		m := dollar.FindStringSubmatch(s)
		name := m[2] + m[3]
		value, ok := values[name]
		switch {
		case m[1] != "":
			return "$"
		case name == "":
			failed = fmt.Errorf("routing: template %q: a $ without a name, write $$ for a dollar sign", text)
		case !ok:
			failed = fmt.Errorf("routing: template %q: no value for $%s", text, name)
		}
		return value
	})
	return out, failed
}
