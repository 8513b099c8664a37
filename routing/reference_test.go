package routing

import (
	"regexp"
	"slices"
	"strings"
)

// The slow matcher is the state machine written down plainly: every part is a
// regular expression, a path a list of segments, and nothing is compiled,
// indexed or shared. It knows one map without hosts.
type slowMatcher struct {
	root  *slowState
	merge bool
}

type slowState struct {
	static  map[string]*slowState
	dynamic []*slowEdge
	rules   []*Rule
}

type slowEdge struct {
	pattern  string
	re       *regexp.Regexp
	final    bool
	suffixed bool
	static   []int
	args     []int
	next     *slowState
}

func newSlowState() *slowState { return &slowState{static: map[string]*slowState{}} }

var slowToken = regexp.MustCompile(`/|[^</]+|<(?:([A-Za-z_]\w*)(?:\((.*?)\))?:)?([A-Za-z_]\w*)>`)

func newSlowMatcher(m *Map) *slowMatcher {
	s := &slowMatcher{root: newSlowState(), merge: m.options.merge}
	for r := range m.Rules() {
		if !r.BuildOnly {
			s.add(r)
		}
	}
	s.sort(s.root)
	return s
}

func (s *slowMatcher) add(r *Rule) {
	rule := r.Rule
	if r.merge {
		rule = regexp.MustCompile("/+").ReplaceAllString(rule, "/")
	}
	state := s.root
	part := &slowEdge{}
	text, variables := "", 0
	flush := func() {
		if variables == 0 {
			next := state.static[text]
			if next == nil {
				next = newSlowState()
				state.static[text] = next
			}
			state = next
			return
		}
		for _, e := range state.dynamic {
			if e.pattern == part.pattern && e.final == part.final && e.suffixed == part.suffixed && slices.Equal(e.args, part.args) {
				state = e.next
				return
			}
		}
		part.re = regexp.MustCompile(`^(?:` + part.pattern + `)$`)
		part.next = newSlowState()
		state.dynamic = append(state.dynamic, part)
		state = part.next
	}
	for _, t := range slowToken.FindAllStringSubmatch(rule, -1) {
		switch {
		case t[0] == "/" && part.final:
			part.pattern += "/"
		case t[0] == "/":
			flush()
			part, text, variables = &slowEdge{}, "", 0
		case t[3] == "":
			text += t[0]
			part.pattern += regexp.QuoteMeta(t[0])
			part.static = append(part.static, -len(t[0]))
		default:
			c := r.converter[slices.IndexFunc(r.variables, func(v Variable) bool { return v.Name == t[3] })]
			part.pattern += "(" + c.Pattern() + ")"
			part.args = append(part.args, weightOf(c))
			part.final = part.final || !partIsolating(c)
			variables++
		}
	}
	if part.final && strings.HasSuffix(part.pattern, "/") {
		part.suffixed = true
		part.pattern = strings.TrimSuffix(part.pattern, "/")
		flush()
		text, variables = "", 0
	}
	flush()
	state.rules = append(state.rules, r)
}

func (s *slowMatcher) sort(state *slowState) {
	slices.SortStableFunc(state.dynamic, func(a, b *slowEdge) int {
		return slices.Compare(a.weight(), b.weight())
	})
	for _, next := range state.static {
		s.sort(next)
	}
	for _, e := range state.dynamic {
		s.sort(e.next)
	}
}

func (e *slowEdge) weight() []int {
	w := append([]int{-len(e.static)}, e.static...)
	return append(append(w, -len(e.args)), e.args...)
}

// match returns the rule and its texts, or the path to redirect to, or why not.
func (s *slowMatcher) match(path, method string) (rule *Rule, values []string, redirect, failure string) {
	if path != "" {
		path = "/" + strings.TrimLeft(path, "/")
	}
	allowed := false
	takes := func(r *Rule) bool {
		if r.Methods == nil || slices.Contains(r.Allowed(), method) {
			return true
		}
		allowed = true
		return false
	}
	type result struct {
		rule   *Rule
		values []string
		slash  bool
	}
	var walk func(state *slowState, parts, values []string) *result
	walk = func(state *slowState, parts, values []string) *result {
		if len(parts) == 0 {
			for _, r := range state.rules {
				if takes(r) {
					return &result{rule: r, values: values}
				}
			}
			if next := state.static[""]; next != nil {
				for _, r := range next.rules {
					if r.Methods == nil || slices.Contains(r.Allowed(), method) {
						return &result{rule: r, values: values, slash: r.strict}
					}
				}
			}
			return nil
		}
		if next := state.static[parts[0]]; next != nil {
			if found := walk(next, parts[1:], values); found != nil {
				return found
			}
		}
		for _, e := range state.dynamic {
			text, rest := parts[0], parts[1:]
			if e.final {
				text, rest = strings.Join(parts, "/"), nil
			}
			if e.suffixed {
				if before, ok := strings.CutSuffix(text, "/"); ok {
					text, rest = before, []string{""}
				}
				if strings.HasSuffix(text, "/") {
					continue
				}
			}
			groups := e.re.FindStringSubmatch(text)
			if groups == nil {
				continue
			}
			if found := walk(e.next, rest, append(slices.Clone(values), groups[1:]...)); found != nil {
				return found
			}
		}
		if len(parts) == 1 && parts[0] == "" {
			for _, r := range state.rules {
				if !r.strict && takes(r) {
					return &result{rule: r, values: values}
				}
			}
		}
		return nil
	}
	found := walk(s.root, strings.Split(path, "/"), nil)
	merged := regexp.MustCompile("/+").ReplaceAllString(path, "/")
	if found == nil && s.merge {
		found = walk(s.root, strings.Split(merged, "/"), nil)
		switch {
		case found != nil && found.slash:
			return nil, nil, merged + "/", ""
		case found != nil && found.rule.merge:
			return nil, nil, merged, ""
		}
		found = nil
	}
	switch {
	case found != nil && found.slash:
		return nil, nil, path + "/", ""
	case found != nil:
		for i, value := range found.values {
			if _, err := found.rule.converter[i].Parse(value); err != nil {
				found = nil
				break
			}
		}
	}
	switch {
	case found != nil:
		return found.rule, found.values, "", ""
	case allowed:
		return nil, nil, "", "method"
	}
	return nil, nil, "", "none"
}
