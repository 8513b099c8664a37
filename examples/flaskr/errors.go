package main

import (
	"net/http"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/login"
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

// registerErrors gives the app its friendly error pages.
func registerErrors(app *dewar.App) {
	for code, title := range pages {
		app.OnError(code, func(c *dewar.Context, e *dewar.HTTPError) error {
			vars := dewar.Vars{"code": e.Code, "title": title, "detail": e.Detail}
			if e.Code >= 500 {
				// The page must not need what may have failed: no user, but a
				// number to ask for.
				vars["current_user"], vars["request_id"] = login.AnonymousUser{}, c.RequestID()
			}
			return c.Status(e.Code).Render("error.html", vars)
		})
	}
}
