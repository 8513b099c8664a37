package debugtrace

import (
	"reflect"
	"runtime"
	"strconv"
	"strings"
)

// Place writes a line of a file as "file:line".
func Place(file string, line int) string { return file + ":" + strconv.Itoa(line) }

// goRoot is the folder of the standard library's sources as the build knew it, with a slash behind.
var goRoot = func() string {
	f := runtime.FuncForPC(reflect.ValueOf(strings.Clone).Pointer())
	file, _ := f.FileLine(f.Entry())
	return strings.TrimSuffix(file, "strings/clone.go")
}()

// ownModule is the import path of the framework, and its folders of programs: those are no part of it.
const ownModule = "github.com/dewar-go/dewar"

// Foreign reports whether a function of a stack is not the program's own: one of the standard library, of a module that
// was fetched, or of the framework. A test of the framework is a program of its own.
func Foreign(function, file string) bool {
	if strings.HasPrefix(file, goRoot) || strings.Contains(file, "/pkg/mod/") || strings.Contains(file, "/vendor/") ||
		strings.HasPrefix(function, "runtime.") || !strings.HasSuffix(file, ".go") {
		return true
	}
	rest, ok := strings.CutPrefix(function, ownModule)
	if !ok || strings.HasSuffix(file, "_test.go") || strings.HasPrefix(rest, "_test.") {
		return false
	}
	return !strings.HasPrefix(rest, "/examples/") && !strings.HasPrefix(rest, "/cmd/") && !strings.HasPrefix(rest, "/bench/")
}
