package dewar

import (
	"os"
	"testing"
)

func TestOnTerminal(t *testing.T) {
	file, err := os.Create(t.TempDir() + "/log")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	nowhere, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer nowhere.Close()
	for _, f := range []*os.File{file, nowhere} {
		if onTerminal(f) {
			t.Errorf("%s counts as a terminal", f.Name())
		}
	}
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no terminals here: ", err)
	}
	defer terminal.Close()
	if !onTerminal(terminal) {
		t.Error("a terminal does not count as one")
	}
}
