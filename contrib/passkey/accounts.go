package passkey

import (
	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/accounts"
	"github.com/dewar-go/dewar/forms"
)

// added tells package accounts of a new passkey, and shows the recovery codes that the account got with its first factor.
func (m *Manager) added(c *dewar.Context, account *accounts.Account) error {
	codes, err := accounts.FactorAdded(c, account, Method, m.Label())
	if err != nil {
		return err
	}
	if len(codes) == 0 {
		return c.Redirect(dewar.To("passkey.manage"))
	}
	after, err := c.URL(dewar.To("passkey.manage"))
	if err != nil {
		return err
	}
	return m.render(c, "accounts/newcodes.html", dewar.Vars{
		"codes": codes, "after": after, "message": forms.Gettext(c, "Your passkey is added. All other devices are logged out."),
	})
}

// keepFactor refuses to remove the only passkey of an account that must not be without.
func (m *Manager) keepFactor(c *dewar.Context, account *accounts.Account) (refused bool, err error) {
	list, err := m.cfg.Credentials.CredentialsOf(c.Context(), account.ID, Kind)
	if err != nil {
		return false, unavailable(err)
	}
	if len(list) > 1 {
		return false, nil
	}
	ok, why, err := accounts.MayRemoveFactor(c, account, m)
	if ok || err != nil {
		return false, err
	}
	c.Flash(why, "error")
	return true, c.Redirect(dewar.To("passkey.manage"))
}
