package permit

import (
	"fmt"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/login"
)

// A Rule is one reason to allow or to deny an action on an object of type T to a user of type U. Make it with [Allow],
// [Deny], [Owner] or [Tenant].
type Rule[U login.Account, T any] struct {
	code, text string
	deny       bool
	visitors   bool
	applies    func(c *dewar.Context, user U, object T) (bool, error)
	where      func(user U) Condition
}

// Allow is a rule that allows what applies says true for. code names it in logs and decisions.
func Allow[U login.Account, T any](code string, applies func(c *dewar.Context, user U, object T) (bool, error)) Rule[U, T] {
	return Rule[U, T]{code: code, applies: applies}
}

// Deny is a rule that denies what applies says true for, whatever other rules allow. code names it in logs and decisions; the
// text is for the page, and "" is the general one of a 403. For visitors, too, applies is asked, with the zero U.
func Deny[U login.Account, T any](code, text string, applies func(c *dewar.Context, user U, object T) (bool, error)) Rule[U, T] {
	return Rule[U, T]{code: code, text: text, deny: true, applies: applies}
}

// Visitors makes the rule one that allows visitors, too. For them applies gets the zero U. Rules without it are not asked
// for them.
func (r Rule[U, T]) Visitors() Rule[U, T] {
	r.visitors = true
	return r
}

// Where gives the rule its condition in SQL, for lists: the rows that applies says true for. The two must agree; test that
// with rows of every kind.
func (r Rule[U, T]) Where(where func(user U) Condition) Rule[U, T] {
	r.where = where
	return r
}

// Owner allows what belongs to the user, in Go and in SQL:
//
//	permit.Owner("author_id", func(u *Account) int64 { return u.ID }, func(p *Post) int64 { return p.AuthorID })
func Owner[U login.Account, T any, ID comparable](column string, user func(U) ID, object func(T) ID) Rule[U, T] {
	return Allow("owner", func(_ *dewar.Context, u U, o T) (bool, error) { return user(u) == object(o), nil }).
		Where(func(u U) Condition { return SQL(column+" = ?", user(u)) })
}

// Tenant denies what belongs to another tenant than the user, in Go and in SQL. In SQL a row without a tenant is denied.
func Tenant[U login.Account, T any, ID comparable](column string, user func(U) ID, object func(T) ID) Rule[U, T] {
	return Deny("tenant", "", func(_ *dewar.Context, u U, o T) (bool, error) { return user(u) != object(o), nil }).
		Where(func(u U) Condition { return SQL(column+" <> ?", user(u)) })
}

// A Condition is a piece of SQL with its values, for Where of bun or any other query.
type Condition struct {
	// SQL has a ? for each of Args. It is never empty.
	SQL  string
	Args []any
}

// SQL makes a condition. The text is the program's; what comes from outside is a value.
func SQL(text string, args ...any) Condition { return Condition{text, args} }

// The conditions of all rows and of none.
var (
	All  = Condition{SQL: "1 = 1"}
	None = Condition{SQL: "1 = 0"}
)

// rule is a Rule without its types.
type rule struct {
	code, text     string
	deny, visitors bool
	applies        func(c *dewar.Context, user login.Account, object any) (bool, error)
	where          func(user login.Account) (Condition, error)
}

// untyped takes the types away; user is nil for a visitor.
func (r Rule[U, T]) untyped() rule {
	as := func(user login.Account) (u U, err error) { // the zero U for a visitor
		u, ok := user.(U)
		if user != nil && !ok {
			return u, fmt.Errorf("permit: the user is a %T, and the rule is for a %T", user, u)
		}
		return u, nil
	}
	plain := rule{code: r.code, text: r.text, deny: r.deny, visitors: r.visitors}
	plain.applies = func(c *dewar.Context, user login.Account, object any) (bool, error) {
		o, ok := object.(T)
		if !ok {
			return false, fmt.Errorf("permit: the object is a %T", object)
		}
		u, err := as(user)
		if err != nil {
			return false, err
		}
		return r.applies(c, u, o)
	}
	if r.where != nil {
		plain.where = func(user login.Account) (Condition, error) {
			u, err := as(user)
			if err != nil {
				return None, err
			}
			return r.where(u), nil
		}
	}
	return plain
}
