package cli

import (
	"errors"
	"runtime"
	"strings"
)

// module begins the names of all functions of this module.
const module = "github.com/dewar-go/dewar"

// mistakes calls f. It turns a panic into an error when it reports a mistake at registration: a function of this module
// raised it, with a message that names the place. The stack is left out then. Any other panic continues.
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
		if !ok || !fromModule(panicked()) {
			panic(p)
		}
		err = errors.New(text)
	}()
	return f()
}

// fromModule reports whether a function belongs to this module and is no test.
func fromModule(f runtime.Frame) bool {
	return strings.HasPrefix(f.Function, module) && !strings.HasSuffix(f.File, "_test.go")
}

// panicked returns the function that raised the panic. It must be called by a deferred function.
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
