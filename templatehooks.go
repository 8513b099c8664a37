package dewar

import (
	"net/url"
	"strings"

	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/markup"
)

// What the template engine asks for by itself: a template that forgot its nonce
// or its token has them all the same. A template that is rendered without a
// request gets neither.

// templateNonce is the nonce for the template's own scripts and styles, if the
// policy takes one.
func templateNonce(st jinja.State) (string, error) {
	c, ok := st.Data().(*Context)
	if !ok || !c.app.nonces {
		return "", nil
	}
	return c.Nonce(), nil
}

// templateFormField is the hidden field for the template's own forms that post
// to the site.
func templateFormField(st jinja.State) (markup.HTML, error) {
	c, ok := st.Data().(*Context)
	if !ok {
		return "", nil
	}
	token, err := c.CSRFToken()
	if err != nil {
		return "", err
	}
	return markup.Format(`<input type="hidden" name="%s" value="%s">`, c.app.csrf.FieldName(), token), nil
}

// templateSameSite reports whether the action of a form that names a host names
// the one that the request came to.
func templateSameSite(st jinja.State, action string) bool {
	c, ok := st.Data().(*Context)
	if !ok || strings.ContainsAny(action, "\\\t\r\n") {
		return false
	}
	u, err := url.Parse(action)
	return err == nil && u.User == nil && u.Scheme == c.Scheme() && strings.EqualFold(u.Host, c.Host())
}
