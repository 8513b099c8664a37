package dewar

// requestState is what is known of a request's way so far: a set of facts, each
// of which the rest of it depends on.
type requestState uint16

const (
	guarding             requestState = 1 << iota // the guards are running
	refusalReported                               // a security event says that the request was refused
	preflightWithoutCORS                          // a preflight for a route that has no CORS guard
	cookieRead                                    // the answer depends on a cookie
	originRead                                    // the answer depends on where the request came from
	flashesTaken                                  // flashes were taken out of the session
	sessionSaved                                  // the session was saved
	sessionSettled                                // nothing of the session is left to save
	sessionEnded                                  // the session was empty, and is no more
	hooksRan                                      // the after hooks have begun
	sessionDropped                                // the session must not be saved: the request failed
	handedOn                                      // the answer is the other application's
)

func (s *requestState) set(fact requestState)     { *s |= fact }
func (s *requestState) unset(fact requestState)   { *s &^= fact }
func (s requestState) has(fact requestState) bool { return s&fact != 0 }
