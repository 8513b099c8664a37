package flaskapps

import "strings"

// photos is a multipart form with files, each a name with its content.
func photos(title, tags string, files ...string) string {
	const line = "--edge\r\nContent-Disposition: form-data; name="
	body := line + "\"csrf_token\"\r\n\r\n{token}\r\n" + line + "\"title\"\r\n\r\n" + title + "\r\n" + line + "\"tags\"\r\n\r\n" + tags + "\r\n"
	for i := 0; i < len(files); i += 2 {
		body += line + "\"photo\"; filename=\"" + files[i] + "\"\r\nContent-Type: image/svg+xml\r\n\r\n" + files[i+1] + "\r\n"
	}
	return body + "--edge--\r\n"
}

// albumCrawl is what two people and a stranger do in the album.
var albumCrawl = func() []step {
	get := func(path string, status int, want string) step {
		return step{name: "get " + path, method: "GET", path: path, status: status, want: want}
	}
	post := func(path string, status int, want string, pairs ...string) step {
		return step{name: "post " + path, method: "POST", path: path, form: form(pairs...), status: status, want: want}
	}
	upload := func(name, body string, status int) step {
		return step{name: name, method: "POST", path: "/upload", body: body, kind: "multipart/form-data; boundary=edge", status: status}
	}
	with := func(path string, status int, header, value string) step {
		return step{name: header + " " + value, method: "GET", path: path, status: status, header: map[string]string{header: value}}
	}
	svg := `<svg xmlns="http://www.w3.org/2000/svg"><text>` + strings.Repeat("0123456789", 120) + "</text></svg>"
	steps := []step{
		get("/", 200, "Nothing here yet"), get("/page/1", 308, ""), get("/page/2", 404, "Not Found"), get("/upload?a=1", 302, "/signin"),
		get("/signup", 200, "Sign up"), post("/signup", 200, "required", "name", " ", "password", "x"), post("/signup", 400, "", "name", "x"),
		get("/signup", 200, "Sign up"), post("/signup", 302, "/signin", "name", "ann", "password", "secret"),
		get("/signin", 200, "Welcome!"), post("/signin", 200, "Wrong name", "name", "<ann>", "password", "secret", "stay", "1"),
		post("/signin", 302, "/upload?a=1", "name", "ann", "password", "secret", "stay", "1"),
		get("/upload?a=1", 200, "At most 195.3 KiB"),
		upload("nothing chosen", photos("", ""), 400), upload("two files", photos("Süß & <b>bold</b>", "sun Sea sun", "a b.svg", svg, "../../etc/two.txt", "second"), 302),
		get("/", 200, "Uploaded <i>a_b.svg</i>"), upload("no photo", photos("x", "", "x.exe", "x"), 302), get("/", 200, "x.exe: not a photo"),
	}
	for _, name := range []string{"three", "four", "five", "six"} {
		steps = append(steps, upload(name, photos(name+" with a title that is rather long", "sea "+name, name+".svg", svg[:200+len(name)]+"</text></svg>"), 302), get("/", 200, "Uploaded"))
	}
	return append(steps,
		get("/page/2", 200, "newer"), get("/page/3", 404, ""),
		get("/photo/1/", 200, "bold"), get("/photo/1", 308, "/photo/1/"), get("/photo/9/", 404, "Nothing with the number 9."), get("/photo/x/", 404, ""), get("/photo/2/", 200, "og:image"),
		get("/photo/1/file/a_b.svg", 200, "0123456789"), get("/photo/1/file/none.svg", 404, ""), with("/photo/1/file/a_b.svg", 206, "Range", "bytes=10-30"), with("/photo/1/file/a_b.svg", 416, "Range", "bytes=9999-"),
		with("/photo/1/file/a_b.svg", 304, "If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT"), get("/photo/1/download", 200, "0123456789"),
		step{name: "head of a file", method: "HEAD", path: "/photo/1/file/a_b.svg", status: 200}, step{name: "head of a page", method: "HEAD", path: "/stats", status: 200},
		post("/photo/1/comment", 302, "/photo/1/#comments", "body", "One\r\n<two> & three"), get("/photo/1/", 200, "1 comment by ann"), post("/photo/1/comment", 302, "", "body", "again 🎉"),
		post("/photo/1/comment", 302, "", "body", ""), get("/photo/1/", 200, "Say something."), post("/photo/9/comment", 404, "", "body", "x"), get("/photo/1/", 200, "2 comments"),
		step{name: "like", method: "POST", path: "/photo/1/like", header: map[string]string{"X-CSRFToken": "{token}"}, status: 200, want: `"likes":1`},
		step{name: "like again", method: "POST", path: "/photo/1/like", header: map[string]string{"X-CSRFToken": "{token}"}, status: 200, want: `"likes":2`},
		step{name: "like without a token", method: "POST", path: "/photo/1/like", status: 400, want: "CSRF token is missing"},
		get("/photo/1/", 200, "100%"), get("/tag/sea", 200, "tagged"), get("/tag/none%20&%3Cx%3E", 200, "0 tagged"), get("/page/2", 200, "popular"),
		step{name: "choose", method: "POST", path: "/choose/2", form: form(), header: map[string]string{"Referer": "http://localhost/page/2"}, status: 302, want: "/page/2"},
		post("/choose/1", 302, ""), post("/choose/3", 302, ""), post("/choose/2", 302, ""), get("/chosen.csv", 200, "id,title"), get("/", 200, "2 photos chosen: 1, 3"),
		get("/stats", 200, "bytes; the largest"), with("/stats", 200, "If-None-Match", `"nothing"`), get("/api/photos", 200, "http://localhost/photo/1/"),
		get("/hello", 200, "Hello, you!"), get("/hello?name=%3Cb%3E&name=2", 200, "Hello, &lt;b&gt;!"), get("/none", 404, "Not Found"),
		step{name: "a wrong method", method: "GET", path: "/signout", status: 405}, step{name: "options", method: "OPTIONS", path: "/upload", status: 200},
		post("/photo/4/delete", 302, ""), get("/", 200, "Gone."), get("/photo/4/", 404, ""), get("/photo/3/", 200, "rsaquo"),
		post("/signout", 303, ""), get("/", 200, "Bye."), get("/upload", 302, "/signin"), get("/photo/3/", 200, "Name <input"), post("/photo/3/comment", 302, "", "author", "nobody", "body", "hi"),
		get("/signup", 200, "Sign up"), post("/signup", 200, "is taken", "name", "ann", "password", "x"), post("/signup", 302, "", "name", "bob", "password", "x"),
		get("/signin", 200, ""), post("/signin", 302, "", "name", "bob", "password", "x"), get("/photo/3/", 200, "1 comment by nobody"), post("/photo/3/delete", 403, "Forbidden"), get("/stats", 200, "BOB"),
	)
}()
