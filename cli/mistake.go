package cli

import (
	"errors"
	"runtime"
	"strings"
)

// module begins the names of this module's functions.
const module = "github.com/dewar-go/dewar"

// mistakes calls f and returns a panic as its error when it is the report of a
// mistake at registration: one of this module's own functions raised it, in
// words that name both places. The stack adds nothing to them. Any other panic
// goes on.
func mistakes(f func() error) (err error) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		text, ok := p.(string)
		if e, isError := p.(error); isError {
			var fault runtime.Error
			text, ok = e.Error(), !errors.As(e, &fault)
		}
		if !ok || !ours(panicked()) {
			panic(p)
		}
		err = errors.New(text)
	}()
	return f()
}

// ours tells a function of this module, its tests left aside.
func ours(f runtime.Frame) bool {
	return strings.HasPrefix(f.Function, module) && !strings.HasSuffix(f.File, "_test.go")
}

// panicked is the function that raised the panic of the deferred call it is
// called by.
func panicked() runtime.Frame {
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(0, pcs)])
	raised := false
	for {
		frame, more := frames.Next()
		switch {
		case frame.Function == "runtime.gopanic":
			raised = true
		case raised && !strings.HasPrefix(frame.Function, "runtime."):
			return frame
		}
		if !more {
			return runtime.Frame{}
		}
	}
}
