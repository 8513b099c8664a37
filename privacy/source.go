package privacy

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"slices"

	"github.com/dewar-go/dewar"
)

// A Source knows something of users.
type Source struct {
	// Name says what it is, such as "orders".
	Name string
	// Export returns what is known of a user as a value for JSON, nil for nothing. It may have fields tagged pii: they
	// are what was asked for.
	Export func(ctx context.Context, user string) (any, error)
	// Erase erases it. It may be called again for somebody who was erased. Default: it is kept, and the report says so.
	Erase func(ctx context.Context, user string) error
	// Last erases behind the sources without it: for what records what they do.
	Last bool
}

// registry is the extension.
type registry struct {
	app     *dewar.App
	sources []Source
}

// Init adds the commands.
func (r *registry) Init(app *dewar.App) error {
	r.app = app
	dewar.AddCommand(app, dewar.Command{Name: "privacy export", Usage: "print what is known of a user, as JSON", Args: "USER", Run: r.export})
	flags := flag.NewFlagSet("", flag.ContinueOnError)
	yes := flags.Bool("yes", false, "erase for good")
	dewar.AddCommand(app, dewar.Command{
		Name: "privacy erase", Usage: "erase what is known of a user", Args: "USER", Flags: flags,
		Run: func(ctx context.Context, line dewar.CommandLine) error { return r.erase(ctx, line, *yes) },
	})
	return nil
}

// Register adds a source to an app. One without a name or Export, or with a name that is taken, panics.
func Register(app *dewar.App, s Source) {
	r, ok := dewar.ExtensionOf[*registry](app)
	if !ok {
		r = &registry{}
		app.Extend(r)
	}
	if s.Name == "" || s.Export == nil || slices.ContainsFunc(r.sources, func(other Source) bool { return other.Name == s.Name }) {
		panic(fmt.Sprintf("privacy: Register: the source %q needs a name of its own and Export", s.Name))
	}
	r.sources = append(r.sources, s)
	slices.SortStableFunc(r.sources, func(a, b Source) int {
		switch {
		case a.Last == b.Last:
			return 0
		case a.Last:
			return 1
		}
		return -1
	})
}

// Export asks all sources of an app for what they know of a user, by their names. Where sources fail it returns what the
// others know, and their errors.
func Export(ctx context.Context, app *dewar.App, user string) (map[string]any, error) {
	r, _ := dewar.ExtensionOf[*registry](app)
	if r == nil || user == "" {
		return nil, errors.New("privacy: there is no source, or no user to ask for")
	}
	found := map[string]any{}
	var failed error
	for _, s := range r.sources {
		v, err := s.Export(ctx, user)
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("privacy: export of %s: %w", s.Name, err))
		} else if v != nil {
			found[s.Name] = Reveal(v)
		}
	}
	return found, failed
}

// Erase has all sources of an app erase a user. It returns the names of those that did and of those that keep what they
// have. A source that fails does not stop the others.
func Erase(ctx context.Context, app *dewar.App, user string) (erased, kept []string, err error) {
	r, _ := dewar.ExtensionOf[*registry](app)
	if r == nil || user == "" {
		return nil, nil, errors.New("privacy: there is no source, or no user to erase")
	}
	for _, s := range r.sources {
		if s.Erase == nil {
			kept = append(kept, s.Name)
		} else if failed := s.Erase(ctx, user); failed != nil {
			err = errors.Join(err, fmt.Errorf("privacy: erasing %s: %w", s.Name, failed))
		} else {
			erased = append(erased, s.Name)
		}
	}
	return erased, kept, err
}

// export is the command "privacy export".
func (r *registry) export(ctx context.Context, line dewar.CommandLine) error {
	if len(line.Args) != 1 {
		return errors.New("privacy: export needs one user")
	}
	if err := r.app.Start(ctx); err != nil {
		return err
	}
	found, failed := Export(ctx, r.app, line.Args[0])
	e := json.NewEncoder(line.Stdout)
	e.SetIndent("", "  ")
	return errors.Join(failed, e.Encode(found))
}

// erase is the command "privacy erase".
func (r *registry) erase(ctx context.Context, line dewar.CommandLine, yes bool) error {
	if len(line.Args) != 1 || !yes {
		return errors.New("privacy: erase needs one user and --yes: what is erased cannot be brought back")
	}
	if err := r.app.Start(ctx); err != nil {
		return err
	}
	erased, kept, err := Erase(ctx, r.app, line.Args[0])
	for _, name := range erased {
		fmt.Fprintf(line.Stdout, "%s: erased\n", name)
	}
	for _, name := range kept {
		fmt.Fprintf(line.Stdout, "%s: kept\n", name)
	}
	return err
}
