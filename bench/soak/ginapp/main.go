// Command ginapp is a blog of Flaskr's shape on gin, as its documentation would
// have it written: gin.Default, a signed cookie, html/template, a form. Posts
// and accounts are in memory, which favours it. It is attacked by soak.
package main

import (
	"crypto/rand"
	"html/template"
	"log"
	"net/http"
	"os"
	"strconv"
	"sync"

	"github.com/gin-gonic/gin"
	"github.com/gorilla/securecookie"
	"golang.org/x/crypto/bcrypt"
)

type post struct{ Title, Body, Username string }

type blog struct {
	mu       sync.RWMutex
	accounts map[string][]byte
	posts    []post
	cookies  *securecookie.SecureCookie
}

var pages = template.Must(template.New("index").Parse(`<!doctype html><title>Posts - Flaskr</title>
<nav>{{if .User}}{{.User}}{{else}}<a href="/auth/login">Log In</a>{{end}}</nav>
{{range .Posts}}<article><h2>{{.Title}}</h2><div>by {{.Username}}</div><p>{{.Body}}</p></article>{{end}}
{{define "login"}}<!doctype html><title>Log In - Flaskr</title><p>{{.Problem}}</p>
<form method="post"><input name="username"><input name="password" type="password"><button>Log In</button></form>{{end}}`))

func main() {
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		log.Fatal(err)
	}
	b := &blog{accounts: map[string][]byte{}, cookies: securecookie.New(key, nil)}
	r := gin.New()
	r.Use(gin.LoggerWithWriter(discard{}), gin.Recovery())
	r.SetHTMLTemplate(pages)
	r.GET("/", b.index)
	r.POST("/create", b.create)
	r.GET("/auth/login", func(c *gin.Context) { c.HTML(http.StatusOK, "login", gin.H{}) })
	r.POST("/auth/login", b.login)
	r.POST("/auth/register", b.register)
	var err error
	if len(os.Args) > 3 {
		err = r.RunTLS(os.Args[1], os.Args[2], os.Args[3])
	} else {
		err = r.Run(os.Args[1])
	}
	log.Fatal(err)
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

func (b *blog) user(c *gin.Context) (name string) {
	if cookie, err := c.Cookie("session"); err == nil {
		_ = b.cookies.Decode("session", cookie, &name)
	}
	return name
}

func (b *blog) index(c *gin.Context) {
	page, err := strconv.Atoi(c.Query("page"))
	if err != nil || page < 1 {
		page = 1
	}
	b.mu.RLock()
	var posts []post
	for i := len(b.posts) - 1 - (page-1)*20; i >= 0 && len(posts) < 20; i-- {
		posts = append(posts, b.posts[i])
	}
	b.mu.RUnlock()
	c.HTML(http.StatusOK, "index", gin.H{"User": b.user(c), "Posts": posts})
}

func (b *blog) create(c *gin.Context) {
	name := b.user(c)
	if name == "" {
		c.Redirect(http.StatusFound, "/auth/login")
		return
	}
	b.mu.Lock()
	b.posts = append(b.posts, post{c.PostForm("title"), c.PostForm("body"), name})
	b.mu.Unlock()
	c.Redirect(http.StatusFound, "/")
}

func (b *blog) register(c *gin.Context) {
	hash, err := bcrypt.GenerateFromPassword([]byte(c.PostForm("password")), bcrypt.DefaultCost)
	if err != nil {
		c.HTML(http.StatusOK, "login", gin.H{"Problem": "Password is too long."})
		return
	}
	b.mu.Lock()
	b.accounts[c.PostForm("username")] = hash
	b.mu.Unlock()
	c.Redirect(http.StatusFound, "/auth/login")
}

func (b *blog) login(c *gin.Context) {
	name := c.PostForm("username")
	b.mu.RLock()
	hash, ok := b.accounts[name]
	b.mu.RUnlock()
	if !ok || bcrypt.CompareHashAndPassword(hash, []byte(c.PostForm("password"))) != nil {
		c.HTML(http.StatusOK, "login", gin.H{"Problem": "Incorrect username or password."})
		return
	}
	value, err := b.cookies.Encode("session", name)
	if err != nil {
		c.AbortWithStatus(http.StatusInternalServerError)
		return
	}
	c.SetCookie("session", value, 0, "/", "", false, true)
	c.Redirect(http.StatusFound, "/")
}
