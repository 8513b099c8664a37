// Package xss tries to run scripts in pages that templates render from hostile
// values, in a real browser.
//
// # What is tried
//
// Every payload (payload.go) is printed in every context (context.go) by every
// carrier (carrier.go): as it is, in loops, through macros, includes, blocks,
// captures, filters and as safe text of another kind. The pages have no
// Content-Security-Policy, so that the escaper stands alone.
//
// # What counts
//
// A payload runs when its call of pwned reaches the server, in the page or in any
// frame of it; it navigates when the page, or a click in it, would leave its
// origin, unless the template's author asked for just that with a whole URL from
// outside (contexts with the flag link). The page of a case is loaded, every
// handler in it is fired, every link followed, every form sent, and its markup is
// parsed a second time as an editor would.
//
// # The counts
//
// TestNothingRuns is for CI. With DEWAR_XSS_COUNTS=1 TestCounts does the same,
// each case in a page of its own, for this engine, Jinja2 and html/template, and
// prints what ran where: `make xss`; with a larger number it takes every so manieth
// payload.
package xss
