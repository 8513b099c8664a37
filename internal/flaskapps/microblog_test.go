package flaskapps

import (
	"net/url"
	"strings"
)

func form(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

// microblogCrawl is what two people do in the microblog.
var microblogCrawl = func() []step {
	get := func(path string, status int, want string) step {
		return step{name: "get " + path, method: "GET", path: path, status: status, want: want}
	}
	post := func(path string, status int, want string, pairs ...string) step {
		return step{name: "post " + path, method: "POST", path: path, form: form(pairs...), status: status, want: want}
	}
	logout := step{name: "sign out", method: "POST", path: "/auth/logout", form: form(), status: 302, want: "/explore/", signsOut: true}
	steps := []step{
		get("/", 302, "/auth/login?next=%2F"),
		get("/auth/login?next=%2F", 200, "Please log in"),
		post("/auth/login", 400, "CSRF", "username", "ann", "password", "secret", "csrf_token", "wrong"),
		get("/auth/register", 200, "Register"),
		post("/auth/register", 200, "Field must be", "username", "ann", "email", "a@example.com", "password", "secret", "password2", "other"),
		post("/auth/register", 302, "/auth/login", "username", "ann", "email", "a@example.com", "password", "secret", "password2", "secret"),
		get("/auth/login", 200, "Congratulations"),
		post("/auth/login", 302, "/auth/login", "username", "ann", "password", "wrong"),
		get("/auth/login?next=/explore/%3Fpage%3D1", 200, "Invalid username"),
		post("/auth/login?next=/explore/%3Fpage%3D1", 302, "/explore/?page=1", "username", "ann", "password", "secret", "remember_me", "y"),
		get("/explore/?page=1", 200, "No posts yet"),
		get("/index", 200, "<textarea"),
	}
	for _, body := range []string{
		"Hello, <b>world</b>!", "A link: https://example.com/a/very/long/path?with=query&and=more, and (www.example.org).", `Quotes " and ' and \ and </script>`,
		"Unicode: é ü 漢字 🎉", "# % + & ; = ?", "six", strings.Repeat("long ", 28), "eight",
	} {
		steps = append(steps, post("/post", 302, "/index", "body", body), get("/index", 200, "Your post is live: &lt;b&gt;"))
	}
	return append(steps,
		post("/post", 302, "/index", "body", "  "),
		get("/", 200, "1 to 140"),
		get("/index?page=2", 200, "page 2 of 3"), get("/index?page=99", 404, "Error 404"), get("/index?page=0", 404, ""), get("/index?page=x", 200, "page 1 of 3"),
		get("/explore?page=2", 308, "Redirecting"), get("/explore/?page=3&x=1", 200, "page 3 of 3"),
		get("/post/2", 200, "og:url"), get("/post/2?a=1&b=%20;c", 200, "seen at"), get("/post/99", 404, "Error 404"), get("/post/x", 404, ""), get("/post/002", 200, "#002"),
		get("/search?q=e", 200, "results"), get("/search?q=%3Cb%3E%25", 200, "nobody"), get("/search", 200, "nobody"), get("/search?q=a%20link", 200, "1 result"),
		step{name: "a profile", method: "GET", path: "/profile", status: 200, want: "Edit profile"},
		post("/profile", 302, "/user/ann", "about_me", "I am <Ann> & friends"),
		get("/user/ann", 200, "Your changes"), get("/user/nobody", 404, ""),
		post("/follow/ann", 302, "/user/ann"), get("/user/ann?page=3", 200, "cannot follow yourself"),
		get("/about", 200, "1 time;"), get("/about?x=1&y=%C3%A9", 200, "2 times"), get("/theme/dark", 302, "/about"), get("/about", 200, "theme dark"),
		get("/theme/blue", 404, ""), get("/old-about", 301, "/about#us"),
		step{name: "head", method: "HEAD", path: "/explore/", status: 200}, step{name: "head of nothing", method: "HEAD", path: "/none", status: 404},
		step{name: "options", method: "OPTIONS", path: "/about", status: 200}, step{name: "a wrong method", method: "POST", path: "/about", form: form("a", "b"), status: 405},
		get("/crash", 500, "Error 500"),
		get("/static/style.css", 200, "sans-serif"), get("/static/none.css", 404, ""),
		step{name: "a range", method: "GET", path: "/static/style.css", header: map[string]string{"Range": "bytes=5-20"}, status: 206},
		step{name: "a range that is not there", method: "GET", path: "/static/style.css", header: map[string]string{"Range": "bytes=5000-"}, status: 416},
		step{name: "unchanged", method: "GET", path: "/static/style.css", header: map[string]string{"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}, status: 304},
		get("/api/posts", 200, `"total":8`), get("/api/users/1", 200, `"post_count":`), get("/api/users/9", 404, "not found"), get("/api/none", 404, "not found"),
		step{name: "json", method: "POST", path: "/api/echo", body: `{"b": [1, 2.5, null], "a": "é"}`, kind: "application/json", status: 201, want: `"keys"`},
		step{name: "no json", method: "POST", path: "/api/echo", body: `{`, kind: "application/json", status: 400},
		step{name: "no json at all", method: "POST", path: "/api/echo", body: `a=b`, kind: "application/x-www-form-urlencoded", status: 400},
		get("/index", 200, "ann"),
		post("/post/8/delete", 303, "/index?page=1", "next", "/index?page=1"),
		get("/index?page=1", 200, "Deleted"),
		step{name: "remembered", method: "GET", path: "/user/ann", forget: "session", status: 200, want: "ann"},
		logout,
		get("/explore/", 200, "Login"),
		get("/profile", 302, "/auth/login?next=%2Fprofile"),
		get("/auth/register", 200, "Please log in"),
		post("/auth/register", 200, "different username", "username", "ann", "email", "b@example.com", "password", "secret", "password2", "secret"),
		post("/auth/register", 302, "/auth/login", "username", "bob", "email", "b@example.com", "password", "secret", "password2", "secret"),
		get("/auth/login", 200, ""),
		post("/auth/login", 302, "/index", "username", "bob", "password", "secret"),
		get("/user/ann", 200, "Follow"), post("/follow/ann", 302, "/user/ann"), get("/user/ann", 200, "Unfollow"), get("/index", 200, "page 1 of 3"),
		post("/post/1/delete", 403, "Error 403"),
		get("/user/bob", 200, "1 following"), post("/follow/ann", 302, ""), get("/user/ann?page=1", 200, "not following"),
		get("/auth/login", 302, "/index"),
		logout,
	)
}()
