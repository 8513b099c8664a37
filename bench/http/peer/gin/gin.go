// Package gin is the suite's server on gin: its html/template, gin-contrib's
// sessions in a cookie, a CSRF token in the session, unrolled/secure and gin's
// own logger.
package gin

import (
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"html/template"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-contrib/sessions"
	"github.com/gin-contrib/sessions/cookie"
	"github.com/gin-gonic/gin"
	"github.com/unrolled/secure"

	"github.com/dewar-go/dewar/bench/http/content"
	"github.com/dewar-go/dewar/bench/http/peer/nethttp"
	"github.com/dewar-go/dewar/bench/http/same"
)

// New makes the server's handler.
func New(o content.Options) http.Handler {
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	e.SetHTMLTemplate(template.Must(template.ParseFS(content.GoHTML, "*.html")))
	simple := e.Group("/")
	if o.Same {
		log := content.Logger()
		simple.Use(func(c *gin.Context) {
			began := time.Now()
			same.Headers(c.Writer.Header())
			c.Next()
			same.Log(c.Request.Context(), log, c.Request, c.FullPath(), c.Writer.Status(), c.Writer.Size(), began)
		})
	}
	text := func(c *gin.Context, text string) {
		if o.Same {
			same.Tag(c.Writer.Header(), text)
		}
		c.String(http.StatusOK, text)
	}
	simple.GET("/plaintext", func(c *gin.Context) { text(c, content.Text) })
	simple.GET("/json", func(c *gin.Context) {
		if o.Same {
			c.Data(http.StatusOK, "application/json", same.JSON(c.Writer.Header(), content.Message{Message: content.Text}))
			return
		}
		c.JSON(http.StatusOK, content.Message{Message: content.Text})
	})
	simple.GET("/users/:id/posts/:slug", func(c *gin.Context) {
		id, err := strconv.Atoi(c.Param("id"))
		if err != nil {
			c.AbortWithStatus(http.StatusNotFound)
			return
		}
		text(c, content.Post(id, c.Param("slug")))
	})
	e.Static("/static", o.StaticDir())
	e.GET("/fortunes", func(c *gin.Context) {
		c.HTML(http.StatusOK, "fortunes.html", gin.H{"Fortunes": content.Fortunes()})
	})
	e.GET("/db", func(c *gin.Context) {
		list, err := content.Query(c.Request.Context(), o.Pool())
		if err != nil {
			_ = c.AbortWithError(http.StatusInternalServerError, err)
			return
		}
		c.HTML(http.StatusOK, "fortunes.html", gin.H{"Fortunes": list})
	})
	account(e.Group("/"))
	return e
}

// account is the secure page with the usual packages.
func account(g *gin.RouterGroup) {
	store := cookie.NewStore(content.Key)
	store.Options(sessions.Options{Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	headers := secure.New(nethttp.Headers())
	g.Use(gin.Logger(), gin.Recovery(), func(*gin.Context) { content.Count.Add(1) }, func(c *gin.Context) {
		nonce, err := headers.ProcessAndReturnNonce(c.Writer, c.Request)
		if err != nil {
			c.Abort()
			return
		}
		c.Set("nonce", nonce)
	}, sessions.Sessions("session", store))
	g.GET("/login", func(c *gin.Context) {
		s := sessions.Default(c)
		s.Set("user", content.UserName)
		s.Set("csrfSalt", rand.Text())
		if err := s.Save(); err != nil {
			_ = c.AbortWithError(http.StatusInternalServerError, err)
			return
		}
		c.Redirect(http.StatusSeeOther, "/account")
	})
	g.GET("/account", func(c *gin.Context) {
		s := sessions.Default(c)
		name, ok := s.Get("user").(string)
		if !ok {
			c.AbortWithStatus(http.StatusUnauthorized)
			return
		}
		c.HTML(http.StatusOK, "account.html", content.Account{
			Name: name, Orders: content.Orders, Token: token(s), Nonce: c.GetString("nonce"),
		})
	})
}

// token is what utrack/gin-csrf makes: a hash of the session's salt and the
// secret.
func token(s sessions.Session) string {
	salt, _ := s.Get("csrfSalt").(string)
	h := sha1.New()
	_, _ = io.WriteString(h, salt+"-"+string(content.Key))
	return base64.URLEncoding.EncodeToString(h.Sum(nil))
}
