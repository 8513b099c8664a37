package markup_test

import (
	"fmt"

	"github.com/dewar-go/dewar/markup"
)

func ExampleEscape() {
	fmt.Println(markup.Escape(`<a href="/">it's</a>`))
	// Output: &lt;a href=&#34;/&#34;&gt;it&#39;s&lt;/a&gt;
}

func ExampleAppendEscape() {
	buf := []byte("<p>")
	buf = markup.AppendEscape(buf, "1 < 2")
	buf = append(buf, "</p>"...)
	fmt.Println(string(buf))
	// Output: <p>1 &lt; 2</p>
}

func ExampleFormat() {
	name := "Ada <script>"
	badge := markup.HTML("<b>new</b>")
	fmt.Println(markup.Format(`<a href="/u/%d">%s</a> %s`, 7, name, badge))
	// Output: <a href="/u/7">Ada &lt;script&gt;</a> <b>new</b>
}

func ExampleJoin() {
	fmt.Println(markup.Join("<br>", "a & b", markup.HTML("<i>c</i>"), 3))
	// Output: a &amp; b<br><i>c</i><br>3
}

func ExampleUnescape() {
	fmt.Println(markup.Unescape("Main &raquo; &#60;About&#x3e;"))
	// Output: Main » <About>
}

func ExampleStripTags() {
	fmt.Println(markup.StripTags("<h1>Main &raquo;\n <em>About</em></h1><!-- draft -->"))
	// Output: Main » About
}
