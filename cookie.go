package dewar

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/dewar-go/dewar/internal/werkzeug"
)

// SetCookie adds a cookie. It is HttpOnly, SameSite=Lax, for the whole site and,
// over HTTPS, Secure, unless the cookie says SameSite itself. A cookie for the
// page's own scripts needs another way in: give them the value in the page.
//
// With a MaxAge below zero the browser forgets the cookie. Name, Path and Domain
// must be those it was set with: they are what browsers know a cookie by.
//
// http.SetCookie with [Context.Writer] sets exactly the attributes given. Without
// HttpOnly, a script that gets into a page reads the cookie; without SameSite,
// other sites' requests carry it; without Secure, it travels in the clear.
func (c *Context) SetCookie(cookie http.Cookie) error {
	if cookie.Path == "" {
		cookie.Path = "/"
	}
	if cookie.SameSite == 0 {
		cookie.SameSite = http.SameSiteLaxMode
	}
	if cookie.MaxAge < 0 {
		cookie.Value, cookie.Expires = "", time.Unix(0, 0)
	}
	cookie.HttpOnly = true
	cookie.Secure = cookie.Secure || c.app.mode.https()
	if err := cookie.Valid(); err != nil {
		return fmt.Errorf("dewar: SetCookie(%q): %w", cookie.Name, err)
	}
	h := c.w.Header()
	h["Set-Cookie"] = append(slices.Clip(h["Set-Cookie"]), cookie.String())
	return nil
}

// Cookie returns the value of a cookie the client sent, as Werkzeug reads it, ""
// when there is none. The answer then says that it varies by cookies. A value that
// holds NUL ends the view with 400.
func (c *Context) Cookie(name string) string {
	c.state.set(cookieRead)
	value, _ := werkzeug.Cookie(c.r.Header["Cookie"], name)
	if werkzeug.HasNUL(value) {
		panic(abort{badBind("cookie", name, errNUL)})
	}
	return value
}

// KeepCookie is [Context.SetCookie] for a cookie that an error page sends as well, when the view that set it fails: one whose
// new value is in a store already, so that a browser without it would have a worthless one.
func KeepCookie(c *Context, cookie http.Cookie) error {
	if err := c.SetCookie(cookie); err != nil {
		return err
	}
	if c.headersBefore == nil {
		c.headersBefore = http.Header{}
	}
	all := c.w.Header()["Set-Cookie"]
	c.headersBefore["Set-Cookie"] = append(slices.Clip(c.headersBefore["Set-Cookie"]), all[len(all)-1])
	return nil
}
