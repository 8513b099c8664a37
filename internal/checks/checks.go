// Package checks holds the numbers of what the check finds, and the pages of docs/checks made of them.
//
// A number never changes its meaning, carries no severity, and is not given again when its rule has gone.
package checks

import (
	"fmt"
	"strings"
)

// A Rule is one kind of finding.
type Rule struct {
	Number string // such as "DW203"
	ID     string // such as "no-csrf", what findings of the app carry
	What   string // what is found, in a sentence
	Why    string // what can happen
	Mend   string // what to write
}

// Site is where the pages are read.
const Site = "https://github.com/dewar-go/dewar/blob/main/docs/checks/"

// Page is the address of the rule's page.
func (r Rule) Page() string { return Site + r.Number + ".md" }

// ByID finds a rule by the ID of a finding.
func ByID(id string) (Rule, bool) { r, ok := byID[id]; return r, ok }

// ByName finds a rule by its number or its ID.
func ByName(name string) (Rule, bool) {
	for _, r := range Rules {
		if strings.EqualFold(r.Number, name) || r.ID == name {
			return r, true
		}
	}
	return Rule{}, false
}

var byID = func() map[string]Rule {
	m := make(map[string]Rule, len(Rules))
	for _, r := range Rules {
		m[r.ID] = r
	}
	return m
}()

// areas are the blocks of a hundred numbers.
var areas = map[byte]string{
	'1': "Configuration, hosts, proxies, TLS", '2': "Headers and cookies", '3': "Routes", '5': "Templates", '7': "Source, by `dewar vet`",
	'8': "Extensions", '9': "What the check accepts",
}

// Text is the rule's page.
func (r Rule) Text() string {
	if r.Number[2] == '7' {
		return fmt.Sprintf("# %s: %s\n\n%s\n\n**Why.** %s\n\n**To mend it.** %s\n\n**To accept it**, with a reason and an end, on the line or above it:\n\n```go\n//dewar:accept %s REASON until=2027-06-30\n```\n",
			r.Number, r.ID, r.What, r.Why, r.Mend, r.Number)
	}
	return fmt.Sprintf(`# %s: %s

%s

**Why.** %s

**To mend it.** %s

**To accept it**, with a reason and an end, in the app's configuration:

`+"```go"+`
Accepted: []dewar.Acceptance{{Number: %q, Subject: "…", Reason: "…", Until: "2027-06-30"}},
`+"```"+`

Subject is what the finding names as such; "" stands for all of this number. An error cannot be accepted.
For one run: `+"`check --accept %s`"+`.
`, r.Number, r.ID, r.What, r.Why, r.Mend, r.Number, r.Number)
}

// Index is the page that lists all rules.
func Index() string {
	var b strings.Builder
	b.WriteString("# What the check finds\n\nMade from internal/checks by `go test ./internal/checks -update`. A number never changes its meaning. `check --explain NUMBER` prints a page.\n")
	area := byte(0)
	for _, r := range Rules {
		if r.Number[2] != area {
			area = r.Number[2]
			fmt.Fprintf(&b, "\n## %s\n\n| | | |\n|---|---|---|\n", areas[area])
		}
		fmt.Fprintf(&b, "| [%s](%s.md) | %s | %s |\n", r.Number, r.Number, r.ID, r.What)
	}
	return b.String()
}
