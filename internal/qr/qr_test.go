package qr

import (
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The codes of an independent encoder, module for module: testdata/record.py.
func TestGolden(t *testing.T) {
	b, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows []struct {
		Text          string
		Mask, Version int
		Modules       string
	}
	if err := json.Unmarshal(b, &rows); err != nil || len(rows) < 30 {
		t.Fatal(len(rows), err)
	}
	for _, r := range rows {
		t.Run(fmt.Sprintf("%d bytes, mask %d", len(r.Text), r.Mask), func(t *testing.T) {
			if v := versionFor(len(r.Text)); v != r.Version {
				t.Fatalf("version %d, want %d", v, r.Version)
			}
			c := newCode(r.Version, r.Mask)
			c.place(codewords(r.Text, r.Version), r.Mask)
			modules := make([]byte, (c.size*c.size+7)/8)
			for i := range c.size * c.size {
				if c.dark[i/c.size][i%c.size] {
					modules[i/8] |= 0x80 >> (i % 8)
				}
			}
			if got := hex.EncodeToString(modules); got != r.Modules {
				t.Errorf("\n got %s\nwant %s", got, r.Modules)
			}
		})
	}
}

// What scanners read: zbarimg, where it is installed.
func TestScanners(t *testing.T) {
	zbarimg, err := exec.LookPath("zbarimg")
	if err != nil {
		if os.Getenv("DEWAR_TEST_SERVICES") == "required" {
			t.Fatal(err)
		}
		t.Skip("zbarimg is not installed")
	}
	for _, n := range []int{1, 14, 15, 100, 122, 123, 160, 180, 181, MaxBytes} {
		text := ("otpauth://totp/" + strings.Repeat("Shop:ann%40example.org?secret=JBSWY3DP&", 6))[:n]
		svg, err := SVG(text, "code")
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "code.pgm")
		if err := os.WriteFile(file, raster(t, svg, 4), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), zbarimg, "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", file).Output()
		if got := strings.TrimSuffix(string(out), "\n"); err != nil || got != text {
			t.Errorf("%d bytes are read as %q, %v", n, got, err)
		}
	}
}

var run = regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`)

// raster paints an SVG of this package as a grey picture.
func raster(t *testing.T, svg string, scale int) []byte {
	var doc struct {
		ViewBox string `xml:"viewBox,attr"`
		Path    struct {
			D string `xml:"d,attr"`
		} `xml:"path"`
	}
	if err := xml.Unmarshal([]byte(svg), &doc); err != nil {
		t.Fatal(err)
	}
	size, err := strconv.Atoi(strings.Fields(doc.ViewBox)[3])
	if err != nil {
		t.Fatal(err)
	}
	if rest := run.ReplaceAllString(doc.Path.D, ""); rest != "" {
		t.Fatalf("the path has %q", rest)
	}
	width := size * scale
	header := fmt.Sprintf("P5 %d %d 255\n", width, width)
	picture := []byte(header + strings.Repeat("\xff", width*width))
	for _, m := range run.FindAllStringSubmatch(doc.Path.D, -1) {
		x, _ := strconv.Atoi(m[1])
		y, _ := strconv.Atoi(m[2])
		w, _ := strconv.Atoi(m[3])
		if m[3] != m[4] {
			t.Fatalf("%s is no rectangle", m[0])
		}
		for dy := range scale {
			row := picture[len(header)+(y*scale+dy)*width:]
			for dx := range w * scale {
				row[x*scale+dx] = 0
			}
		}
	}
	return picture
}

func TestSVG(t *testing.T) {
	svg, err := SVG("x", `<scan & "go">`)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`viewBox="0 0 29 29" width="145" height="145"`, // version 1 has 21 modules, and 4 more on each side
		`<title>&lt;scan &amp; &#34;go&#34;&gt;</title>`, `<rect width="29" height="29" fill="#fff"/>`, `d="M4 4h7v1h-7z`, `role="img"`,
	} {
		if !strings.Contains(svg, want) {
			t.Errorf("no %s in %s", want, svg)
		}
	}
	if strings.Contains(svg, "style") {
		t.Error("a style, which a policy would block:", svg)
	}
	if _, err := SVG(strings.Repeat("x", MaxBytes+1), ""); err == nil || !strings.Contains(err.Error(), "214 bytes") {
		t.Error(err)
	}
}

// The penalties by hand: rows and what the standard gives them.
func TestPenalty(t *testing.T) {
	for line, want := range map[string]int{
		"#.#.#.#.#":         0,
		"####.#.#.":         0,
		"#####.#.#":         3,
		"#######.#":         5,
		".....####":         3,
		"#.###.#":           80, // the border is light on both sides
		"#.###.#.###.":      40,
		"###.#.###.#....##": 40,
		"##.#.###.#.##":     0,
		"....#.###.#.#.#":   40,
	} {
		row := make([]bool, len(line))
		for i := range line {
			row[i] = line[i] == '#'
		}
		if got := rateLine(row); got != want {
			t.Errorf("%s: %d, want %d", line, got, want)
		}
	}
	for dark, want := range map[int]int{0: 100, 100: 100, 50: 0, 45: 10, 46: 0, 55: 10, 60: 20, 61: 20} {
		if got := rateShare(dark, 100); got != want {
			t.Errorf("%d %% dark: %d, want %d", dark, got, want)
		}
	}
	// All dark: 42 lines with a run of 21, 20 x 20 blocks, and the share.
	c := newCode(1, 0)
	for i := range 441 {
		c.dark[i/21][i%21] = true
	}
	if got, want := c.rate(), 42*(3+16)+400*3+100; got != want {
		t.Errorf("all dark: %d, want %d", got, want)
	}
}
