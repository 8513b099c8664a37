package main

import (
	"net/http"

	"github.com/dewar-go/dewar"
)

// pages are the errors with a page of Flaskr's own, and what it says when the
// error itself says nothing.
var pages = map[int][2]string{
	http.StatusBadRequest:            {"That did not work", "The request could not be understood. Go back, reload the page and try again."},
	http.StatusForbidden:             {"Not yours", "This page is not for you."},
	http.StatusNotFound:              {"Not found", "There is nothing here. Perhaps it was deleted, or the address has a typing error."},
	http.StatusMethodNotAllowed:      {"Not like that", "This address does not do what was asked of it."},
	http.StatusRequestEntityTooLarge: {"Too long", "That was more than fits. Go back and shorten it."},
	http.StatusInternalServerError:   {"Something broke", "It is our fault, and it was noted. Try again in a moment."},
}

// registerErrors gives the app its friendly error pages, and sends visitors who
// have to log in to the form.
func registerErrors(app *dewar.App, a *accounts) {
	dewar.OnErrorAs(app, func(c *dewar.Context, _ *loginRequiredError) error {
		return c.Redirect(dewar.To("auth.login"))
	})
	for code, text := range pages {
		app.OnError(code, func(c *dewar.Context, e *dewar.HTTPError) error {
			vars := dewar.Vars{"code": e.Code, "title": text[0], "detail": text[1]}
			if e.Detail != "" {
				vars["detail"] = e.Detail
			}
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
