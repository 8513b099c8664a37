package dewar_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/dewar-go/dewar"

// TestImportDirection holds the one way that imports run: leaves below the
// root package, extensions above it, third-party modules outside. It reads
// what the go command says, so that a build tag or a test helper cannot hide
// an arrow that runs back.
func TestImportDirection(t *testing.T) {
	deps := dependencies(t)

	// below lists, for each leaf, the packages of this module that it may use.
	// What a leaf keeps in its own internal directory is its own.
	below := map[string][]string{
		"accesslog": {"secure", "sign"},
		"outbound":  {"config"},
		"config":    nil,
		"markup":    nil,
		"jinja":     {"markup"},
		"routing":   nil,
		"sign":      nil,
		"session":   {"sign", "markup"},
		"secure":    {"sign"},
		"password":  nil,
		"totp":      nil,
	}
	for leaf, allowed := range below {
		for pkg, imports := range deps {
			if !isWithin(pkg, leaf) {
				continue
			}
			for _, dep := range imports {
				name, ours := ownName(dep)
				if !ours || isWithin(name, leaf) || isShared(name) || slices.ContainsFunc(allowed, func(a string) bool { return isWithin(name, a) }) {
					continue
				}
				t.Errorf("%s imports %s: the leaf %s may import only %v of this module", pkg, dep, leaf, allowed)
			}
		}
	}

	for pkg, imports := range deps {
		for _, dep := range imports {
			if _, ours := ownName(dep); ours || isStandardPackage(dep) {
				continue
			}
			switch {
			case strings.HasPrefix(dep, "golang.org/x/crypto/"), strings.HasPrefix(dep, "golang.org/x/sys/"):
				// password hashing, and the processor features it asks for
			case strings.HasPrefix(dep, "github.com/urfave/cli/v3") && isWithin(pkg, "cli"):
				// the command line, and nothing below it
			default:
				t.Errorf("%s depends on %s: the root module has the standard library, golang.org/x/crypto and, in cli/ alone, urfave/cli", orRoot(pkg), dep)
			}
		}
	}
}

// dependencies maps each package of the root module, by its path below the
// module, to everything that it imports, directly or not.
func dependencies(t *testing.T) map[string][]string {
	t.Helper()
	cmd := exec.Command("go", "list", "-f", "{{.ImportPath}} {{join .Deps \" \"}}", "./...")
	cmd.Env = append(cmd.Environ(), "GOWORK=off")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	deps := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		name, _ := ownName(fields[0])
		deps[name] = fields[1:]
	}
	if len(deps) < 5 {
		t.Fatalf("go list found only %d packages", len(deps))
	}
	return deps
}

// ownName is the path of a package below the module, "" for the root package.
func ownName(path string) (string, bool) {
	if path == module {
		return "", true
	}
	return strings.CutPrefix(path, module+"/")
}

func isWithin(pkg, dir string) bool {
	return pkg == dir || strings.HasPrefix(pkg, dir+"/")
}

// isShared tells the module's internal packages that every leaf may use.
func isShared(pkg string) bool {
	return isWithin(pkg, "internal")
}

// isStandardPackage tells a package of the standard library: the first element of its
// path has no dot. Those vendored into it are part of it.
func isStandardPackage(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".") || first == "vendor"
}

func orRoot(pkg string) string {
	if pkg == "" {
		return "the root package"
	}
	return pkg
}
