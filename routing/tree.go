package routing

import (
	"slices"
	"strings"
)

// The rules form a tree, as in Werkzeug's state machine. The first level is the host or subdomain, each level below it
// a segment of the path. From a node a step leads to a static child, found by its text, or along a dynamic edge, tried
// in the order of the weights. A node belongs to one sequence of parts, so a search visits it at most once. Without
// going back, a search takes as many steps as the path has segments.
//
//	"" ── "" ── "users" ── "me"            rule /users/me
//	              └── <int:id> ── ""       rule /users/<int:id>/
type node struct {
	small   []child          // static children, at most maxSmall
	large   map[string]*node // instead of small
	dynamic []edge
	index   map[string]*node // dynamic children by key, when there are many
	leaves  []leaf           // the rules that end here
	slash   *node            // the static child ""
}

type child struct {
	text string
	node *node
}

type edge struct {
	node  *node
	part  *part
	kind  partKind // of part
	final bool     // of part
}

// A leaf holds what the search needs of a rule. The rule itself is not read until it matches, which keeps it out of the
// processor's cache.
type leaf struct {
	rule      *Rule
	methods   uint64
	websocket bool
	strict    bool
	plain     bool // the rule has no redirects and nothing to check; set by Compile
}

// maxSmall is the number of static children above which a map is faster than comparing.
const maxSmall = 8

func (n *node) child(text string) *node {
	if n.large != nil {
		return n.large[text]
	}
	for i := range n.small {
		if n.small[i].text == text {
			return n.small[i].node
		}
	}
	return nil
}

// add returns the child for p and makes it when it is missing.
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
	case len(n.small) < maxSmall:
		n.small = append(n.small, child{p.content, c})
	default:
		n.large = map[string]*node{p.content: c}
		for _, s := range n.small {
			n.large[s.text] = s.node
		}
		n.small = nil
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
	n.dynamic = append(n.dynamic, edge{node: c, part: p, kind: p.kind, final: p.final})
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

// sort orders the dynamic edges of the tree by weight. Equal weights stay in the order of registration. It also
// completes the leaves.
func (n *node) sort() {
	for i := range n.leaves {
		n.leaves[i].plain = n.leaves[i].rule.plain
	}
	slices.SortStableFunc(n.dynamic, func(a, b edge) int { return a.part.weight.compare(b.part.weight) })
	for _, c := range n.small {
		c.node.sort()
	}
	for _, c := range n.large {
		c.sort()
	}
	for _, e := range n.dynamic {
		e.node.sort()
	}
}

// outcome is the result of a walk through the tree.
type outcome uint8

const (
	none outcome = iota
	found
	slashRequired // stop: the path needs a slash at its end
)

// walk matches the segments of rest below n. more is false when the path has ended. v is the number of variables so
// far.
func (n *node) walk(m *Match, rest string, more bool, v int) outcome {
	var segment, rest2 string
	var more2 bool
	for {
		if !more {
			return n.end(m)
		}
		segment, rest2, more2 = rest, "", false
		if i := strings.IndexByte(rest, '/'); i >= 0 {
			segment, rest2, more2 = rest[:i], rest[i+1:], true
		}
		c := n.child(segment)
		// When there is one way, continue in this loop instead of calling walk.
		if rest != "" {
			if len(n.dynamic) == 0 {
				if c == nil {
					return none
				}
				n, rest, more = c, rest2, more2
				continue
			}
			if e := &n.dynamic[0]; c == nil && len(n.dynamic) == 1 && e.kind == partText {
				if segment == "" {
					return none
				}
				m.set(v, segment)
				n, rest, more, v = e.node, rest2, more2, v+1
				continue
			}
		}
		if c != nil {
			if o := c.walk(m, rest2, more2, v); o != none {
				return o
			}
		}
		break
	}
	for i := range n.dynamic {
		e := &n.dynamic[i]
		p, c := e.part, e.node
		o := none
		switch {
		case e.kind == partText:
			if segment != "" {
				m.set(v, segment)
				o = c.walk(m, rest2, more2, v+1)
			}
		case e.kind == partDigits:
			if allDigits(segment) {
				m.set(v, segment)
				o = c.walk(m, rest2, more2, v+1)
			}
		case !e.final:
			if p.match(m, segment, v) {
				o = c.walk(m, rest2, more2, v+p.vars)
			}
		case !p.suffixed:
			if p.match(m, rest, v) {
				o = c.walk(m, "", false, v+p.vars)
			}
		default:
			// The rule ends with a slash and the path may lack it. A doubled slash is left to the pass that merges
			// slashes.
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
		// Only a trailing slash is left. Rules that are not strict accept it.
		for i := range n.leaves {
			if l := &n.leaves[i]; !l.strict && m.accepts(l) {
				m.Rule, m.plain = l.rule, l.plain
				return found
			}
		}
	}
	return none
}

// end looks for a rule that ends at n, when the path ends there.
func (n *node) end(m *Match) outcome {
	for i := range n.leaves {
		if l := &n.leaves[i]; m.accepts(l) {
			m.Rule, m.plain = l.rule, l.plain
			return found
		}
	}
	if n.slash != nil {
		for i := range n.slash.leaves {
			if l := &n.slash.leaves[i]; l.websocket == m.websocket && l.methods&m.method != 0 {
				if l.strict {
					return slashRequired
				}
				m.Rule, m.plain = l.rule, l.plain
				return found
			}
		}
	}
	return none
}
