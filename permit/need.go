package permit

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/login"
)

// A Need is something that a user must have, such as a role: Flask-Principal's Need and ItemNeed. Two are the same when
// their fields are.
type Need struct {
	// Method is the kind: "role", "id", "action".
	Method string
	// Value is which one: "editor".
	Value string
	// Type is what Value is an id of, for an ItemNeed.
	Type string
}

// RoleNeed is the role of that name.
func RoleNeed(role string) Need { return Need{Method: "role", Value: role} }

// UserNeed is to be the user with that GetID. Every user who is logged in has it.
func UserNeed(id string) Need { return Need{Method: "id", Value: id} }

// ActionNeed is to be allowed an action everywhere.
func ActionNeed(action string) Need { return Need{Method: "action", Value: action} }

// ItemNeed is to be allowed a method of one item of a type: ItemNeed("update", "27", "post").
func ItemNeed(method, value, typ string) Need { return Need{Method: method, Value: value, Type: typ} }

// String is how guards are listed: "role:editor", "update:post:27".
func (n Need) String() string {
	if n.Type != "" {
		return n.Method + ":" + n.Type + ":" + n.Value
	}
	return n.Method + ":" + n.Value
}

// A Permission lets users pass who have one of its needs, and none of those that it excludes.
type Permission struct{ needs, excludes []Need }

// NewPermission is Flask-Principal's Permission: any one of the needs is enough. Without a need it panics: there such a
// permission lets everybody pass, here [Public] says so.
func NewPermission(needs ...Need) Permission {
	if len(needs) == 0 {
		panic("permit: NewPermission without a need would let everybody pass; permit.Public says that")
	}
	for _, n := range needs {
		if n.Method == "" || n.Value == "" {
			panic(fmt.Sprintf("permit: NewPermission: the need %+v has no Method or no Value", n))
		}
	}
	return Permission{needs: slices.Clone(needs)}
}

// Union lets those pass whom either lets pass by its needs, but nobody whom one of the two excludes.
func (p Permission) Union(other Permission) Permission {
	return Permission{slices.Concat(p.needs, other.needs), slices.Concat(p.excludes, other.excludes)}
}

// Except excludes users who have one of these needs, whatever else they have: Flask-Principal's Denial, as a part of a
// permission.
func (p Permission) Except(needs ...Need) Permission {
	p.excludes = slices.Concat(p.excludes, needs)
	return p
}

// Allows reports whether a user with these needs passes: Flask-Principal's allows. The zero Permission lets nobody pass.
func (p Permission) Allows(provides []Need) bool {
	has := func(n Need) bool { return slices.Contains(provides, n) }
	return slices.ContainsFunc(p.needs, has) && !slices.ContainsFunc(p.excludes, has)
}

// String lists the needs: "role:admin or role:editor, not role:banned".
func (p Permission) String() string {
	text := func(list []Need) string {
		var names []string
		for _, n := range list {
			names = append(names, n.String())
		}
		return strings.Join(names, " or ")
	}
	if len(p.excludes) == 0 {
		return text(p.needs)
	}
	return text(p.needs) + ", not " + text(p.excludes)
}

// Can reports whether the user who is logged in has the permission: Flask-Principal's can. It ends the view with 503 when
// Config.Provide fails.
func (p Permission) Can(c *dewar.Context) bool {
	needs, err := policiesOf(c).provides(c)
	if err != nil {
		panic(&dewar.HTTPError{Code: 503, Err: err})
	}
	return p.Allows(needs)
}

// Require is a guard for routes and blueprints: Flask-Principal's require. A visitor is sent to log in, as by
// [login.Required]; a user without the permission gets 403, with the event authz_fail.
func (p Permission) Require() dewar.Guard {
	if len(p.needs) == 0 {
		panic("permit: Require of the zero Permission, which lets nobody pass")
	}
	return requirement{p}
}

type requirement struct{ Permission }

func (requirement) Stage() dewar.Stage { return dewar.StagePermission }
func (r requirement) Name() string     { return "needs " + r.String() }

func (r requirement) Check(c *dewar.Context) error {
	p, err := installed(c)
	if err != nil {
		return err
	}
	if !login.Current(c).IsAuthenticated() {
		return login.Unauthorized(c)
	}
	needs, err := p.provides(c)
	if err != nil {
		return err
	}
	if !r.Allows(needs) {
		return &dewar.HTTPError{Code: 403, Err: fmt.Errorf("permit: the user does not have %s", r)}
	}
	return nil
}

// Scope is a guard for what API keys do: a request that a key of [login.APIKeys] sent passes when the key has the scope, and
// one of a user who is logged in otherwise passes as by [login.Required]. A key without it, one without any scopes included,
// gets 403, with the event authz_fail. It panics for a scope that no key can have: an empty one, or one with a space.
func Scope(scope string) dewar.Guard {
	if len(strings.Fields(scope)) != 1 || strings.TrimSpace(scope) != scope {
		panic(fmt.Sprintf("permit: Scope(%q): a scope is a word", scope))
	}
	return dewar.GuardFunc(dewar.StagePermission, "scope "+scope, func(c *dewar.Context) error {
		if err := login.Required.Check(c); err != nil {
			return err
		}
		if key, ok := login.UsedKey(c); ok && !slices.Contains(key.Scopes, scope) {
			return &dewar.HTTPError{Code: 403, Err: fmt.Errorf("permit: the API key %s does not have the scope %s", key.Prefix, scope)}
		}
		return nil
	})
}

// Public is the guard of a route that everybody may use: with [Config.DenyByDefault] each route has a guard or this.
var Public dewar.Guard = dewar.GuardFunc(dewar.StagePermission, "public", func(*dewar.Context) error { return nil })

// provided are the needs that a user has, once they were asked for.
var provided = dewar.NewKey[*identity]("_permit_identity")

type identity struct {
	user  string
	needs []Need
}

// provides finds the needs of the user who is logged in, once a request.
func (p *Policies) provides(c *dewar.Context) ([]Need, error) {
	user := login.Current(c)
	if !user.IsAuthenticated() {
		return nil, nil
	}
	if id := provided.Value(c); id != nil && id.user == user.GetID() {
		return id.needs, nil // the view may have logged in another user
	}
	needs := []Need{UserNeed(user.GetID())}
	var roles []string
	switch u := user.(type) {
	case interface{ Roles() []string }:
		roles = u.Roles()
	case interface{ RoleNames() []string }:
		roles = u.RoleNames()
	}
	for _, role := range roles {
		needs = append(needs, RoleNeed(role))
	}
	if p.config.Provide != nil {
		more, err := p.config.Provide(c, user)
		if err != nil {
			return nil, asStatus(err)
		}
		needs = append(needs, more...)
	}
	provided.Set(c, &identity{user.GetID(), needs})
	return needs, nil
}
