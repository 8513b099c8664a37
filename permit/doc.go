// Package permit says who may do what: needs for routes, as in Flask-Principal, and rules with the object, for one object
// and for lists of them. It knows the user from package login.
//
// # Routes
//
//	policies := permit.New(permit.Config{DenyByDefault: true, Roles: []string{"admin", "editor"}})
//	app.Extend(login.New(loadAccount, login.Config{…}), policies)
//
//	var editors = permit.NewPermission(permit.RoleNeed("admin"), permit.RoleNeed("editor"))
//
//	app.Get("/drafts", drafts).Guard(editors.Require())
//	app.Get("/", index).Guard(permit.Public)
//
// One need of a permission is enough. A user has the roles of a method Roles() []string (or RoleNames, as the accounts of
// package accounts), UserNeed of the own id, and what Config.Provide gives. [Scope] is for what API keys may do. With Config.DenyByDefault a route that nothing guards stops the start, with its place. The command
// routes lists the needs, and check what is wrong with them.
//
// # Objects
//
// [On] gives an action on a type its rules:
//
//	permit.On(policies, "view",
//		permit.Allow("published", func(_ *dewar.Context, _ *Account, p *Post) (bool, error) { return p.Published, nil }).
//			Visitors().Where(func(*Account) permit.Condition { return permit.SQL("published") }),
//		permit.Owner("author_id", func(a *Account) int64 { return a.ID }, func(p *Post) int64 { return p.AuthorID }))
//	permit.On(policies, "edit",
//		permit.Owner("author_id", …),
//		permit.Deny("locked", "The thread is locked.", func(_ *dewar.Context, _ *Account, p *Post) (bool, error) { return p.Locked, nil }))
//
//	if err := permit.Check(c, "edit", post); err != nil {
//		return err
//	}
//
// One rule that denies is enough to deny; otherwise one that allows is enough; otherwise it is denied. A rule that fails
// or panics denies. Rules that allow are not asked for visitors unless they say Visitors.
//
// [Check] answers 403, or 404 when the user may not view the object either, so that nobody learns which there are. Each
// denial is a security event with its reason. [Can] decides without an answer or an event, and so does can('edit', post)
// in templates.
//
// # Lists
//
// [Where] makes one condition of those of the rules, for the query of a list:
//
//	where, err := permit.Where[*Post](c, "view")
//	…
//	query.Where(where.SQL, where.Args...)
//
// The rules and their conditions must agree; test that with rows of every kind.
//
// # Differences from Flask-Principal
//
//   - A permission without needs lets nobody pass, and is refused where it is made; there it lets everybody pass.
//   - Denial is a part of a permission: Except.
//   - The identity is the user of package login; there is nothing to keep in step.
package permit
