package routing

import (
	"slices"
	"strings"
)

// The rules form a tree by segments, Werkzeug's state machine. The first level
// is the host or subdomain, each following one a segment of the path. From a
// node one step leads along a static child (found by its text) or along one of
// the dynamic edges (tried in the order of their weights). A node belongs to
// exactly one sequence of parts, so a search visits it at most once and ends
// after as many steps as the path has segments, unless it must go back.
//
//	"" ── "" ── "users" ── "me"            rule /users/me
//	              └── <int:id> ── ""       rule /users/<int:id>/
type node struct {
	keys    []string // static children, up to maxSmall
	nodes   []*node
	large   map[string]*node // instead of keys and nodes
	dynamic []edge
	index   map[string]*node // dynamic nodes by key, when there are many
	rules   []*Rule
	slash   *node // the static child ""
}

type edge struct {
	part *part
	node *node
}

// maxSmall is the number of static children from which on a map is faster
// than comparing.
const maxSmall = 8

func (n *node) child(text string) *node {
	if n.large != nil {
		return n.large[text]
	}
	for i, key := range n.keys {
		if key == text {
			return n.nodes[i]
		}
	}
	return nil
}

// add returns the node behind p, and makes it when it is missing.
func (n *node) add(p *part) *node {
	if !p.static {
		return n.addDynamic(p)
	}
	if c := n.child(p.content); c != nil {
		return c
	}
	c := &node{}
	if p.content == "" {
		n.slash = c
	}
	switch {
	case n.large != nil:
		n.large[p.content] = c
	case len(n.keys) < maxSmall:
		n.keys = append(n.keys, p.content)
		n.nodes = append(n.nodes, c)
	default:
		n.large = map[string]*node{p.content: c}
		for i, key := range n.keys {
			n.large[key] = n.nodes[i]
		}
		n.keys, n.nodes = nil, nil
	}
	return c
}

func (n *node) addDynamic(p *part) *node {
	if n.index != nil {
		if c := n.index[p.key]; c != nil {
			return c
		}
	} else {
		for _, e := range n.dynamic {
			if e.part.key == p.key {
				return e.node
			}
		}
	}
	c := &node{}
	n.dynamic = append(n.dynamic, edge{p, c})
	if n.index != nil {
		n.index[p.key] = c
	} else if len(n.dynamic) > maxSmall {
		n.index = make(map[string]*node, 2*maxSmall)
		for _, e := range n.dynamic {
			n.index[e.part.key] = e.node
		}
	}
	return c
}

// sort puts the dynamic edges of the tree in order; equal weights stay in the
// order of registration.
func (n *node) sort() {
	slices.SortStableFunc(n.dynamic, func(a, b edge) int { return a.part.weight.compare(b.part.weight) })
	for _, c := range n.nodes {
		c.sort()
	}
	for _, c := range n.large {
		c.sort()
	}
	for _, e := range n.dynamic {
		e.node.sort()
	}
}

// A search is one walk through the tree. Its state is in the Match.
type outcome uint8

const (
	none outcome = iota
	found
	slashRequired // the search ends: the path needs a slash at its end
)

// walk matches the segments of rest below n. more is false when the path has
// ended before n; v is the number of variables so far.
func (n *node) walk(m *Match, rest string, more bool, v int) outcome {
	if !more {
		return n.end(m)
	}
	segment, rest2, more2 := rest, "", false
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		segment, rest2, more2 = rest[:i], rest[i+1:], true
	}
	if c := n.child(segment); c != nil {
		if o := c.walk(m, rest2, more2, v); o != none {
			return o
		}
	}
	for i := range n.dynamic {
		p, c := n.dynamic[i].part, n.dynamic[i].node
		o := none
		switch {
		case !p.final:
			if p.match(m, segment, v) {
				o = c.walk(m, rest2, more2, v+p.vars)
			}
		case !p.suffixed:
			if p.match(m, rest, v) {
				o = c.walk(m, "", false, v+p.vars)
			}
		default:
			// The rule ends with a slash, the path perhaps without it. A doubled
			// slash is for the pass that merges them.
			text, slash := strings.CutSuffix(rest, "/")
			if !strings.HasSuffix(text, "/") && p.match(m, text, v) {
				o = c.walk(m, "", slash, v+p.vars)
			}
		}
		if o != none {
			return o
		}
	}
	if rest == "" {
		// Only a trailing slash is left: rules that are not strict take it.
		for _, r := range n.rules {
			if !r.strict && m.accepts(r) {
				m.Rule = r
				return found
			}
		}
	}
	return none
}

// end looks for a rule of n itself when the path has ended.
func (n *node) end(m *Match) outcome {
	for _, r := range n.rules {
		if m.accepts(r) {
			m.Rule = r
			return found
		}
	}
	if n.slash != nil {
		for _, r := range n.slash.rules {
			if r.WebSocket == m.websocket && r.methods&m.method != 0 {
				if r.strict {
					return slashRequired
				}
				m.Rule = r
				return found
			}
		}
	}
	return none
}
