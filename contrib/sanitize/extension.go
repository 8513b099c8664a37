package sanitize

import (
	"fmt"
	"maps"
	"slices"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/markup"
)

// Extension gives an app's templates the filter sanitize.
type Extension struct {
	// Policy is the policy of the filter without an argument. Default: bleach's.
	Policy Policy
	// Named are the policies for {{ text|sanitize('name') }}. Default: none.
	Named map[string]Policy
}

// Init compiles the policies and adds the filter.
func (e Extension) Init(app *dewar.App) error {
	base, err := New(e.Policy)
	if err != nil {
		return err
	}
	named := map[string]*Sanitizer{}
	for _, name := range slices.Sorted(maps.Keys(e.Named)) {
		if named[name], err = New(e.Named[name]); err != nil {
			return fmt.Errorf("sanitize: policy %q: %w", name, err)
		}
	}
	app.TemplateFilter("sanitize", func(text string, policy ...string) (markup.HTML, error) {
		if len(policy) == 0 {
			return base.HTML(text), nil
		}
		s, ok := named[policy[0]]
		if !ok || len(policy) > 1 {
			return "", fmt.Errorf("sanitize: there is no policy %q; name it in Extension.Named", policy)
		}
		return s.HTML(text), nil
	})
	return nil
}
