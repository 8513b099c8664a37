package main

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

//go:embed jinja2_subject.py
var script string

// python is a running CPython with Jinja2. A nil one is no Python.
type python struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// startPython starts the Python of PYTHON, by default python3.
func startPython() (*python, error) {
	name := os.Getenv("PYTHON")
	if name == "" {
		name = "python3"
	}
	cmd := exec.Command(name, "-c", script)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &python{cmd, in, bufio.NewReader(out)}
	var hello struct{ Version, Missing string }
	if err := p.ask(map[string]any{"do": "hello"}, &hello); err != nil || hello.Missing != "" {
		p.stop()
		return nil, errors.Join(err, fmt.Errorf("%s has no Jinja2: %s; on Debian: apt-get install python3-jinja2", name, hello.Missing))
	}
	fmt.Fprintln(os.Stderr, "template: Jinja2", hello.Version)
	return p, nil
}

func (p *python) stop() {
	if p != nil {
		p.in.Close()
		_ = p.cmd.Wait()
	}
}

func (p *python) ask(question, answer any) error {
	raw, err := json.Marshal(question)
	if err != nil {
		return err
	}
	if _, err := p.in.Write(append(raw, '\n')); err != nil {
		return err
	}
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("python: %w", err)
	}
	return json.Unmarshal(line, answer)
}

// load gives Python a case and returns what it prints.
func (p *python) load(c *testCase) (string, error) {
	var a struct{ Output string }
	err := p.ask(map[string]any{"do": "load", "templates": jinjaSources(c.page), "vars": c.vars, "maps": c.maps}, &a)
	return a.Output, err
}

// run returns the nanoseconds of one render in the fastest batch.
func (p *python) run(batch time.Duration) (float64, error) {
	var a struct{ Ns float64 }
	err := p.ask(map[string]any{"do": "run", "batches": batches, "seconds": batch.Seconds()}, &a)
	return a.Ns, err
}

// compile returns the milliseconds to compile a template.
func (p *python) compile(source string) (float64, error) {
	var a struct{ Ns float64 }
	err := p.ask(map[string]any{"do": "compile", "source": source}, &a)
	return a.Ns / 1e6, err
}
