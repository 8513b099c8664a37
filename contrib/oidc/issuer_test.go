package oidc_test

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dewar-go/dewar/outbound"
)

// keys are made once: they take long.
var keys = sync.OnceValue(func() (list []*rsa.PrivateKey) {
	for range 2 {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		list = append(list, key)
	}
	return list
})

// An issuer is a provider in this process. It does what OpenID Connect asks, unless a test changes a field.
type issuer struct {
	*httptest.Server
	t *testing.T

	mu     sync.Mutex
	key    *rsa.PrivateKey
	kid    string
	codes  map[string]grant
	tokens int // requests for tokens
	down   bool

	document map[string]any                     // changes the discovery document
	claims   map[string]any                     // changes ID tokens; a nil value removes a claim
	userinfo map[string]any                     // the answer of that endpoint
	sign     func(claims map[string]any) string // makes ID tokens instead
	noToken  bool                               // leaves the ID token out
}

type grant struct{ nonce, challenge, redirect string }

const (
	clientID     = "the-client"
	clientSecret = "the secret:%"
)

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	i := &issuer{t: t, key: keys()[0], kid: "first", codes: map[string]grant{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", i.discovery)
	mux.HandleFunc("GET /keys", i.keySet)
	mux.HandleFunc("POST /token", i.token)
	mux.HandleFunc("GET /userinfo", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer the-access-token" {
			w.WriteHeader(401)
		}
		answer(w, i.userinfo)
	})
	i.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.mu.Lock()
		defer i.mu.Unlock()
		if i.down {
			w.WriteHeader(500)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(i.Close)
	return i
}

// outbound are the settings with which it is reached.
func (i *issuer) outbound() outbound.Config {
	roots := x509.NewCertPool()
	roots.AddCert(i.Certificate())
	return outbound.Config{RootCAs: roots, InsecureAllow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Retries: -1}
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

func (i *issuer) discovery(w http.ResponseWriter, _ *http.Request) {
	document := map[string]any{
		"issuer": i.URL, "authorization_endpoint": i.URL + "/authorize", "token_endpoint": i.URL + "/token", "jwks_uri": i.URL + "/keys",
		"userinfo_endpoint": i.URL + "/userinfo", "end_session_endpoint": i.URL + "/end?x=1",
		"id_token_signing_alg_values_supported":          []string{"RS256", "HS256", "none"},
		"authorization_response_iss_parameter_supported": true,
	}
	maps.Copy(document, i.document)
	answer(w, document)
}

func (i *issuer) keySet(w http.ResponseWriter, _ *http.Request) {
	answer(w, map[string]any{"keys": []any{map[string]any{
		"kty": "RSA", "use": "sig", "alg": "RS256", "kid": i.kid, "n": encode(i.key.N.Bytes()), "e": encode(big.NewInt(int64(i.key.E)).Bytes()),
	}}})
}

func encode(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

// authorize is a user who consents: it gives the query of the callback.
func (i *issuer) authorize(address string) url.Values {
	i.t.Helper()
	i.mu.Lock()
	defer i.mu.Unlock()
	u, err := url.Parse(address)
	if err != nil || !strings.HasPrefix(address, i.URL+"/authorize?") {
		i.t.Fatalf("the browser is sent to %q: %v", address, err)
	}
	q := u.Query()
	if q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || q.Get("client_id") != clientID ||
		len(q.Get("code_challenge")) != 43 || q.Get("nonce") == "" || len(q.Get("state")) < 26 || !slices.Contains(strings.Fields(q.Get("scope")), "openid") {
		i.t.Fatalf("the request for a sign-in is %v", q)
	}
	code := rand.Text()
	i.codes[code] = grant{nonce: q.Get("nonce"), challenge: q.Get("code_challenge"), redirect: q.Get("redirect_uri")}
	return url.Values{"state": {q.Get("state")}, "code": {code}, "iss": {i.URL}}
}

// token takes each code once, from the client, with the verifier of its challenge and the same redirect URI.
func (i *issuer) token(w http.ResponseWriter, r *http.Request) {
	i.tokens++
	id, secret, _ := r.BasicAuth()
	id, _ = url.QueryUnescape(id)
	secret, _ = url.QueryUnescape(secret)
	g, ok := i.codes[r.FormValue("code")]
	delete(i.codes, r.FormValue("code"))
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	if !ok || id != clientID || secret != clientSecret || g.challenge != encode(sum[:]) || g.redirect != r.FormValue("redirect_uri") {
		w.WriteHeader(400)
		answer(w, map[string]string{"error": "invalid_grant"})
		return
	}
	now := time.Now().Unix()
	claims := map[string]any{
		"iss": i.URL, "sub": "subject-1", "aud": clientID, "exp": now + 300, "iat": now, "nonce": g.nonce,
		"email": "ann@example.com", "email_verified": true, "name": "Ann",
	}
	for name, value := range i.claims {
		if claims[name] = value; value == nil {
			delete(claims, name)
		}
	}
	token := map[string]any{"access_token": "the-access-token", "token_type": "Bearer", "expires_in": 300}
	if !i.noToken {
		if i.sign == nil {
			token["id_token"] = i.jwt("RS256", i.kid, claims)
		} else {
			token["id_token"] = i.sign(claims)
		}
	}
	answer(w, token)
}

// jwt signs by an algorithm, the good ones and the two classic attacks.
func (i *issuer) jwt(algorithm, kid string, claims map[string]any) string {
	header, _ := json.Marshal(map[string]string{"alg": algorithm, "kid": kid, "typ": "JWT"})
	payload, _ := json.Marshal(claims)
	input := encode(header) + "." + encode(payload)
	sum := sha256.Sum256([]byte(input))
	switch algorithm {
	case "none":
		return input + "."
	case "HS256": // with the public key as the secret
		public, _ := x509.MarshalPKIXPublicKey(&i.key.PublicKey)
		mac := hmac.New(sha256.New, public)
		mac.Write([]byte(input))
		return input + "." + encode(mac.Sum(nil))
	}
	signature, err := rsa.SignPKCS1v15(rand.Reader, i.key, crypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	return input + "." + encode(signature)
}
