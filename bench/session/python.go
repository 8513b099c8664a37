package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"

	"github.com/dewar-go/dewar/bench/internal/result"
)

//go:embed flask_session.py
var script string

// python measures Flask's own session on CPython, with the same values.
func python(set *result.Set) error {
	cmd := exec.Command("/usr/bin/python3", "-")
	cmd.Stdin = strings.NewReader(script)
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("Python: %w", err)
	}
	var got map[string]float64
	if err := json.Unmarshal(out, &got); err != nil {
		return fmt.Errorf("Python: %w", err)
	}
	for _, name := range []string{"Flask on CPython: load, read a value", "Flask on CPython: load, change a value, save"} {
		set.Add("a session of three values", name, "ns", got[name])
	}
	return nil
}
