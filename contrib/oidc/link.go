package oidc

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/accounts"
	"github.com/dewar-go/dewar/login"
)

// Linked is an identity that belongs to an account.
type Linked struct {
	// ID is its name for oidc.unlink.
	ID string
	// Provider is the name and Label the label of the provider; both are the issuer when the provider is configured no more.
	Provider, Label string
	// Email is the address that the provider told last, verified or not, for the user to know which it is.
	Email string
	// Created is when it was linked, Used when it last signed in, zero for never.
	Created, Used time.Time
}

// Identities lists what the user who is logged in can sign in with. It is empty for a visitor.
func Identities(c *dewar.Context) ([]Linked, error) {
	user := login.Current(c)
	if !user.IsAuthenticated() {
		return nil, nil
	}
	m := managerOf(c)
	credentials, err := m.cfg.Credentials.CredentialsOf(c.Context(), user.GetID(), Kind)
	if err != nil {
		return nil, unavailable(err)
	}
	var list []Linked
	for _, credential := range credentials {
		list = append(list, m.linked(credential))
	}
	return list, nil
}

// manage is the page of the user's identities.
func (m *Manager) manage(c *dewar.Context) error {
	list, err := Identities(c)
	if err != nil {
		return err
	}
	return m.render(c, "oidc/manage.html", dewar.Vars{"identities": list})
}

func (m *Manager) linked(credential login.Credential) Linked {
	var k kept
	_ = json.Unmarshal(credential.Data, &k) // what is not there is not shown
	l := Linked{ID: credential.ID, Provider: k.Issuer, Label: k.Issuer, Email: k.Email, Created: credential.Created, Used: credential.Used}
	if i := slices.IndexFunc(m.providers, func(p *provider) bool { return p.Issuer == k.Issuer }); i >= 0 {
		l.Provider, l.Label = m.providers[i].Name, m.providers[i].Label
	}
	return l
}

// store links an identity to a user. It fails with login.ErrExists.
func (m *Manager) store(c *dewar.Context, user login.Account, id Identity) error {
	credential := login.Credential{Kind: Kind, ID: id.key(), User: user.GetID(), Name: id.Provider, Data: id.data(), Created: time.Now()}
	switch err := m.cfg.Credentials.AddCredential(c.Context(), credential); {
	case errors.Is(err, login.ErrExists):
		return err
	case err != nil:
		return unavailable(err)
	}
	c.Emit(dewar.SecurityEvent{Name: dewar.EventUserUpdated, User: user.GetID(), Detail: "oidc: " + id.Provider + " linked"})
	m.Signals.Linked.Send(Event{c, user, m.linked(credential)})
	return nil
}

// add links an identity to the user who began to, and who must be there still.
func (m *Manager) add(c *dewar.Context, p *provider, id Identity, user string) error {
	current := login.Current(c)
	if current.GetID() != user || !login.IsFresh(c) {
		return p.fail(c, Stale, errors.New("the user who began to link is not logged in freshly any more"))
	}
	err := m.store(c, current, id)
	if errors.Is(err, login.ErrExists) {
		owner, findErr := m.cfg.Credentials.Credential(c.Context(), Kind, id.key())
		if findErr != nil || owner.User != user {
			return p.fail(c, Taken, errors.Join(err, findErr))
		}
	} else if err != nil {
		return err
	}
	return c.Redirect(login.Next(c, dewar.Path(m.cfg.After)))
}

// unlink removes an identity of the user.
func (m *Manager) unlink(c *dewar.Context) error {
	user, id := login.Current(c), c.Form("id")
	credential, err := m.cfg.Credentials.Credential(c.Context(), Kind, id)
	if err == nil && credential.User != user.GetID() {
		err = login.ErrNotFound
	}
	last := false
	if account, ok := user.(*accounts.Account); ok {
		last = account.PasswordHash != ""
	}
	if err == nil && m.cfg.HasPassword != nil {
		last, err = m.cfg.HasPassword(c, user)
	}
	if err == nil {
		err = m.cfg.Credentials.RemoveCredential(c.Context(), user.GetID(), Kind, id, last)
	}
	l := m.linked(credential)
	switch {
	case errors.Is(err, login.ErrNotFound):
		return dewar.StatusError(404)
	case errors.Is(err, login.ErrLastCredential):
		p := &provider{Provider: Provider{Name: l.Provider, Label: cmp.Or(l.Label, l.Provider)}}
		return p.fail(c, LastWayIn, err)
	case err != nil:
		return unavailable(err)
	}
	c.Emit(dewar.SecurityEvent{Name: dewar.EventUserUpdated, User: user.GetID(), Detail: "oidc: " + l.Provider + " unlinked"})
	m.Signals.Unlinked.Send(Event{c, user, l})
	return c.Redirect(login.Next(c, dewar.Path(m.cfg.After)))
}
