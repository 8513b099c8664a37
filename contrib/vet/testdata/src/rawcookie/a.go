package rawcookie

import (
	"net/http"

	"github.com/dewar-go/dewar"
)

func view(c *dewar.Context) error {
	http.SetCookie(c.Writer(), &http.Cookie{Name: "a"}) // want `DW706: the cookie gets none`
	c.Writer().Header().Add("set-cookie", "a=b")        // want `DW706: `
	c.SetHeader("Set-Cookie", "a=b")                    // want `DW706: `
	c.SetHeader("Location", "/")
	return c.SetCookie(http.Cookie{Name: "a"})
}

func foreign(w http.ResponseWriter, r *http.Request) { http.SetCookie(w, &http.Cookie{Name: "a"}) }
