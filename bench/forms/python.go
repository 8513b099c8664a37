package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"os/exec"
	"strconv"
	"strings"

	"github.com/dewar-go/dewar/bench/internal/result"
)

//go:embed wtforms_subject.py
var script string

// python measures WTForms on CPython, with the same body.
func python(set *result.Set) error {
	cmd := exec.Command("/usr/bin/python3", "-")
	cmd.Stdin = strings.NewReader(strings.Replace(script, "BODY", strconv.Quote(strconv.Quote(body)), 1))
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("Python: %w", err)
	}
	var got struct{ Decode, Render float64 }
	if err := json.Unmarshal(out, &got); err != nil {
		return fmt.Errorf("Python: %w", err)
	}
	set.Add(decoding, "WTForms on CPython", "ns", got.Decode)
	set.Add(rendering, "WTForms on CPython", "ns", got.Render)
	return nil
}
