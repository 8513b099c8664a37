package permit

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/login"
)

// A Decision is the answer to whether somebody may do something.
type Decision struct {
	// Allowed is the answer.
	Allowed bool
	// Code is that of the rule that decided; "no_rule" when none allowed it, "error" when one failed. It is for logs and
	// the audit, not for the page.
	Code string
	// Text is for the page, "" for the general one.
	Text string
	// Err is why a rule failed.
	Err error
}

// The codes of decisions that no rule made.
const (
	NoRule  = "no_rule"
	Failed  = "error"
	Unknown = "unknown"
)

// view is the action that decides whether a denial may say that there is such an object.
const view = "view"

// Can decides whether the user who sent the request may do an action to an object, by the rules of [On]. The object is of
// their type T; for a pointer type its value will do. A rule that fails or panics denies, and so does an action that has
// no rules, which Err says.
func Can(c *dewar.Context, action string, object any) Decision {
	p := policiesOf(c)
	found, object, err := p.find(action, object)
	if err != nil {
		return Decision{Code: Unknown, Err: err}
	}
	return found.decide(c, visitorOr(c), object)
}

// Check is [Can] as an error, nil when it is allowed. A denial is 403 with the rule's text, or 404 when the action "view" of the
// object is denied too: then nobody learns that it exists. It is also the security event authz_fail, with action, type and
// code. A rule that fails is a 500 in the log and the same 403 or 404 for the client.
func Check(c *dewar.Context, action string, object any) error {
	d := Can(c, action, object)
	if d.Code == Unknown {
		return d.Err // a mistake of the program
	}
	if d.Allowed {
		return nil
	}
	reason := fmt.Errorf("permit: %s of %T is denied: %s", action, object, d.Code)
	if d.Err != nil {
		reason = fmt.Errorf("%w: %w", reason, d.Err)
		c.Log().Error("a rule failed", "action", action, "type", fmt.Sprintf("%T", object), "error", d.Err.Error())
	}
	denied := &dewar.HTTPError{Code: 403, Detail: d.Text, Err: reason}
	if seen := Can(c, view, object); seen.Code != Unknown && !seen.Allowed {
		denied.Code, denied.Detail = 404, ""
	}
	c.Emit(dewar.SecurityEvent{Name: dewar.EventAccessDenied, Code: d.Code, Detail: fmt.Sprintf("%s %T: %s", action, object, d.Code), Err: denied})
	return denied
}

// visitorOr is the user who is logged in, nil for a visitor.
func visitorOr(c *dewar.Context) login.Account {
	if u := login.Current(c); u.IsAuthenticated() {
		return u
	}
	return nil
}

// find finds the rules for an object, and the object as they take it.
func (p *Policies) find(action string, object any) (*policy, any, error) {
	t := reflect.TypeOf(object)
	if found := p.policies[policyKey{t, action}]; found != nil {
		return found, object, nil
	}
	if t != nil && t.Kind() != reflect.Pointer {
		if found := p.policies[policyKey{reflect.PointerTo(t), action}]; found != nil {
			at := reflect.New(t)
			at.Elem().Set(reflect.ValueOf(object))
			return found, at.Interface(), nil
		}
	}
	return nil, nil, fmt.Errorf("permit: there are no rules for %q of %T; permit.On gives them", action, object)
}

// decide asks all rules: one that denies may stand behind one that allows.
func (p *policy) decide(c *dewar.Context, user login.Account, object any) Decision {
	d := Decision{Code: NoRule}
	for _, r := range p.rules {
		if user == nil && !r.deny && !r.visitors {
			continue
		}
		applies, err := r.ask(c, user, object)
		switch {
		case err != nil:
			return Decision{Code: Failed, Err: fmt.Errorf("the rule %s: %w", r.code, err)}
		case applies && r.deny:
			return Decision{Code: r.code, Text: r.text}
		case applies && !d.Allowed:
			d = Decision{Allowed: true, Code: r.code}
		}
	}
	return d
}

// ask turns a panic into an error.
func (r rule) ask(c *dewar.Context, user login.Account, object any) (applies bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return r.applies(c, user, object)
}

// Where returns the condition of the rows of T that the user who sent the request may do an action to, made of the conditions of
// the rules of [On]: what [Can] would say of each row, for a list with a limit or a count. It fails when one of the rules
// has none.
//
//	where, err := permit.Where[*Post](c, "view")
//	query.Where(where.SQL, where.Args...)
func Where[T any](c *dewar.Context, action string) (Condition, error) {
	p := policiesOf(c)
	found := p.policies[policyKey{reflect.TypeFor[T](), action}]
	if found == nil {
		return None, fmt.Errorf("permit: Where: there are no rules for %q of %v; permit.On gives them", action, reflect.TypeFor[T]())
	}
	return found.condition(visitorOr(c))
}

func (p *policy) condition(user login.Account) (where Condition, err error) {
	defer func() {
		if p := recover(); p != nil {
			where, err = None, fmt.Errorf("permit: Where: panic: %v", p)
		}
	}()
	var allowed, denied []string
	var allowedArgs, deniedArgs []any
	for _, r := range p.rules {
		if user == nil && !r.deny && !r.visitors {
			continue
		}
		if r.where == nil {
			return None, fmt.Errorf("permit: Where(%s): the rule %s has no condition; give it one with its Where", p.name, r.code)
		}
		w, err := r.where(user)
		if err != nil {
			return None, fmt.Errorf("permit: Where(%s): the rule %s: %w", p.name, r.code, err)
		}
		if strings.TrimSpace(w.SQL) == "" {
			return None, fmt.Errorf("permit: Where(%s): the condition of the rule %s is empty", p.name, r.code)
		}
		if r.deny {
			denied, deniedArgs = append(denied, "("+w.SQL+")"), append(deniedArgs, w.Args...)
		} else {
			allowed, allowedArgs = append(allowed, "("+w.SQL+")"), append(allowedArgs, w.Args...)
		}
	}
	if len(allowed) == 0 {
		return None, nil
	}
	where = Condition{"(" + strings.Join(allowed, " OR ") + ")", allowedArgs}
	if len(denied) > 0 {
		// A condition that is NULL denies: it is not known to be false, and then NOT is NULL too.
		where.SQL += " AND NOT (" + strings.Join(denied, " OR ") + ")"
		where.Args = append(where.Args, deniedArgs...)
	}
	return where, nil
}

// templateCan is can('edit', post) in templates. It makes no event: pages ask what to show.
func (p *Policies) templateCan(st jinja.State, args jinja.Args) (jinja.Value, error) {
	bound, err := args.Bind("can", jinja.Param{Name: "action", Required: true}, jinja.Param{Name: "object", Required: true})
	if err != nil {
		return jinja.None, err
	}
	c, ok := st.Data().(*dewar.Context)
	if !ok {
		return jinja.None, errors.New("permit: can needs a request; the template was rendered without one")
	}
	action, ok := bound[0].Str()
	if !ok {
		return jinja.None, errors.New("permit: can: the action is no string")
	}
	d := Can(c, action, bound[1].Any())
	if d.Code == Unknown {
		return jinja.None, d.Err
	}
	return jinja.ValueOf(d.Allowed), nil
}
