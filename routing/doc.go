// Package routing finds the rule for a URL and writes the URL for a rule, with
// the grammar and the behaviour of Werkzeug's routing, the router of Flask. It
// knows nothing of HTTP but methods and hosts, and works alone in any net/http
// program.
//
// # Rules
//
// A [Map] holds rules. A rule is a path with variables:
//
//	/users/                          a branch, with a slash at its end
//	/users/<name>                    a leaf with a text that holds no slash
//	/users/<int:id>/photo-<size>.png two variables, the first one a number
//	/wiki/<path:page>                a text that may hold slashes
//	/<any(en, de, "pt-BR"):lang>/    one of three texts
//
// The converters, their arguments with the defaults, and the Go types:
//
//	string   minlength=1, maxlength=None, length=None   string   (also: default, or none)
//	path                                                string
//	int      fixed_digits=0, min=None, max=None, signed=False   int
//	float    min=None, max=None, signed=False           float64
//	any      the texts                                  string
//	uuid                                                UUID
//
// Arguments may be named or not. They are None, True, False, numbers without a
// sign, and texts with or without quotes. [Options.Converters] adds others;
// [NewConverter] makes one from two functions.
//
// A rule without methods takes all of them; one with GET takes HEAD too.
// Two rules that would match the same requests are an error of [Map.Add], which
// names both places in the source.
//
// # Matching
//
// Rules are not tried in their order. At every segment a static text goes
// before variables; of two segments with variables the one with more pieces of
// static text goes first, then the one with the longer pieces, then the one with
// more variables, then the one with the lighter converters: int and float (50),
// then string, any and uuid (100), then path (200). Only rules equal in all of
// this are tried in the order of Add.
//
// [Map.Match] returns nil when it has filled its Match, and otherwise
//
//   - a [*RequestRedirect] (308) when the path lacks the slash of a branch, has
//     doubled slashes, belongs to an alias or a RedirectTo, or has the defaults
//     of another rule of the endpoint;
//   - a [*MethodNotAllowed] (405) with the methods for the Allow header;
//   - [ErrNotFound] (404), which is also the answer to a value that its
//     converter refuses, as 7 for int(max=5): no other rule is tried then;
//   - [ErrWebsocketMismatch] (400) or [ErrBadHost] (400).
//
// A path is what net/http calls URL.Path: decoded once, before Match. Match
// decodes nothing and removes no dot segments. Who must not let "%2f" or ".."
// through decides that before Match, on the same string.
//
// # Hosts
//
// Rules may be bound to a subdomain of [Bind].ServerName, or, with
// [Options.HostMatching], to whole hosts. Both may have variables.
//
// # Building
//
// [Map.Build] takes an endpoint and values, and finds the rule that fits them.
// Values that the rule does not know become the query. The URL is a path as long
// as the rule is on the request's host. [Rule.BuildPath] takes the values of one
// rule in order and is faster. An impossible Build ends with a [*BuildError] that
// names what is missing, or the nearest endpoint.
//
// The builder writes what Werkzeug writes, also for values that Match would not
// take back: a text with a slash for <string:x>, or "..".
//
// # Differences from Werkzeug
//
// An int is a Go int and a float is finite: a number beyond them does not match.
// int min and max that are not numbers, a variable named twice and more than 256
// variables in one segment are errors of Add; Werkzeug fails later. float writes
// all digits that its value needs. Custom converters have the syntax of package
// regexp. Of host names only wide letters are normalized before they are encoded.
//
// # Cost
//
// The time of a match depends on the number of segments, not of rules. A static
// rule and one with up to eight variables match without allocating. What a path
// can make a rule do is bounded: there is no exponential backtracking.
package routing
