package permit

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/login"
)

// Config are the settings of [Policies].
type Config struct {
	// DenyByDefault stops the start for every route that has no guard of dewar.StagePermission: [login.Required],
	// [Permission.Require], one of your own, or [Public]. Static files and redirects need none. Default: false.
	DenyByDefault bool
	// Roles are all the roles there are. With them a need of another role stops the start. Default: none, and no role is
	// looked at.
	Roles []string
	// Provide gives a user further needs, as a receiver of Flask-Principal's identity_loaded. It is called once a request, for
	// users who are logged in. Those of a method Roles() []string, or RoleNames() []string, are there without it.
	// Default: none.
	Provide func(c *dewar.Context, user login.Account) ([]Need, error)
}

// Policies are the extension: who may do what to which object. Add it with app.Extend after that of package login.
type Policies struct {
	config   Config
	app      *dewar.App
	policies map[policyKey]*policy
}

type policyKey struct {
	object reflect.Type
	action string
}

type policy struct {
	rules []rule
	name  string // for messages
}

// New makes the extension.
func New(config Config) *Policies {
	return &Policies{config: config, policies: map[policyKey]*policy{}}
}

// On gives an action on objects of type T its rules, before the app serves. One rule that denies is enough to deny;
// otherwise one that allows is enough to allow; otherwise it is denied. It panics for an action without rules that
// allow, for a rule without a code, and for a second call with the same action and type.
func On[U login.Account, T any](p *Policies, action string, rules ...Rule[U, T]) {
	key := policyKey{reflect.TypeFor[T](), action}
	made := &policy{name: fmt.Sprintf("%s of %v", action, key.object)}
	allows := false
	for _, r := range rules {
		if r.code == "" || r.applies == nil {
			panic(fmt.Sprintf("permit: On(%s): a rule has no code or no function", made.name))
		}
		allows = allows || !r.deny
		made.rules = append(made.rules, r.untyped())
	}
	switch {
	case action == "":
		panic("permit: On without an action")
	case !allows:
		panic(fmt.Sprintf("permit: On(%s): no rule allows it, so nobody ever may", made.name))
	case p.policies[key] != nil:
		panic(fmt.Sprintf("permit: On(%s): it has rules already", made.name))
	}
	p.policies[key] = made
}

// Init is called by app.Extend.
func (p *Policies) Init(app *dewar.App) error {
	if _, ok := dewar.ExtensionOf[*login.Manager](app); !ok {
		return errors.New("permit: the app has no login.Manager; add it before with app.Extend(login.New(…))")
	}
	if p.app != nil {
		return errors.New("permit: the Policies are an extension already; make one for each app")
	}
	p.app = app
	app.TemplateGlobal("can", jinja.NewFunc("can", p.templateCan))
	return nil
}

// Check reports what stops the start: routes that nothing guards, with Config.DenyByDefault, and needs of roles that are not
// among Config.Roles.
func (p *Policies) Check() []dewar.Finding {
	var list []dewar.Finding
	for _, r := range p.app.Routes() {
		if p.config.DenyByDefault && !r.Permission && !r.Static && !r.BuildOnly && r.RedirectTo == "" {
			list = append(list, dewar.Finding{
				ID: "permit-open", Severity: dewar.SeverityError, Subject: "route " + strings.Join(r.Methods, ",") + " " + r.Rule, Source: r.Source,
				Message: "no guard says who may use this route", Remedy: "add .Guard(…), or .Guard(permit.Public) for everybody",
			})
		}
		for _, guard := range r.Guards {
			for _, role := range rolesIn(guard) {
				if p.config.Roles != nil && !slices.Contains(p.config.Roles, role) {
					list = append(list, dewar.Finding{
						ID: "permit-role", Severity: dewar.SeverityError, Subject: "route " + r.Rule, Source: r.Source,
						Message: fmt.Sprintf("there is no role %q, so nobody passes by it", role), Remedy: "add it to permit.Config.Roles, or correct it",
					})
				}
			}
		}
	}
	return list
}

// rolesIn finds the roles in the name of a guard of this package.
func rolesIn(guard string) (roles []string) {
	needs, ok := strings.CutPrefix(guard, "needs ")
	if !ok {
		return nil
	}
	for _, n := range strings.Split(strings.ReplaceAll(needs, ", not ", " or "), " or ") {
		if role, ok := strings.CutPrefix(n, "role:"); ok {
			roles = append(roles, role)
		}
	}
	return roles
}

var errNotInstalled = errors.New("permit: the app has no permit.Policies; add them with app.Extend")

func installed(c *dewar.Context) (*Policies, error) {
	p, ok := dewar.ExtensionOf[*Policies](c.App())
	if !ok {
		return nil, errNotInstalled
	}
	return p, nil
}

func policiesOf(c *dewar.Context) *Policies {
	p, err := installed(c)
	if err != nil {
		panic(err)
	}
	return p
}

// asStatus keeps an error's own status and makes a 503 of one without.
func asStatus(err error) error {
	var status *dewar.HTTPError
	if errors.As(err, &status) {
		return err
	}
	return &dewar.HTTPError{Code: 503, Err: fmt.Errorf("permit: %w", err)}
}
