// Command inprocess measures what servers on net/http cost without the kernel:
// the real http.Server over a connection in memory, so that a microsecond is
// seen that drowns in the noise of a socket. Fiber, which has a server of its
// own, and Flask are not in it.
//
//	cd bench && go run ./inprocess
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"syscall"

	root "github.com/dewar-go/dewar"

	"github.com/dewar-go/dewar/bench/http/content"
	"github.com/dewar-go/dewar/bench/http/peer/chi"
	"github.com/dewar-go/dewar/bench/http/peer/dewar"
	"github.com/dewar-go/dewar/bench/http/peer/echo"
	"github.com/dewar-go/dewar/bench/http/peer/gin"
	"github.com/dewar-go/dewar/bench/http/peer/nethttp"
	"github.com/dewar-go/dewar/bench/internal/callgrind"
	"github.com/dewar-go/dewar/bench/internal/process"
	"github.com/dewar-go/dewar/bench/internal/result"
)

type testCase struct {
	name, path string
	session    bool
	same       bool
}

var cases = []testCase{
	{name: "plaintext", path: "/plaintext"},
	{name: "plaintext, same headers", path: "/plaintext", same: true},
	{name: "JSON, same headers", path: "/json", same: true},
	{name: "parameters, same headers", path: "/users/42/posts/hello-world", same: true},
	{name: "static file", path: "/static/site.css"},
	{name: "fortunes", path: "/fortunes"},
	{name: "secure page", path: "/account", session: true},
}

func main() {
	rounds := flag.Int("rounds", 7, "rounds")
	n := flag.Int("n", 4000, "requests a measurement")
	quick := flag.Bool("quick", false, "fewer rounds")
	file := flag.String("json", "", "file for the result")
	only := flag.String("cases", "", "cases, with semicolons; all when empty")
	peers := flag.String("subjects", "", "subjects, with semicolons; all when empty")
	profile := flag.String("cpuprofile", "", "file for a profile")
	memory := flag.String("memprofile", "", "file for a profile of every allocation")
	show := flag.Bool("show", false, "print each answer")
	requests := flag.Int("requests", 0, "only serve the one case by the one subject so often")
	flag.Parse()
	if *quick {
		*rounds, *n = 3, 1000
	}
	if *memory != "" {
		runtime.MemProfileRate = 1
	}
	runtime.GOMAXPROCS(1)
	o := options{*rounds, *n, *quick, *show, *only, *peers, *file, *profile, *requests}
	if err := run(o); err != nil {
		fmt.Println("inprocess:", err)
		os.Exit(1)
	}
	if *memory != "" {
		f, err := os.Create(*memory)
		if err == nil {
			err = pprof.Lookup("allocs").WriteTo(f, 0)
		}
		if err != nil {
			fmt.Println("inprocess:", err)
		}
	}
}

type subject struct {
	name     string
	listener fakeListener
	request  string
	path     string
}

// options are the command's flags.
type options struct {
	rounds, n    int
	quick, show  bool
	only, peers  string
	file         string
	profile      string
	requestsOnly int
}

