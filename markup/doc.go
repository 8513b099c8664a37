// Package markup holds text that is known to be safe in a place, and the
// functions that make other text safe. It is to Go what MarkupSafe is to
// Python: a string of type HTML goes into a page as it is, every other string
// is escaped first.
//
// # Marking
//
// A conversion marks a string. It is a promise by the person who writes it,
// so convert constants and the output of code that escapes, never input:
//
//	const logo = markup.HTML(`<img src="/logo.svg" alt="">`)
//
// There is one type for each place where text can stand, since what is safe in
// one place is dangerous in another: [HTML] between tags, [Attrs] inside a
// tag, [URL] and [ResourceURL] in attributes that hold addresses, [JS] and
// [JSON] in scripts, [CSS] in styles. Template engines take a value of the
// fitting type as it is and treat the others as plain text.
//
// # Escaping
//
// [Escape] replaces the five characters that have a meaning in HTML text and
// in quoted attributes; [AppendEscape] does it into a buffer without
// allocating:
//
//	buf = append(buf, "<p>"...)
//	buf = markup.AppendEscape(buf, comment)
//	buf = append(buf, "</p>"...)
//
// The replacements are MarkupSafe's: &amp; &lt; &gt; &#39; &#34;. Escaped text
// is safe between tags and in quoted attributes that hold no address, script
// or style. It is not safe in unquoted attributes, in <script> and in <style>.
//
// # Building
//
// [Format] is fmt.Sprintf for HTML and [Join] strings.Join for HTML. Both
// escape what is not HTML already:
//
//	link := markup.Format(`<a href="/u/%d">%s</a>`, user.ID, user.Name)
//	list := markup.Join(", ", link, "<and more>")
//
// # Reading
//
// [Unescape] turns character references back into characters, [StripTags]
// makes one line of plain text out of markup. The result of either is plain
// text: it has to be escaped again before it goes into a page.
package markup
