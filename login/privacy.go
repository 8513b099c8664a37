package login

import (
	"context"
	"errors"
)

// exported is what package privacy exports of a user: the logins and API keys, without what they are recognised by.
func (m *Manager) exported(ctx context.Context, user string) (any, error) {
	if m.flask {
		return nil, nil // everything is in cookies
	}
	sessions, err := m.cfg.Store.SessionsOf(ctx, user)
	keys, err2 := m.cfg.Store.KeysOf(ctx, user)
	if err = errors.Join(err, err2); err != nil || len(sessions)+len(keys) == 0 {
		return nil, err
	}
	type entry map[string]any
	var logins, names []entry
	for _, r := range sessions {
		logins = append(logins, entry{"address": r.Address, "agent": r.Agent, "created": r.Created, "seen": r.Seen})
	}
	for _, k := range keys {
		names = append(names, entry{"name": k.Name, "prefix": k.Prefix, "created": k.Created, "used": k.Used})
	}
	return entry{"logins": logins, "keys": names}, nil
}

// erase ends all logins and API keys of a user.
func (m *Manager) erase(ctx context.Context, user string) error {
	if m.flask {
		return nil
	}
	keys, err := m.cfg.Store.KeysOf(ctx, user)
	for _, k := range keys {
		err = errors.Join(err, m.DeleteKey(ctx, user, k.Prefix))
	}
	return errors.Join(err, m.EndUser(ctx, user))
}
