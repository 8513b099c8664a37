package passkey

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/accounts"
	"github.com/dewar-go/dewar/login"
)

// maxName bounds the name of a passkey, in bytes.
const maxName = 100

// A Passkey is one of a user's.
type Passkey struct {
	// ID is its name for the forms.
	ID string
	// Name is the user's own.
	Name string
	// Synced says that copies of it are on other devices, or with its provider.
	Synced bool
	// Created is when it was added, Used when it last logged in, zero for never.
	Created, Used time.Time
}

// Passkeys lists those of the user who is logged in, the oldest first. It is empty for a visitor.
func Passkeys(c *dewar.Context) ([]Passkey, error) {
	m, ok := dewar.ExtensionOf[*Manager](c.App())
	if !ok {
		panic("passkey: the app has no passkey.Manager; add one with app.Extend(passkey.New(…))")
	}
	user := login.Current(c)
	if !user.IsAuthenticated() {
		return nil, nil
	}
	credentials, err := m.cfg.Credentials.CredentialsOf(c.Context(), user.GetID(), Kind)
	if err != nil {
		return nil, unavailable(err)
	}
	var list []Passkey
	for _, credential := range credentials {
		list = append(list, passkey(credential))
	}
	return list, nil
}

func passkey(credential login.Credential) Passkey {
	k, _ := read(credential) // what cannot be read can be removed
	return Passkey{
		ID: credential.ID, Name: credential.Name, Synced: k.Credential.Flags.BackupState, Created: credential.Created, Used: credential.Used,
	}
}

// manage is the page of the user's passkeys.
func (m *Manager) manage(c *dewar.Context) error {
	list, err := Passkeys(c)
	if err != nil {
		return err
	}
	name := ""
	if record, ok := login.ThisSession(c); ok {
		name = record.Device()
	}
	return m.render(c, "passkey/manage.html", dewar.Vars{"passkeys": list, "name": name})
}

// createOptions answers the script with what it gives to navigator.credentials.create.
func (m *Manager) createOptions(c *dewar.Context) error {
	user := login.Current(c)
	party, err := m.party(c)
	if err != nil {
		return err
	}
	h, err := m.holder(c, user)
	if err != nil {
		return err
	}
	if len(h.credentials) >= maxPasskeys {
		return m.fail(c, user.GetID(), TooMany, nil)
	}
	creation, data, err := party.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.credentials).CredentialDescriptors()))
	if err != nil {
		return err
	}
	if err := m.keep(c, ceremony{Create: true, User: user.GetID(), Challenge: data.Challenge, Handle: h.handle}); err != nil {
		return err
	}
	return c.JSON(creation)
}

// create ends what createOptions began.
func (m *Manager) create(c *dewar.Context) error {
	user := login.Current(c)
	refuse := func(reason Reason, err error) error {
		return m.problem(c, dewar.To("passkey.manage"), user.GetID(), reason, err, "")
	}
	y, err := m.take(c)
	if errors.Is(err, errStale) || err == nil && (!y.Create || y.User != user.GetID()) {
		return refuse(Stale, errStale)
	}
	if err != nil {
		return err
	}
	party, err := m.party(c)
	if err != nil {
		return err
	}
	answer, err := protocol.ParseCredentialCreationResponseBytes([]byte(c.Form("credential")))
	if err != nil {
		return refuse(Untrusted, err)
	}
	h := &holder{handle: y.Handle}
	made, err := party.CreateCredential(h, y.session(party, h), answer)
	if err != nil {
		return refuse(Untrusted, err)
	}
	made.Attestation = webauthn.CredentialAttestation{} // it was not asked for
	data, err := json.Marshal(kept{Handle: y.Handle, Credential: *made})
	if err != nil {
		return err
	}
	credential := login.Credential{Kind: Kind, ID: id(made.ID), User: user.GetID(), Name: nameOf(c), Data: data, Created: time.Now()}
	switch err := m.cfg.Credentials.AddCredential(c.Context(), credential); {
	case errors.Is(err, login.ErrExists):
		return refuse(Taken, err)
	case err != nil:
		return unavailable(err)
	}
	c.Emit(dewar.SecurityEvent{Name: dewar.EventUserUpdated, User: user.GetID(), Detail: "passkey: added"})
	m.Signals.Added.Send(Event{c, user, passkey(credential)})
	if account, ok := user.(*accounts.Account); ok {
		return m.added(c, account)
	}
	return c.Redirect(dewar.To("passkey.manage"))
}

// nameOf is the name that a form gives to a passkey.
func nameOf(c *dewar.Context) string {
	name := strings.Join(strings.Fields(c.Form("name")), " ")
	if name == "" {
		name = "Passkey"
	}
	return strings.ToValidUTF8(name[:min(len(name), maxName)], "")
}

// rename gives a passkey of the user's another name.
func (m *Manager) rename(c *dewar.Context) error {
	err := m.cfg.Credentials.RenameCredential(c.Context(), login.Current(c).GetID(), Kind, c.Form("id"), nameOf(c))
	switch {
	case errors.Is(err, login.ErrNotFound):
		return dewar.StatusError(404)
	case err != nil:
		return unavailable(err)
	}
	return c.Redirect(dewar.To("passkey.manage"))
}

// remove removes a passkey of the user's.
func (m *Manager) remove(c *dewar.Context) error {
	user, store := login.Current(c), m.cfg.Credentials
	credential, err := store.Credential(c.Context(), Kind, c.Form("id"))
	last := false
	account, isAccount := user.(*accounts.Account)
	if err == nil && isAccount {
		last = account.PasswordHash != ""
		if refused, err := m.keepFactor(c, account); refused || err != nil {
			return err
		}
	}
	if err == nil && m.cfg.HasPassword != nil {
		if last, err = m.cfg.HasPassword(c, user); err != nil {
			return err
		}
	}
	if err == nil {
		err = store.RemoveCredential(c.Context(), user.GetID(), Kind, credential.ID, last)
	}
	switch {
	case errors.Is(err, login.ErrNotFound):
		return dewar.StatusError(404)
	case errors.Is(err, login.ErrLastCredential):
		return m.problem(c, dewar.To("passkey.manage"), user.GetID(), LastWayIn, err, "")
	case err != nil:
		return unavailable(err)
	}
	c.Emit(dewar.SecurityEvent{Name: dewar.EventUserUpdated, User: user.GetID(), Detail: "passkey: removed"})
	m.Signals.Removed.Send(Event{c, user, passkey(credential)})
	if isAccount {
		if err := accounts.FactorRemoved(c, account, m.Label()); err != nil {
			return err
		}
	}
	return c.Redirect(dewar.To("passkey.manage"))
}
