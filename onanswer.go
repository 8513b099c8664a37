package dewar

import (
	"cmp"
	"net/http"
)

// An Answer is a whole answer before it is sent, for [OnAnswer].
type Answer struct {
	// Whole is false when there is none to see: it was streamed, did not fit the buffer, or
	// the request was cut off. The other fields are empty then.
	Whole bool
	// Status is the answer's status.
	Status int
	// Header is what the view and hooks have set. The protective headers are not among
	// it: they are for each answer anew. It is not to be changed or kept.
	Header http.Header
	// Body is the body. It is not to be changed or kept.
	Body []byte
	// Personal says that the answer is for this client alone: it sets a cookie, depends
	// on the session, on a cookie, on the user, on the client's address or on a header of the
	// request, or has a nonce or a token in it. It knows what was asked of the Context, by the
	// view or a template, and not what was read from [Context.Request].
	Personal bool
}

// OnAnswer has f see the answer of this request before its first byte, after the last hook and
// the commit of transactions. It is for what keeps answers, such as a cache of pages. f is
// called once, whatever becomes of the request; an error page is an answer too.
func OnAnswer(c *Context, f func(Answer)) {
	if before := c.onAnswer; before != nil {
		c.onAnswer = func(a Answer) { before(a); f(a) }
		return
	}
	c.onAnswer = f
}

// showAnswer calls what waits for the answer.
func (c *Context) showAnswer() {
	f := c.onAnswer
	if f == nil {
		return
	}
	c.onAnswer = nil
	if c.res.sent() {
		f(Answer{})
		return
	}
	h := c.res.Header()
	f(Answer{
		Whole: true, Status: cmp.Or(c.res.status, c.chosen, http.StatusOK), Header: h, Body: c.res.body.B,
		Personal: h["Set-Cookie"] != nil || c.user != "" || c.nonce != "" || c.state.has(cookieRead|clientRead) || c.sessionRead(),
	})
}

// GivenOut counts what the view and templates of this request were given for this answer alone so
// far: tokens of forms, nonces, flashed messages. What keeps a part of a page compares the
// counts before and behind it.
func GivenOut(c *Context) int { return c.givenOut }
