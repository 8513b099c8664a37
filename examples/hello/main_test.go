package main

import (
	"os"
	"strings"
	"testing"
)

// TestReadme: the program that the README shows is this one, and it is short.
func TestReadme(t *testing.T) {
	program, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(readme), "```go\n"+string(program)+"```\n") {
		t.Error("README.md does not show main.go as it is")
	}
	if n := strings.Count(string(program), "\n"); n > 10 {
		t.Errorf("main.go has %d lines, and promises at most 10", n)
	}
}
