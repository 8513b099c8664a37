package debugpage

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/dewar-go/dewar/internal/debugtrace"
)

// Bounds of what is read of a stack and of sources.
const (
	maxFrames = 100
	around    = 5       // lines of source before and after
	maxSource = 4 << 20 // bytes of a source file
	maxLine   = 300     // bytes of a line that is shown
)

// A Frame is a call on the stack of a panic, or the place of a view.
type Frame struct {
	Function string
	File     string // as the build knew it
	Line     int
	Own      bool // it is the program's, and no library's
	Source   []SourceLine
}

// Place is the frame's place as "file:line".
func (f Frame) Place() string { return debugtrace.Place(f.File, f.Line) }

// A SourceLine is a line of a file.
type SourceLine struct {
	Number int
	Text   string
	Here   bool
	Caret  string // under it: spaces up to the column and a caret; "" without one
}

// ParseStack reads the text of debug.Stack that was taken in a deferred function during a panic: the frames behind the
// panic up to the function outermost, the innermost first, with the source around those that are the program's own.
func ParseStack(stack []byte, outermost string) []Frame {
	var list []Frame
	lines := bufio.NewScanner(bytes.NewReader(stack))
	lines.Buffer(nil, 1<<20)
	function, panicked := "", false
	for lines.Scan() && len(list) < maxFrames {
		line := lines.Text()
		place, isPlace := strings.CutPrefix(line, "\t")
		switch {
		case strings.HasPrefix(line, "created by "), function == outermost:
			return list
		case !isPlace:
			function = line
			if i := strings.LastIndexByte(line, '('); i > 0 {
				function = line[:i]
			}
		case function == "panic":
			list, panicked = nil, true
		default:
			if f, ok := frameAt(function, place); ok && !(panicked && len(list) == 0 && strings.HasPrefix(function, "runtime.")) {
				list = append(list, f)
			}
		}
	}
	return list
}

// frameAt reads a place as "/src/app.go:12 +0x1d".
func frameAt(function, place string) (Frame, bool) {
	place, _, _ = strings.Cut(place, " +0x")
	i := strings.LastIndexByte(place, ':')
	if i < 0 {
		return Frame{}, false
	}
	line, err := strconv.Atoi(place[i+1:])
	if err != nil {
		return Frame{}, false
	}
	return NewFrame(function, place[:i], line), true
}

// NewFrame makes a frame, with its source when it is the program's own.
func NewFrame(function, file string, line int) Frame {
	f := Frame{Function: function, File: file, Line: line, Own: !debugtrace.Foreign(function, file)}
	if f.Own {
		f.Source = sourceOf(file, line)
	}
	return f
}

// sourceOf reads the lines around one of a Go file, nil when there is none.
func sourceOf(name string, line int) []SourceLine {
	f, err := os.Open(name) //nolint:gosec // a file that this program was built from
	if err != nil {
		return nil
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() || !strings.HasSuffix(name, ".go") {
		return nil
	}
	return Excerpt(io.LimitReader(f, maxSource), line, 0)
}

// Excerpt reads the lines around one, with a caret under its column when that is not 0. Lines count from 1, columns are
// bytes from 1.
func Excerpt(source io.Reader, line, column int) []SourceLine {
	var list []SourceLine
	in := bufio.NewReader(source)
	for n := 1; n <= line+around; n++ {
		text, err := in.ReadString('\n')
		if text == "" && err != nil {
			break
		}
		if n < line-around {
			continue
		}
		text = strings.TrimRight(text, "\r\n")
		shown := strings.ReplaceAll(cutTo(text, maxLine), "\t", "    ")
		l := SourceLine{Number: n, Text: shown, Here: n == line}
		if l.Here && column > 0 && column <= min(len(text), maxLine)+1 {
			l.Caret = strings.Repeat(" ", len([]rune(strings.ReplaceAll(text[:column-1], "\t", "    ")))) + "^"
		}
		list = append(list, l)
	}
	return list
}

// cutTo cuts a text at a number of bytes, and never within a letter.
func cutTo(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}
