// Package sanitize makes HTML that people wrote safe to show: it keeps the few
// elements, attributes and URL schemes that a policy allows and drops the rest.
// The work is done by [bluemonday].
//
//	clean, err := sanitize.New(sanitize.Policy{})
//	safe := clean.HTML(`<b>hello</b> <img src=x onerror=alert(1)>`)    // <b>hello</b>
//
// # In templates
//
// As an extension it gives templates the filter sanitize, whose result is safe
// and is not escaped again:
//
//	app.Extend(sanitize.Extension{})
//
//	{{ post.body|sanitize }}
//	{{ comment|sanitize('comment') }}     a policy of Extension.Named
//
// # Policies
//
// The zero [Policy] is that of Python's bleach: its elements, attributes and
// schemes. A policy is a value, and fields that are set stand in place of the
// defaults. Elements that other programs read in another way than the sanitizer
// does cannot be allowed at all: svg, math, style, noscript, template, comments
// and their like are what nearly all holes in sanitizers were made of
// (CVE-2020-6802, CVE-2020-6816, CVE-2021-23980, CVE-2021-42576).
//
// # Unlike bleach
//
// What is not allowed is removed and not shown as text, as with bleach's strip:
// the text within stays, that of scripts and styles goes. linkify is not here;
// the template filter urlize makes links.
//
// Sanitize when showing, not when storing: the stored text stays what its author
// wrote, and a better policy heals old texts, too.
//
// [bluemonday]: https://github.com/microcosm-cc/bluemonday
package sanitize
