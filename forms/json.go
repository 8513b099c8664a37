package forms

import (
	"net/url"

	"github.com/dewar-go/dewar"
)

// jsonValues returns the values of a JSON body, and whether it is one.
func jsonValues(*dewar.Context) (url.Values, bool) { return nil, false }
