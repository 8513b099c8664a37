package builtin

import (
	"math/rand/v2"
	"strings"

	"github.com/dewar-go/dewar/jinja/internal/value"
	"github.com/dewar-go/dewar/markup"
)

// latin holds the words of the usual filler text.
var latin = strings.Fields("a ac accumsan ad adipiscing aenean aliquam aliquet amet ante aptent arcu at auctor augue bibendum blandit " +
	"class commodo condimentum congue consectetuer consequat conubia convallis cras cubilia cum curabitur curae " +
	"cursus dapibus diam dictum dictumst dignissim dis dolor donec dui duis egestas eget eleifend elementum elit " +
	"enim erat eros est et etiam eu euismod facilisi facilisis fames faucibus felis fermentum feugiat fringilla " +
	"fusce gravida habitant habitasse hac hendrerit hymenaeos iaculis id imperdiet in inceptos integer interdum " +
	"ipsum justo lacinia lacus laoreet lectus leo libero ligula litora lobortis lorem luctus maecenas magna magnis " +
	"malesuada massa mattis mauris metus mi molestie mollis montes morbi mus nam nascetur natoque nec neque netus " +
	"nibh nisi nisl non nonummy nostra nulla nullam nunc odio orci ornare parturient pede pellentesque penatibus " +
	"per pharetra phasellus placerat platea porta porttitor posuere potenti praesent pretium primis proin pulvinar " +
	"purus quam quis quisque rhoncus ridiculus risus rutrum sagittis sapien scelerisque sed sem semper senectus sit " +
	"sociis sociosqu sodales sollicitudin suscipit suspendisse taciti tellus tempor tempus tincidunt torquent " +
	"tortor tristique turpis ullamcorper ultrices ultricies urna ut varius vehicula vel velit venenatis vestibulum " +
	"vitae vivamus viverra volutpat vulputate")

// maxLipsum bounds the text in bytes when the environment has no limits.
const maxLipsum = 16 << 20

var lipsumSig = sig("generate_lorem_ipsum", nil, value.Opt("n", value.Int(5)), value.Opt("html", value.True),
	value.Opt("min", value.Int(20)), value.Opt("max", value.Int(100)))

// lipsum is the global lipsum: n paragraphs of filler text of min to max words each.
func lipsum(st State, a Args) (Value, error) {
	var arg [4]Value
	if err := lipsumSig.bind(arg[:], a); err != nil {
		return Value{}, err
	}
	n, err := index(arg[0])
	if err != nil {
		return Value{}, err
	}
	html, err := truth(arg[1])
	if err != nil {
		return Value{}, err
	}
	from, err := index(arg[2])
	if err != nil {
		return Value{}, err
	}
	to, err := index(arg[3])
	if err != nil {
		return Value{}, err
	}
	var buf []byte
	for i := range n {
		if to <= from {
			return Value{}, valueError("empty range for randrange() (%d, %d, %d)", from, to, to-from)
		}
		if i > 0 {
			buf = append(buf, '\n')
			if !html {
				buf = append(buf, '\n')
			}
		}
		if html {
			buf = append(buf, "<p>"...)
		}
		start := len(buf)
		if buf, err = appendParagraph(st, buf, from+rand.IntN(to-from)); err != nil {
			return Value{}, err
		}
		if err := st.Grow(len(buf) - start); err != nil {
			return Value{}, err
		}
		if html {
			buf = append(buf, "</p>"...)
		}
	}
	if !html {
		return value.String(string(buf)), nil
	}
	return value.SafeKind(markup.KindHTML, string(buf)), nil
}

// appendParagraph appends sentences with n words in all. A sentence begins with a capital, has a comma every few words
// and ends after ten to twenty.
func appendParagraph(st State, buf []byte, n int) ([]byte, error) {
	capital := true
	comma, stop := 0, 0
	last := ""
	for i := range n {
		if len(buf) > maxLipsum {
			return buf, value.NewError("MemoryError", "")
		}
		if i%1024 == 1023 {
			if err := st.Grow(1024); err != nil {
				return buf, err
			}
		}
		word := last
		for word == last {
			word = latin[rand.IntN(len(latin))]
		}
		last = word
		if i > 0 {
			buf = append(buf, ' ')
		}
		start := len(buf)
		buf = append(buf, word...)
		if capital {
			buf[start] -= 'a' - 'A'
			capital = false
		}
		if i-3-rand.IntN(5) > comma {
			comma = i
			stop += 2
			buf = append(buf, ',')
		}
		if i-10-rand.IntN(10) > stop {
			comma, stop = i, i
			buf = append(buf, '.')
			capital = true
		}
	}
	switch {
	case len(buf) > 0 && buf[len(buf)-1] == ',':
		buf[len(buf)-1] = '.'
	case n <= 0 || buf[len(buf)-1] != '.':
		buf = append(buf, '.')
	}
	return buf, nil
}