func run(o options) error {
	dir, err := os.MkdirTemp("", "dewar-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.CopyFS(filepath.Join(dir, "static"), content.Static); err != nil {
		return err
	}
	// The log goes where it costs no disk.
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	stdout, err := syscall.Dup(1)
	if err != nil {
		return err
	}
	for _, fd := range []int{1, 2} { // some write to the one, some to the other
		if err := syscall.Dup2(int(null.Fd()), fd); err != nil {
			return err
		}
	}
	out := os.NewFile(uintptr(stdout), "stdout")
	plain, same, ours, err := handlers(dir)
	if err != nil {
		return err
	}
	set := result.New("inprocess")
	set.Quick(o.quick)
	set.Base("dewar")
	if o.profile != "" {
		f, err := os.Create(o.profile)
		if err != nil {
			return err
		}
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	count := !o.quick && o.requestsOnly == 0
	if err := callgrind.Available(); err != nil {
		set.Note("%v", err)
		count = false
	}
	for _, c := range cases {
		if o.only != "" && !slices.Contains(strings.Split(o.only, ";"), c.name) {
			continue
		}
		list := map[string]http.Handler{"dewar": ours}
		for name, h := range plain {
			if c.same {
				h = same[name]
			}
			list[name] = h
		}
		if c.session {
			list[withLogin] = ours
		}
		if c.session || c.path == "/fortunes" {
			if list["net/http, the bytes alone"], err = bytesAlone(dir, ours, c); err != nil {
				return err
			}
		}
		var subjects []subject
		for name, h := range list {
			if o.peers != "" && !slices.Contains(strings.Split(o.peers, ";"), name) {
				continue
			}
			s := subject{name: name, listener: listen(h), path: c.path}
			signIn := "/login"
			switch name {
			case "net/http, the bytes alone":
				s.path = "/fixed"
			case withLogin:
				s.path, signIn = "/member", "/member/login"
			}
			s.request = "GET " + s.path + " HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n"
			if c.session {
				s.request += cookies(h, signIn, s.path)
			}
			s.request += "\r\n"
			if answer := serve(s.listener, s.request, 1, true); !strings.HasPrefix(answer, "HTTP/1.1 200") {
				return fmt.Errorf("%s: %s: %s", name, c.path, answer)
			} else if o.show {
				fmt.Fprintf(out, "== %s %s\n%s\n", name, c.path, answer)
			}
			serve(s.listener, s.request, o.n/4+1, false)
			subjects = append(subjects, s)
		}
		if o.requestsOnly > 0 {
			for _, s := range subjects {
				serve(s.listener, s.request, o.requestsOnly, false)
			}
			return nil
		}
		slices.SortFunc(subjects, func(a, b subject) int { return strings.Compare(a.name, b.name) })
		for round := range o.rounds {
			for _, s := range result.Turn(subjects, round) {
				runtime.GC()
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				began := process.CPU()
				serve(s.listener, s.request, o.n, false)
				took := process.CPU() - began
				runtime.ReadMemStats(&after)
				set.Add(c.name, s.name, "ns", float64(took)/float64(o.n))
				if round == 0 {
					set.Add(c.name, s.name, "allocs", float64(after.Mallocs-before.Mallocs)/float64(o.n))
					set.Add(c.name, s.name, "bytes allocated", float64(after.TotalAlloc-before.TotalAlloc)/float64(o.n))
				}
			}
		}
		if !count || !c.same { // the others differ by more than the noise
			continue
		}
		for _, s := range subjects {
			n, err := callgrind.PerRound(countedRequests, func(rounds int) []string {
				return []string{"-cases", c.name, "-subjects", s.name, "-n", "4", "-requests", strconv.Itoa(rounds)}
			})
			if err != nil {
				return fmt.Errorf("%s: %s: %w", c.name, s.name, err)
			}
			set.Add(c.name, s.name, "instructions", n)
		}
	}
	os.Stdout = out
	return set.Finish(o.file)
}

// withLogin is the secure page for a user of package login, whose record is in memory.
const withLogin = "dewar, with a login"

// countedRequests is how many requests are served for a count of instructions.
const countedRequests = 100

func handlers(dir string) (plain, same map[string]http.Handler, ours http.Handler, err error) {
	o := content.Options{Dir: dir}
	if ours, err = dewar.New(o, root.Config{Loopback: true}).Handler(); err != nil {
		return nil, nil, nil, err
	}
	all := func(o content.Options) map[string]http.Handler {
		return map[string]http.Handler{"net/http": nethttp.New(o), "chi": chi.New(o), "gin": gin.New(o), "echo": echo.New(o)}
	}
	o2 := o
	o2.Same = true
	return all(o), all(o2), ours, nil
}

// cookies signs in and returns the Cookie line of a browser that has seen the
// page before.
func cookies(h http.Handler, signIn, page string) string {
	jar := map[string]string{}
	line := func() string {
		var list []string
		for name, value := range jar {
			list = append(list, name+"="+value)
		}
		slices.Sort(list)
		return strings.Join(list, "; ")
	}
	for _, path := range []string{signIn, page} {
		r := httptest.NewRequest("GET", "http://127.0.0.1:8000"+path, nil)
		r.RemoteAddr = "127.0.0.1:50000"
		if len(jar) > 0 {
			r.Header.Set("Cookie", line())
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		for _, cookie := range w.Result().Cookies() {
			jar[cookie.Name] = cookie.Value
		}
	}
	if len(jar) == 0 {
		return ""
	}
	return "Cookie: " + line() + "\r\n"
}

// bytesAlone is net/http answering what Dewar answers, and doing nothing else.
func bytesAlone(dir string, ours http.Handler, c testCase) (http.Handler, error) {
	request := "GET " + c.path + " HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n"
	if c.session {
		request += cookies(ours, "/login", c.path)
	}
	answer := serve(listen(ours), request+"\r\n", 1, true)
	head, body, _ := strings.Cut(answer, "\r\n\r\n")
	headers := http.Header{}
	for line := range strings.SplitSeq(head, "\r\n") {
		if name, value, ok := strings.Cut(line, ": "); ok && name != "Date" {
			headers[name] = append(headers[name], value)
		}
	}
	data, err := json.Marshal(headers)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "headers.json"), data, 0o600); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "body"), []byte(body), 0o600); err != nil {
		return nil, err
	}
	return nethttp.New(content.Options{Dir: dir, Fixed: dir}), nil
}
