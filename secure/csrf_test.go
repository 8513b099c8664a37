package secure

import (
	"errors"
)

// reason is the reason of a CSRFError, 0 for nil.
func reason(err error) CSRFReason {
	var refused *CSRFError
	if errors.As(err, &refused) {
		return refused.Reason
	}
	if err != nil {
		return -1
	}
	return 0
}
