"""Makes markup.json: what MarkupSafe and html.unescape do, and every name of HTML5."""
import html
import html.entities
import json
import os
import random

import markupsafe

random.seed(7)
here = os.path.dirname(os.path.abspath(__file__))

texts = [
    "", "a", "&", "<>&'\"", "#", "########", "#&#<#>#'#\"", "plain text of some length", "12345678<", "1234567<8",
    "<script>alert('x')</script>", "a & b & c", "&amp;", "tab\tand\nline", "ünïcödé <b>", "日本語<日本>", "\x00\x01<\x7f",
    "ab'cdefgh'ijklmnop'", "=?=?=?=?", "%7!$@`^", "&" * 9, "x" * 63 + "<" + "y" * 70,
]
alphabet = "ab #&<>'\"=?ü日"
texts += ["".join(random.choice(alphabet) for _ in range(random.randint(0, 40))) for _ in range(300)]

refs = [
    "", "&", "&&", "&;", "&#", "&#;", "&#x", "&#x;", "&#xg;", "&#60", "&#60;", "&#060;x", "&#x3C;", "&#X3c", "&#0;", "&#13;", "&#128;",
    "&#129;", "&#x80;", "&#x9f;", "&#xD800;", "&#xdfff;", "&#x10FFFF;", "&#x110000;", "&#99999999999999999999;", "&#1;", "&#8;", "&#11;",
    "&#12;", "&#9;", "&#10;", "&#x1f;", "&#127;", "&#xFDD0;", "&#xFFFE;", "&#x1FFFF;", "&#xE000;", "&amp", "&amp;", "&ampx", "&ampx;",
    "&AMP", "&Amp;", "&lt&gt", "&lt;&gt;", "&notit;", "&notin;", "&notin", "&nbsp;x", "&nbspx", "&copy2", "&copy;", "&hellip", "&hellip;",
    "&unknown;", "&CounterClockwiseContourIntegral;", "&CounterClockwiseContourIntegralx;", "&a;", "&gt-;", "a&b=c&lt=d", "&amp;lt;",
    "&#38;lt;", "&Aacute&aacute;", "&fjlig;", "&bne;", "&lt\t", "& lt;", "&ü;", "&amp\u00fc", "x&",
]
pieces = ["&", "#", "x", "3", "8", ";", "lt", "amp", "not", "in", "A", " ", "ü", "0"]
refs += ["".join(random.choice(pieces) for _ in range(random.randint(1, 9))) for _ in range(400)]

tags = [
    "", "plain", "<b>bold</b>", "<em>Foo &amp; Bar</em>", "a <!-- c --> b", "a <!-- <b> --> c", "a < b > c", "a < b", "a > b",
    "<a href='>'>x</a>", "<p\nclass=x>para\n\n  graph</p>", "x <!-- unfinished <b>y</b>", "<", ">", "<>", "<<b>>", "&lt;b&gt;",
    "  spaced \t out \x1c here\u00a0there\u2003x ", "<!---->x", "<!-- a --><!-- b -->c", "&lt;!-- x --&gt;", "<b", "b>", "<!-", "-->",
    "<!DOCTYPE html><html><head><title>T</title></head><body><p>x</p></body></html>", "1 &lt; 2 &amp;&amp; 3 > 2", "<br/>a<br />b",
]
words = ["<b>", "</b>", "<", ">", "a", " ", "\n", "<!-- c -->", "&amp;", "ü"]
tags += ["".join(random.choice(words) for _ in range(random.randint(1, 9))) for _ in range(300)]

with open(os.path.join(here, "markup.json"), "w") as f:
    json.dump(
        {
            "escape": [[t, str(markupsafe.escape(t))] for t in texts],
            "unescape": [[t, html.unescape(t)] for t in refs],
            "striptags": [[t, markupsafe.Markup(t).striptags()] for t in tags],
            "names": sorted(html.entities.html5.items()),
        },
        f,
        ensure_ascii=True,
        separators=(",", ":"),
    )
    f.write("\n")
