package dewar

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"github.com/dewar-go/dewar/internal/negotiate"
)

// inETag takes out what ends an entity tag or its line.
var inETag = strings.NewReplacer(`"`, "", "\r", "", "\n", "")

// NotModified sets the answer's validators and reports whether the client has
// this version already. The view then returns without computing the rest: the
// answer is a 304 without a body. etag is a text without quotes, "" for none; a
// zero time means no date.
//
//	if c.NotModified(post.Version, post.Updated) {
//		return nil
//	}
//
// If-None-Match is compared weakly and wins over If-Modified-Since, which has a
// resolution of a second (RFC 9110, section 13).
func (c *Context) NotModified(etag string, modified time.Time) bool {
	h := c.w.Header()
	tag := ""
	if etag != "" {
		tag = `"` + inETag.Replace(etag) + `"`
		h["Etag"] = []string{tag}
	}
	if !modified.IsZero() {
		h["Last-Modified"] = []string{modified.UTC().Format(http.TimeFormat)}
	}
	if c.r.Method != http.MethodGet && c.r.Method != http.MethodHead || !c.fresh(tag, modified) {
		return false
	}
	if c.answering() == nil {
		c.w.WriteHeader(http.StatusNotModified)
		c.given.whole = true
	}
	return true
}

// Changed reports whether the client's If-Match or If-Unmodified-Since names
// another version than this one, and then returns the error that says so, a 412:
// somebody else was quicker. Call it before changing what the version is of.
//
//	if err := c.Changed(post.Version, post.Updated); err != nil {
//		return err
//	}
func (c *Context) Changed(etag string, modified time.Time) error {
	failed := &HTTPError{Code: http.StatusPreconditionFailed, Detail: "This was changed in the meantime. Load it again and repeat your change."}
	if list := c.r.Header["If-Match"]; len(list) > 0 {
		// Compared strongly: a weak validator never matches here.
		if etag == "" || !negotiate.MatchesStrongly(list, `"`+etag+`"`) {
			return failed
		}
		return nil
	}
	since, err := http.ParseTime(c.r.Header.Get("If-Unmodified-Since"))
	if err == nil && !modified.IsZero() && modified.Truncate(time.Second).After(since) {
		return failed
	}
	return nil
}

// fresh reports whether the client's conditions say it has this version.
func (c *Context) fresh(tag string, modified time.Time) bool {
	if list := c.r.Header["If-None-Match"]; len(list) > 0 {
		return tag != "" && negotiate.MatchesWeakly(list, tag)
	}
	text := c.r.Header.Get("If-Modified-Since")
	if text == "" {
		return false
	}
	since, err := http.ParseTime(text)
	return err == nil && !modified.IsZero() && !modified.Truncate(time.Second).After(since)
}

// validate gives a whole, buffered answer an ETag of its content, and makes it
// a 304 when the client has it. Answers that depend on a session, a token or a
// nonce are different each time and get none; nor do those that say themselves
// how they may be kept.
func (w *response) validate() {
	c, h := w.c, w.Header()
	if w.status != 0 && w.status != http.StatusOK || len(w.body.B) == 0 || h["Etag"] != nil || h["Set-Cookie"] != nil ||
		c.nonce != "" || c.session != nil && c.session.Accessed() || h["Cache-Control"] != nil ||
		c.state.has(cookieRead) || c.r.Header["Authorization"] != nil || h["Trailer"] != nil {
		return
	}
	if c.r.Method != http.MethodGet && c.r.Method != http.MethodHead {
		return
	}
	sum := sha256.Sum256(w.body.B)
	var tag [24]byte
	tag[0], tag[23] = '"', '"'
	base64.RawURLEncoding.Encode(tag[1:23], sum[:16])
	w.etag[0] = string(tag[:])
	h["Etag"] = w.etag[:]
	if list := c.r.Header["If-None-Match"]; len(list) > 0 && negotiate.MatchesWeakly(list, w.etag[0]) {
		w.status = http.StatusNotModified
		w.body.Reset()
		delete(h, "Content-Type")
	}
}
