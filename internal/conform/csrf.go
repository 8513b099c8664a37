package main

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/dewar-go/dewar/secure"
	"github.com/dewar-go/dewar/sign"
)

func init() { kinds["csrf_token_load"] = csrfTokenLoad }

// csrfTokenLoad opens a token of Flask-WTF. The default of max_age is Flask-WTF's: one hour.
func csrfTokenLoad(request json.RawMessage) answer {
	var q struct {
		formatRequest
		Token json.RawMessage
	}
	if err := json.Unmarshal(request, &q); err != nil {
		return answer{"exception": "BadRequest", "message": err.Error()}
	}
	ring, err := q.ring()
	if err != nil {
		return formatError(err)
	}
	serializer, err := ring.URLSafeTimedWith(sign.SerializerOptions{
		SignerOptions: sign.SignerOptions{Salt: secure.FlaskTokenSalt, Now: q.clock()},
	})
	if err != nil {
		return formatError(err)
	}
	limit := time.Hour
	switch string(q.MaxAge) {
	case "":
	case "null":
		limit = sign.NoMaxAge
	default:
		limit = q.maxAge(limit)
	}
	token, _ := formatString(q.Token)
	secret, err := secure.NewFlaskToken(serializer).Decode(token, limit)
	var badTime *sign.BadTimeSignature
	var expired *sign.SignatureExpired
	if errors.As(err, &badTime) && !errors.As(err, &expired) {
		err = &badTime.BadSignature // the name for every signature that does not match
	}
	if err != nil {
		return formatError(err)
	}
	return answer{"result": secret}
}
