// Package vet finds in the source of an application what makes it unsafe: the
// classes that check, which sees the running app, cannot see.
//
//	go install github.com/dewar-go/dewar/contrib/vet/cmd/dewar-vet@latest
//	go vet -vettool=$(which dewar-vet) ./...      # or: dewar vet ./..., which runs plain go vet first
//
// [Analyzers] are those of golang.org/x/tools/go/analysis, without facts: only
// the packages that are named are read. A plugin of golangci-lint's module plugin
// system can return them; none comes with this package.
//
// # What counts as input
//
// What a Context or an http.Request reads from the request, what Bind fills, and
// the text variables of typed routes. It is followed through the variables of
// one function, concatenation, conversions and fmt.Sprintf; not through other
// functions.
//
// # To accept a finding
//
// On its line or the one above, with a reason and a last day. Without either,
// past the day, or where there is no finding, the comment is one itself.
//
//	//dewar:accept DW703 the command is on a list, see allowed until=2027-06-30
//
// Tests are not looked at.
package vet
