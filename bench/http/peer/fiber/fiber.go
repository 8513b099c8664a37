// Package fiber is the suite's server on fiber: its html engine, its own
// session, csrf, helmet and logger.
package fiber

import (
	"crypto/rand"
	"net/http"

	"github.com/gofiber/fiber/v3"
	"github.com/gofiber/fiber/v3/middleware/csrf"
	"github.com/gofiber/fiber/v3/middleware/helmet"
	"github.com/gofiber/fiber/v3/middleware/logger"
	"github.com/gofiber/fiber/v3/middleware/recover"
	"github.com/gofiber/fiber/v3/middleware/session"
	"github.com/gofiber/fiber/v3/middleware/static"
	"github.com/gofiber/template/html/v2"

	"github.com/dewar-go/dewar/bench/http/content"
)

// New makes the application.
func New(o content.Options) *fiber.App {
	app := fiber.New(fiber.Config{Views: html.NewFileSystem(http.FS(content.GoHTML), ".html")})
	app.Get("/plaintext", func(c fiber.Ctx) error { return c.SendString(content.Text) })
	app.Get("/json", func(c fiber.Ctx) error { return c.JSON(content.Message{Message: content.Text}) })
	app.Get("/users/:id<int>/posts/:slug", func(c fiber.Ctx) error {
		return c.SendString(content.Post(fiber.Params[int](c, "id"), c.Params("slug")))
	})
	app.Use("/static", static.New(o.StaticDir()))
	app.Get("/fortunes", func(c fiber.Ctx) error {
		return c.Render("fortunes", fiber.Map{"Fortunes": content.Fortunes()})
	})
	app.Get("/db", func(c fiber.Ctx) error {
		list, err := content.Query(c.Context(), o.Pool())
		if err != nil {
			return err
		}
		return c.Render("fortunes", fiber.Map{"Fortunes": list})
	})
	account(app)
	return app
}

// account is the secure page with the usual packages.
func account(app *fiber.App) {
	sessions, store := session.NewWithStore(session.Config{CookieHTTPOnly: true, CookieSameSite: "Lax"})
	app.Use(logger.New(), recover.New(), func(c fiber.Ctx) error { content.Count.Add(1); return c.Next() },
		helmet.New(helmet.Config{
			ReferrerPolicy: "same-origin", XFrameOptions: "DENY", CrossOriginEmbedderPolicy: "unsafe-none",
			PermissionPolicy: "camera=(), geolocation=(), microphone=()",
		}),
		policy, sessions, csrf.New(csrf.Config{Session: store, CookieHTTPOnly: true, CookieSameSite: "Lax"}))
	app.Get("/login", func(c fiber.Ctx) error {
		session.FromContext(c).Set("user", content.UserName)
		return c.Redirect().Status(http.StatusSeeOther).To("/account")
	})
	app.Get("/account", func(c fiber.Ctx) error {
		name, ok := session.FromContext(c).Get("user").(string)
		if !ok {
			return fiber.ErrUnauthorized
		}
		nonce, _ := c.Locals("nonce").(string)
		return c.Render("account", content.Account{Name: name, Orders: content.Orders, Token: csrf.TokenFromContext(c), Nonce: nonce})
	})
}

// policy sets a policy with a nonce, for which helmet has no option.
func policy(c fiber.Ctx) error {
	nonce := rand.Text()
	c.Locals("nonce", nonce)
	c.Set("Content-Security-Policy", "default-src 'self'; script-src 'self' 'nonce-"+nonce+"'; style-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
	return c.Next()
}
