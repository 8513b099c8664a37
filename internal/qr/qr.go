// Package qr draws QR codes (ISO/IEC 18004:2015) as SVG, for what a page shows to the camera of a phone. It has what that
// needs: byte mode, versions 1 to 10, which hold up to [MaxBytes], and error correction level M, which bears 15 % of
// damage.
//
//	svg, err := qr.SVG(uri, "QR code for the authenticator app")
package qr

import (
	"fmt"
	"html"
	"strconv"
	"strings"
)

// MaxBytes is the longest text that a code can hold.
const MaxBytes = 213

// quiet is the width of the light border that scanners need, in modules.
const quiet = 4

// SVG returns the code of a text as an <svg> element for a page, with a title for those who cannot see it. A module is five
// pixels wide unless a style says otherwise. It is black on a white plate whatever the colours of the page, because many
// scanners do not read light on dark, and it uses no style, so that a Content-Security-Policy lets it pass. It fails
// when the text is longer than [MaxBytes].
func SVG(text, title string) (string, error) {
	c, err := encode(text)
	if err != nil {
		return "", err
	}
	full, pixels := strconv.Itoa(c.size+2*quiet), strconv.Itoa(5*(c.size+2*quiet))
	var b strings.Builder
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ` + full + ` ` + full +
		`" width="` + pixels + `" height="` + pixels + `" role="img" shape-rendering="crispEdges"><title>` + html.EscapeString(title) +
		`</title><rect width="` + full + `" height="` + full + `" fill="#fff"/><path fill="#000" d="`)
	for y := range c.size {
		for x := 0; x < c.size; x++ {
			start := x
			for x < c.size && c.dark[y][x] {
				x++
			}
			if n := x - start; n > 0 {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", start+quiet, y+quiet, n, n)
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return b.String(), nil
}

// encode makes the smallest code that holds the text, with the mask that the standard's penalties prefer.
func encode(text string) (*code, error) {
	version := versionFor(len(text))
	if version == 0 {
		return nil, fmt.Errorf("qr: the text has %d bytes; a code holds at most %d", len(text), MaxBytes)
	}
	words := codewords(text, version)
	var best *code
	for mask := range masks {
		c := newCode(version, mask)
		c.place(words, mask)
		if c.penalty = c.rate(); best == nil || c.penalty < best.penalty {
			best = c
		}
	}
	return best, nil
}
