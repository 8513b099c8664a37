// Command conform is the conformance driver: it reads one JSON request a line
// from standard input and writes one JSON answer a line, in order, until the
// input ends.
//
// It calls the public packages and adds no behaviour. Fields and exceptions have the names of the Pallets projects, so
// that a case recorded from these libraries can be replayed unchanged. Unknown fields are ignored. A panic is answered
// with {"exception":"panic","message":…}, and the driver goes on.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
)

// An answer is {"result":…}, {"output":…} or {"exception":…} with the
// exception's own fields.
type answer = map[string]any

// kinds maps a request's kind to the function that answers it. Each file adds its kinds in init.
var kinds = map[string]func(request json.RawMessage) answer{}

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "conform:", err)
		os.Exit(1)
	}
}

// run answers the requests of r on w until r ends. Lines may have any length.
func run(r io.Reader, w io.Writer) error {
	in := bufio.NewReaderSize(r, 1<<16)
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for {
		line, err := in.ReadBytes('\n')
		if len(trim(line)) > 0 {
			if err := enc.Encode(serve(line)); err != nil {
				return err
			}
			if err := out.Flush(); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// serve answers one request.
func serve(line []byte) (a answer) {
	defer func() {
		if p := recover(); p != nil {
			a = answer{"exception": "panic", "message": fmt.Sprint(p)}
		}
	}()
	var head struct {
		Kind string `json:"kind"`
	}
	if err := json.Unmarshal(line, &head); err != nil {
		return answer{"exception": "BadRequest", "message": err.Error()}
	}
	door, ok := kinds[head.Kind]
	if !ok {
		return answer{"exception": "UnknownKind", "message": fmt.Sprintf("unknown kind %q", head.Kind)}
	}
	return door(json.RawMessage(line))
}

// trim removes the white space around a line.
func trim(line []byte) []byte {
	for len(line) > 0 && line[len(line)-1] <= ' ' {
		line = line[:len(line)-1]
	}
	return line
}
