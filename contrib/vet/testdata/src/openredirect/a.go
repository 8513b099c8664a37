package openredirect

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/dewar-go/dewar"
)

func view(c *dewar.Context) error {
	next := c.Query("next")
	if strings.HasPrefix(next, "/") {
		return c.RedirectExternal(next) // want `DW709: the visitor's browser is sent`
	}
	http.Redirect(c.Writer(), c.Request(), c.Request().FormValue("next"), 302) // want `DW709: `
	c.SetHeader("Location", "https://"+next)                                   // want `DW709: `
	c.Writer().Header().Set("Location", "/"+next)                              // want `DW709: `
	_ = c.RedirectExternal("https://pay.com/start?back=" + url.QueryEscape(next))
	_ = c.RedirectExternal("https://pay.com/" + next)
	_ = c.RedirectExternal("/pages/" + next)
	own := "/page"
	own += "?next=" + next
	_ = c.RedirectExternal(own)
	theirs := next
	theirs += "?x"
	_ = c.RedirectExternal(theirs) // want `DW709: `
	return c.Redirect(dewar.Path(next))
}

func typed(c *dewar.Context, to string) error { return c.RedirectExternal(to) } // want `DW709: `
