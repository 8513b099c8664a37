package dewar

import (
	"errors"
	"fmt"
	"path"
	"runtime"
	"strings"
)

// given is what a request knows of the answer it was given: there is one.
type given struct {
	place  [1]uintptr         // who gave it, 0 for nobody that is known
	whole  bool               // it was given whole: whatever is written now is a second one
	second *secondAnswerError // a second one, until an error page has taken its place
}

// A secondAnswerError is a mistake of the program: a view, hook, guard or error
// handler that answers and goes on, most often a c.Redirect without its return. Put
// together, the two would be a page that was not meant to be seen.
type secondAnswerError struct {
	first, second string
	then          error // what was returned after that
}

func (e *secondAnswerError) Error() string {
	text := fmt.Sprintf("dewar: answered twice: at %s, and again at %s; return after the first answer", e.first, e.second)
	if e.then != nil {
		text += "; what was returned then: " + e.then.Error()
	}
	return text
}

// answering begins each method that answers. The error is that of a second answer;
// what a view has flushed piece by piece is the beginning of the same one. The method
// must be called by the view itself, so that the place is the view's.
func (c *Context) answering() error {
	if c.given.whole || c.wrote() && !c.flushed() {
		return c.answeredTwice()
	}
	runtime.Callers(3, c.given.place[:])
	return nil
}

// answered ends each method that answers.
func (c *Context) answered(err error) error {
	c.given.whole = true
	return err
}

// answeredTwice notes a second answer, also for a program that drops the error.
func (c *Context) answeredTwice() error {
	if c.given.second == nil {
		var pcs [32]uintptr
		second, ok := placeOf(pcs[:runtime.Callers(2, pcs[:])])
		if !ok {
			second = c.routePlace()
		}
		first, ok := placeOf(c.given.place[:])
		if !ok {
			first = c.routePlace()
		}
		c.given.second = &secondAnswerError{first: first, second: second}
	}
	return c.given.second
}

// routePlace stands for a place that is not known.
func (c *Context) routePlace() string {
	if c.at.route == nil {
		return "a writer"
	}
	return "a writer, in the route of " + c.at.route.location
}

// placeOf is the innermost place of the application among callers: not of this
// package, and not of those that a program writes through.
func placeOf(pcs []uintptr) (place string, ok bool) {
	frames := runtime.CallersFrames(pcs)
	for more := pcs[0] != 0; more; {
		var f runtime.Frame
		f, more = frames.Next()
		library := strings.HasPrefix(f.Function, packagePrefix) || path.Dir(f.File) == ownFolder && !strings.HasSuffix(f.File, "_test.go")
		for _, name := range [...]string{"io.", "fmt.", "bufio.", "bytes.", "strings.", "net/http.", "encoding/", "html/template.", "text/template.", "runtime."} {
			library = library || strings.HasPrefix(f.Function, name)
		}
		if !library {
			return fmt.Sprintf("%s:%d", shortPath(f.File), f.Line), true
		}
	}
	return "", false
}

// ownFolder is where this package is: a function of it that was inlined elsewhere has
// the name of that place.
var ownFolder = func() string {
	_, file, _, _ := runtime.Caller(0)
	return path.Dir(file)
}()

// oneAnswer is the error of a step of the request: what it returned, or that it gave
// a second answer. Then nothing that the view changed leaves, its session neither.
func (c *Context) oneAnswer(err error) error {
	second := c.given.second
	if second == nil {
		return err
	}
	c.given.second = nil
	c.state.set(sessionDropped)
	if !errors.Is(err, second) {
		second.then = err
	}
	return second
}

// isSecondAnswer reports whether an error is that of a second answer.
func isSecondAnswer(err error) bool {
	var second *secondAnswerError
	return errors.As(err, &second)
}
