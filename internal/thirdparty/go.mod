module github.com/dewar-go/dewar/internal/thirdparty

go 1.26.0

require (
	github.com/chromedp/cdproto v0.159.0
	github.com/chromedp/chromedp v0.23.0
	github.com/dewar-go/dewar v0.0.0-00010101000000-000000000000
	github.com/dewar-go/dewar/contrib/acme v0.0.0-00010101000000-000000000000
	github.com/dewar-go/dewar/contrib/oidc v0.0.0-00010101000000-000000000000
	github.com/dewar-go/dewar/contrib/passkey v0.0.0-00010101000000-000000000000
	github.com/dewar-go/dewar/contrib/redis v0.0.0-00010101000000-000000000000
	github.com/go-chi/chi/v5 v5.5.0
	github.com/letsencrypt/pebble/v2 v2.10.3
	github.com/miekg/dns v1.1.73
	github.com/tdewolff/parse/v2 v2.8.20
	go.uber.org/goleak v1.3.0
	golang.org/x/net v0.62.0
)

require (
	github.com/cespare/xxhash/v2 v2.3.0 // indirect
	github.com/coreos/go-oidc/v3 v3.21.0 // indirect
	github.com/fxamacker/cbor/v2 v2.9.4 // indirect
	github.com/go-jose/go-jose/v4 v4.1.8 // indirect
	github.com/go-json-experiment/json v0.0.0-20260213210345-44df1a37e875 // indirect
	github.com/go-viper/mapstructure/v2 v2.5.0 // indirect
	github.com/go-webauthn/webauthn v0.18.2 // indirect
	github.com/go-webauthn/x v0.3.1 // indirect
	github.com/golang-jwt/jwt/v5 v5.3.1 // indirect
	github.com/google/go-tpm v0.9.8 // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/letsencrypt/challtestsrv v1.4.2 // indirect
	github.com/philhofer/fwd v1.2.0 // indirect
	github.com/redis/go-redis/v9 v9.23.0 // indirect
	github.com/tinylib/msgp v1.6.4 // indirect
	github.com/x448/float16 v0.8.4 // indirect
	go.uber.org/atomic v1.12.0 // indirect
	golang.org/x/crypto v0.58.0 // indirect
	golang.org/x/oauth2 v0.38.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/text v0.43.0 // indirect
)

replace (
	github.com/dewar-go/dewar => ../..
	github.com/dewar-go/dewar/contrib/acme => ../../contrib/acme
	github.com/dewar-go/dewar/contrib/oidc => ../../contrib/oidc
	github.com/dewar-go/dewar/contrib/passkey => ../../contrib/passkey
	github.com/dewar-go/dewar/contrib/redis => ../../contrib/redis
)
