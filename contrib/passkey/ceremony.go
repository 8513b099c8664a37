package passkey

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/session"
)

// challengeFor is how long a challenge lasts.
const challengeFor = 5 * time.Minute

// ceremonyKey is the name of the ceremony in the session. The newest counts.
const ceremonyKey = "_passkey"

// A ceremony is a request for a passkey that was sent to this session's browser. It is small, because a session may be a
// cookie: the rest of go-webauthn's session is made again at the end.
type ceremony struct {
	Create    bool   `json:",omitempty"`
	User      string `json:",omitempty"` // "" when the passkey says who it is
	Challenge string
	Handle    []byte `json:",omitempty"`
	Begun     int64
}

func (m *Manager) keep(c *dewar.Context, y ceremony) error {
	y.Begun = time.Now().Unix()
	text, err := json.Marshal(y)
	if err == nil {
		c.Session().Set(ceremonyKey, string(text))
	}
	return err
}

var errStale = errors.New("the challenge is not that of this session, is too old or was used")

// take ends the session's ceremony. It fails with errStale.
func (m *Manager) take(c *dewar.Context) (y ceremony, err error) {
	text, ok := session.Value[string](c.Session(), ceremonyKey)
	c.Session().Delete(ceremonyKey)
	if !ok || json.Unmarshal([]byte(text), &y) != nil || y.Challenge == "" || time.Since(time.Unix(y.Begun, 0)) > challengeFor {
		return y, errStale
	}
	// A copy of the session from before, in a cookie, has the challenge still.
	first, err := m.cfg.Credentials.Spend(c.Context(), digest("challenge", []byte(y.Challenge)), time.Unix(y.Begun, 0).Add(challengeFor+time.Minute))
	if err != nil {
		return y, unavailable(err)
	}
	if !first {
		return y, errStale
	}
	return y, nil
}

// party is this site as go-webauthn knows it.
func (m *Manager) party(c *dewar.Context) (*webauthn.WebAuthn, error) {
	origin := url.URL{Scheme: c.Scheme(), Host: c.Host()}
	id := m.cfg.ID
	if id == "" {
		id = origin.Hostname()
	}
	timeouts := webauthn.TimeoutConfig{Enforce: true, Timeout: challengeFor, TimeoutUVD: challengeFor}
	party, err := webauthn.New(&webauthn.Config{
		RPID: id, RPDisplayName: m.cfg.Site, RPOrigins: []string{origin.String()},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(),
			UserVerification: protocol.VerificationRequired,
		},
		Timeouts: webauthn.TimeoutsConfig{Login: timeouts, Registration: timeouts},
	})
	if err != nil {
		return nil, fmt.Errorf("passkey: %w", err)
	}
	return party, nil
}

// session makes go-webauthn's session of a ceremony again.
func (y ceremony) session(party *webauthn.WebAuthn, user *holder) webauthn.SessionData {
	data := webauthn.SessionData{
		Challenge: y.Challenge, RelyingPartyID: party.Config.RPID, Expires: time.Unix(y.Begun, 0).Add(challengeFor),
		UserVerification: protocol.VerificationRequired,
	}
	if y.Create {
		data.CredParams = webauthn.CredentialParametersDefault()
	}
	if y.User != "" {
		data.UserID = user.handle
		if !y.Create {
			for _, credential := range user.credentials {
				data.AllowedCredentialIDs = append(data.AllowedCredentialIDs, credential.ID)
			}
		}
	}
	return data
}

// A holder is a user as go-webauthn knows one.
type holder struct {
	handle      []byte
	name        string
	credentials []webauthn.Credential
}

func (h *holder) WebAuthnID() []byte                         { return h.handle }
func (h *holder) WebAuthnName() string                       { return h.name }
func (h *holder) WebAuthnDisplayName() string                { return h.name }
func (h *holder) WebAuthnCredentials() []webauthn.Credential { return h.credentials }

// kept is the Data of a login.Credential.
type kept struct {
	Handle     []byte              `json:"handle"`
	Credential webauthn.Credential `json:"credential"`
}

func read(credential login.Credential) (k kept, err error) {
	if err = json.Unmarshal(credential.Data, &k); err != nil {
		err = fmt.Errorf("passkey: the credential %s cannot be read: %w", credential.ID, err)
	}
	return k, err
}

// holder returns a user with all passkeys, and a new handle for one who has none.
func (m *Manager) holder(c *dewar.Context, user login.Account) (*holder, error) {
	list, err := m.cfg.Credentials.CredentialsOf(c.Context(), user.GetID(), Kind)
	if err != nil {
		return nil, unavailable(err)
	}
	h := &holder{name: m.cfg.Describe(c, user)}
	for _, credential := range list {
		k, err := read(credential)
		if err != nil {
			return nil, err
		}
		h.handle, h.credentials = k.Handle, append(h.credentials, k.Credential)
	}
	if h.handle == nil {
		h.handle = make([]byte, 64)
		rand.Read(h.handle)
	}
	return h, nil
}

// digest is the name of a value in a store.
func digest(purpose string, value []byte) string {
	sum := sha256.Sum256(bytes.Join([][]byte{[]byte("dewar passkey"), []byte(purpose), value}, []byte{'\n'}))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// id is the ID of the credential with an id of the authenticator's.
func id(raw []byte) string { return digest("id", raw) }
