package work

import (
	"fmt"
	"strconv"
	"time"

	"github.com/dewar-go/dewar/markup"
)

// A Post is an article of Flaskr's first page.
type Post struct {
	ID       int       `json:"id"`
	AuthorID int       `json:"author_id"`
	Username string    `json:"username"`
	Title    string    `json:"title"`
	Body     string    `json:"body"`
	Created  time.Time `json:"created"`
}

// An Author is who reads it.
type Author struct {
	ID       int    `json:"id"`
	Username string `json:"username"`
}

// Blog is the data of Flaskr's first page.
type Blog struct {
	Posts []Post  `json:"posts"`
	User  *Author `json:"user"`
}

// TheBlog has ten posts, every third by the reader.
func TheBlog() *Blog {
	b := &Blog{User: &Author{1, "ann"}}
	for i := range 10 {
		b.Posts = append(b.Posts, Post{
			i + 1, 1 + i%3, []string{"ann", "bob", "cy & co"}[i%3], fmt.Sprintf("Post number %d <and more>", i+1),
			"It's a body of some lines,\nas people write them in a blog: not long, with a \"quote\" & an ampersand.\n",
			time.Date(2026, 11, 1+i, 8, 30+i, 0, 0, time.UTC),
		})
	}
	return b
}

// HandBlog prints Flaskr's first page.
func HandBlog(buf []byte, b *Blog) []byte {
	buf = append(buf, `<!doctype html><html lang="en"><head><title>Posts - Flaskr</title><link rel="stylesheet" href="/static/style.css"></head><body><nav><h1><a href="/">Flaskr</a></h1><ul>`...)
	if b.User != nil {
		buf = append(buf, "<li><span>"...)
		buf = markup.AppendEscape(buf, b.User.Username)
		buf = append(buf, `</span></li><li><a href="/auth/logout">Log Out</a></li>`...)
	} else {
		buf = append(buf, `<li><a href="/auth/register">Register</a></li><li><a href="/auth/login">Log In</a></li>`...)
	}
	buf = append(buf, `</ul></nav><section class="content"><header><h1>Posts</h1>`...)
	if b.User != nil {
		buf = append(buf, `<a class="action" href="/create">New</a>`...)
	}
	buf = append(buf, "</header>"...)
	for i := range b.Posts {
		p := &b.Posts[i]
		buf = append(buf, `<article class="post"><header><div><h1>`...)
		buf = markup.AppendEscape(buf, p.Title)
		buf = append(buf, `</h1><div class="about">by `...)
		buf = markup.AppendEscape(buf, p.Username)
		buf = append(buf, " on "...)
		buf = p.Created.AppendFormat(buf, "2006-01-02")
		buf = append(buf, "</div></div>"...)
		if b.User != nil && b.User.ID == p.AuthorID {
			buf = append(buf, `<a class="action" href="/`...)
			buf = strconv.AppendInt(buf, int64(p.ID), 10)
			buf = append(buf, `/update">Edit</a>`...)
		}
		buf = append(buf, `</header><p class="body">`...)
		buf = markup.AppendEscape(buf, p.Body)
		buf = append(buf, "</p></article>"...)
		if i < len(b.Posts)-1 {
			buf = append(buf, "<hr>"...)
		}
	}
	return append(buf, "</section></body></html>"...)
}
