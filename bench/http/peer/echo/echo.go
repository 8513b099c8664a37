// Package echo is the suite's server on echo: html/template as its renderer,
// gorilla's sessions, echo's own CSRF, Secure and RequestLogger.
package echo

import (
	"crypto/rand"
	"html/template"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/gorilla/sessions"
	"github.com/labstack/echo/v5"
	"github.com/labstack/echo/v5/middleware"

	"github.com/dewar-go/dewar/bench/http/content"
	"github.com/dewar-go/dewar/bench/http/same"
)

type renderer struct{ t *template.Template }

// Render is echo's Renderer.
func (r renderer) Render(_ *echo.Context, w io.Writer, name string, data any) error {
	return r.t.ExecuteTemplate(w, name, data)
}

// New makes the server's handler.
func New(o content.Options) http.Handler {
	e := echo.New()
	e.Renderer = renderer{template.Must(template.ParseFS(content.GoHTML, "*.html"))}
	simple := e.Group("")
	if o.Same {
		log := content.Logger()
		simple.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
			return func(c *echo.Context) error {
				began := time.Now()
				same.Headers(c.Response().Header())
				err := next(c)
				status, size := 200, int64(0)
				if w, e := echo.UnwrapResponse(c.Response()); e == nil {
					status, size = w.Status, w.Size
				}
				same.Log(c.Request().Context(), log, c.Request(), c.Path(), status, int(size), began)
				return err
			}
		})
	}
	text := func(c *echo.Context, text string) error {
		if o.Same {
			same.Tag(c.Response().Header(), text)
		}
		return c.String(http.StatusOK, text)
	}
	simple.GET("/plaintext", func(c *echo.Context) error { return text(c, content.Text) })
	simple.GET("/json", func(c *echo.Context) error {
		if o.Same {
			return c.Blob(http.StatusOK, "application/json", same.JSON(c.Response().Header(), content.Message{Message: content.Text}))
		}
		return c.JSON(http.StatusOK, content.Message{Message: content.Text})
	})
	simple.GET("/users/:id/posts/:slug", func(c *echo.Context) error {
		id, err := strconv.Atoi(c.Param("id"))
		if err != nil {
			return echo.ErrNotFound
		}
		return text(c, content.Post(id, c.Param("slug")))
	})
	e.Static("/static", o.StaticDir())
	e.GET("/fortunes", func(c *echo.Context) error {
		return c.Render(http.StatusOK, "fortunes.html", map[string]any{"Fortunes": content.Fortunes()})
	})
	e.GET("/db", func(c *echo.Context) error {
		list, err := content.Query(c.Request().Context(), o.Pool())
		if err != nil {
			return err
		}
		return c.Render(http.StatusOK, "fortunes.html", map[string]any{"Fortunes": list})
	})
	account(e.Group(""))
	return e
}

// account is the secure page with the usual packages.
func account(g *echo.Group) {
	store := sessions.NewCookieStore(content.Key)
	store.Options = &sessions.Options{Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode}
	g.Use(middleware.RequestLogger(), middleware.Recover(),
		func(next echo.HandlerFunc) echo.HandlerFunc {
			return func(c *echo.Context) error { content.Count.Add(1); return next(c) }
		},
		middleware.SecureWithConfig(middleware.SecureConfig{
			ContentTypeNosniff: "nosniff", XFrameOptions: "DENY", ReferrerPolicy: "same-origin",
		}),
		policy,
		middleware.CSRFWithConfig(middleware.CSRFConfig{
			TokenLookup: "form:csrf_token", CookiePath: "/", CookieHTTPOnly: true, CookieSameSite: http.SameSiteLaxMode,
		}))
	g.GET("/login", func(c *echo.Context) error {
		s, _ := store.Get(c.Request(), "session")
		s.Values["user"] = content.UserName
		if err := s.Save(c.Request(), c.Response()); err != nil {
			return err
		}
		return c.Redirect(http.StatusSeeOther, "/account")
	})
	g.GET("/account", func(c *echo.Context) error {
		s, _ := store.Get(c.Request(), "session")
		name, ok := s.Values["user"].(string)
		if !ok {
			return echo.ErrUnauthorized
		}
		token, _ := c.Get("csrf").(string)
		nonce, _ := c.Get("nonce").(string)
		return c.Render(http.StatusOK, "account.html", content.Account{Name: name, Orders: content.Orders, Token: token, Nonce: nonce})
	})
}

// policy sets what echo's Secure has no option for: a policy with a nonce, and
// the newer headers.
func policy(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c *echo.Context) error {
		nonce := rand.Text()
		c.Set("nonce", nonce)
		h := c.Response().Header()
		h.Set("Content-Security-Policy", "default-src 'self'; script-src 'self' 'nonce-"+nonce+"'; style-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		return next(c)
	}
}
