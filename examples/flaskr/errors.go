package main

import (
	"net/http"

	"github.com/dewar-go/dewar"
)

// pages are the errors with a page of Flaskr's own, and its title.
var pages = map[int]string{
	http.StatusBadRequest:            "That did not work",
	http.StatusForbidden:             "Not yours",
	http.StatusNotFound:              "Not found",
	http.StatusMethodNotAllowed:      "Not like that",
	http.StatusRequestEntityTooLarge: "Too long",
	http.StatusInternalServerError:   "Something broke",
}

// registerErrors gives the app its friendly error pages, and sends visitors who
// have to log in to the form.
func registerErrors(app *dewar.App, a *accounts) {
	dewar.OnErrorAs(app, func(c *dewar.Context, _ *loginRequiredError) error {
		return c.Redirect(dewar.To("auth.login"))
	})
	for code, title := range pages {
		app.OnError(code, func(c *dewar.Context, e *dewar.HTTPError) error {
			vars := dewar.Vars{"code": e.Code, "title": title, "detail": e.Detail}
			switch {
			case e.Code >= 500:
				// The page must not need what may have failed: no user, but a
				// number to ask for.
				User.Set(c, nil)
				vars["request_id"] = c.RequestID()
			case !loaded(c):
				// An address that no rule matched has passed no guard.
				if err := a.load(c); err != nil {
					return err
				}
			}
			return c.Status(e.Code).Render("error.html", vars)
		})
	}
}

// loaded tells whether it was looked who the user is.
func loaded(c *dewar.Context) bool {
	_, ok := User.Get(c)
	return ok
}
