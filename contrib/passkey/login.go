package passkey

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/accounts"
	"github.com/dewar-go/dewar/login"
)

// asked returns whose passkey is asked for: that of the user at the level Pending or of the one who is logged in, nil when
// the passkey is to say who it is.
func asked(c *dewar.Context) login.Account {
	if user, ok := login.UserAt[login.Account](c, login.Pending); ok {
		return user
	}
	if user := login.Current(c); user.IsAuthenticated() {
		return user
	}
	return nil
}

// use is the page that asks for a passkey of a user who is known.
func (m *Manager) use(c *dewar.Context) error {
	if asked(c) == nil {
		return login.Unauthorized(c)
	}
	vars := dewar.Vars{"next": c.Query("next")}
	if _, ok := login.UserAt[login.Account](c, login.Pending); ok {
		_, vars["recovery"] = asked(c).(*accounts.Account) // other ways of package accounts
	}
	return m.render(c, "passkey/use.html", vars)
}

// loginOptions answers the script with what it gives to navigator.credentials.get.
func (m *Manager) loginOptions(c *dewar.Context) error {
	party, err := m.party(c)
	if err != nil {
		return err
	}
	var assertion *protocol.CredentialAssertion
	var data *webauthn.SessionData
	y := ceremony{}
	if user := asked(c); user == nil {
		assertion, data, err = party.BeginDiscoverableLogin()
	} else {
		h, findErr := m.holder(c, user)
		if findErr != nil {
			return findErr
		}
		if len(h.credentials) == 0 {
			return m.fail(c, user.GetID(), Unknown, errors.New("the user has no passkey"))
		}
		y.User = user.GetID()
		assertion, data, err = party.BeginLogin(h)
	}
	if err != nil {
		return err
	}
	y.Challenge = data.Challenge
	if err := m.keep(c, y); err != nil {
		return err
	}
	return c.JSON(assertion)
}

// login ends what loginOptions began.
func (m *Manager) login(c *dewar.Context) error {
	back := m.loginView(c)
	user := asked(c)
	who := ""
	if user != nil {
		back, who = dewar.To("passkey.use"), user.GetID()
	}
	refuse := func(reason Reason, err error) error { return m.problem(c, back, who, reason, err, "") }
	y, err := m.take(c)
	if errors.Is(err, errStale) || err == nil && (y.Create || y.User != who) {
		return refuse(Stale, errStale)
	}
	if err != nil {
		return err
	}
	answer, err := protocol.ParseCredentialRequestResponseBytes([]byte(c.Form("credential")))
	if err != nil {
		return refuse(Untrusted, err)
	}
	credential, err := m.cfg.Credentials.Credential(c.Context(), Kind, id(answer.RawID))
	switch {
	case errors.Is(err, login.ErrNotFound):
		return m.problem(c, back, who, Unknown, err, base64.RawURLEncoding.EncodeToString(answer.RawID))
	case err != nil:
		return unavailable(err)
	case user != nil && credential.User != who:
		return refuse(NoAccount, errors.New("it is another user's"))
	}
	who = credential.User
	k, err := m.verify(c, y, credential, answer)
	if err != nil {
		return refuse(Untrusted, err)
	}
	if k.Credential.Authenticator.CloneWarning {
		return refuse(Copied, errors.New("the signature counter went back"))
	}
	if user == nil {
		if user, err = login.ByID(c, who); errors.Is(err, login.ErrNotFound) {
			return refuse(NoAccount, err)
		} else if err != nil {
			return err
		}
	}
	written, err := json.Marshal(k)
	if err != nil {
		return err
	}
	if err := m.cfg.Credentials.UseCredential(c.Context(), Kind, credential.ID, written, time.Now()); err != nil {
		return unavailable(err)
	}
	err = m.signIn(c, user)
	if errors.Is(err, login.ErrInactive) {
		return refuse(NoAccount, err)
	}
	return err
}

// verify looks at the signature and all that it signs.
func (m *Manager) verify(c *dewar.Context, y ceremony, credential login.Credential, answer *protocol.ParsedCredentialAssertionData) (kept, error) {
	k, err := read(credential)
	if err != nil {
		return k, err
	}
	party, err := m.party(c)
	if err != nil {
		return k, err
	}
	if eligible := answer.Response.AuthenticatorData.Flags.HasBackupEligible(); k.Credential.Flags.BackupEligible != eligible {
		c.Log().Info("passkey: a passkey has changed whether it can be backed up", "credential", credential.ID, "eligible", eligible)
		k.Credential.Flags.BackupEligible = eligible
	}
	h := &holder{handle: k.Handle, credentials: []webauthn.Credential{k.Credential}}
	var verified *webauthn.Credential
	if y.User != "" {
		verified, err = party.ValidateLogin(h, y.session(party, h), answer)
	} else {
		_, verified, err = party.ValidatePasskeyLogin(func([]byte, []byte) (webauthn.User, error) { return h, nil }, y.session(party, h), answer)
	}
	if err != nil {
		return k, err
	}
	k.Credential = *verified
	return k, nil
}

// signIn makes the login, or makes that of the user who is logged in fresh.
func (m *Manager) signIn(c *dewar.Context, user login.Account) error {
	methods := []string{Method, "mfa"}
	if login.Current(c).IsAuthenticated() {
		if err := login.Confirm(c, methods...); err != nil {
			return err
		}
		return c.Redirect(login.Next(c, dewar.Path(m.cfg.After)))
	}
	if before, ok := login.ThisSession(c); ok && before.Level == login.Pending {
		methods = append(slices.Clone(before.Methods), methods...)
	}
	how := login.Options{Methods: methods}
	if m.cfg.SignIn != nil {
		return m.cfg.SignIn(c, user, how)
	}
	if account, ok := user.(*accounts.Account); ok {
		return accounts.SignIn(c, account, methods...)
	}
	if err := login.In(c, user, how); err != nil {
		return err
	}
	return c.Redirect(login.Next(c, dewar.Path(m.cfg.After)))
}
