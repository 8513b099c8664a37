package dewar_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
)

func TestServeFinishesWhatIsInFlight(t *testing.T) {
	started, release := make(chan struct{}), make(chan struct{})
	var order []string
	listening := make(chan string, 1)
	app, _ := newApp(t, func(c *dewar.Config) {
		c.OnListen = func(url string, _ net.Addr) { listening <- url }
	})
	app.Get("/slow", func(c *dewar.Context) error {
		close(started)
		<-release
		return c.Text("finished")
	})
	app.OnStart(func(context.Context) error { order = append(order, "start"); return nil })
	app.OnClose(func(context.Context) error { order = append(order, "close 1"); return nil })
	app.OnClose(func(context.Context) error { order = append(order, "close 2"); return nil })
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- app.Serve(ctx, listener) }()
	url := <-listening
	answer := make(chan string, 1)
	go func() {
		resp, err := http.Get(url + "/slow")
		if err != nil {
			answer <- err.Error()
			return
		}
		defer resp.Body.Close()
		b, _ := io.ReadAll(resp.Body)
		answer <- string(b)
	}()
	<-started
	stop()
	close(release)
	if got := <-answer; got != "finished" {
		t.Errorf("the request in flight got %q", got)
	}
	if err := <-served; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if got := strings.Join(order, ","); got != "start,close 2,close 1" {
		t.Errorf("order: %s", got)
	}
	if _, err := net.DialTimeout("tcp", listener.Addr().String(), time.Second); err == nil {
		t.Error("the port is still open")
	}
}

func TestServeCutsWhatDoesNotEnd(t *testing.T) {
	started := make(chan struct{})
	ended := make(chan error, 1)
	listening := make(chan string, 1)
	app, _ := newApp(t, func(c *dewar.Config) {
		c.ShutdownTimeout = time.Millisecond
		c.OnListen = func(url string, _ net.Addr) { listening <- url }
	})
	app.Get("/forever", func(c *dewar.Context) error {
		close(started)
		<-c.Context().Done()
		ended <- c.Context().Err()
		return c.Context().Err()
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- app.Serve(ctx, listener) }()
	url := <-listening
	go func() {
		if resp, err := http.Get(url + "/forever"); err == nil {
			resp.Body.Close()
		}
	}()
	<-started
	stop()
	if err := <-served; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the request ended with %v", err)
	}
}

func TestRunErrors(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	taken := listener.Addr().String()
	t.Run("port in use", func(t *testing.T) {
		app, _ := newApp(t)
		app.OnStart(func(context.Context) error { t.Error("started without a socket"); return nil })
		if err := app.Run(taken); err == nil || !strings.Contains(err.Error(), taken+" is in use") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("start function fails", func(t *testing.T) {
		app, _ := newApp(t)
		app.OnStart(func(context.Context) error { return errors.New("the database is down") })
		if err := app.Run("127.0.0.1:0"); err == nil || !strings.Contains(err.Error(), "the database is down") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("template mistake", func(t *testing.T) {
		app, _ := newApp(t, func(c *dewar.Config) { c.Templates = mapFS("bad.html", "{% if %}") })
		if err := app.Run("127.0.0.1:0"); err == nil || !strings.Contains(err.Error(), "bad.html") {
			t.Errorf("got %v", err)
		}
	})
}

func TestAPanicOutsideViewsIsLogged(t *testing.T) {
	app, log := newApp(t)
	app.Get("/", text("x"))
	app.Signals.RequestFinished.Connect(func(*dewar.Context) { panic("receiver's mistake") })
	if resp := dewartest.New(t, app).Get("/"); !resp.Aborted || !strings.Contains(log.String(), "receiver's mistake") {
		t.Errorf("aborted %v, log %s", resp.Aborted, log)
	}
}

func TestSignals(t *testing.T) {
	app, _ := newApp(t, func(c *dewar.Config) { c.Templates = mapFS("p.html", "{{ get_flashed_messages() }}") })
	var got []string
	say := func(s string) func(*dewar.Context) { return func(*dewar.Context) { got = append(got, s) } }
	app.Signals.RequestStarted.Connect(say("started"))
	app.Signals.RequestFinished.Connect(say("finished"))
	app.Signals.RequestTearingDown.Connect(say("torn down"))
	stop := app.Signals.TemplateRendered.Connect(func(e dewar.RenderEvent) { got = append(got, "rendered "+e.Template) })
	app.Signals.MessageFlashed.Connect(func(e dewar.FlashEvent) { got = append(got, e.Category+" "+e.Message) })
	app.Signals.Exception.Connect(func(e dewar.ExceptionEvent) { got = append(got, e.Err.Error()) })
	app.Signals.SecurityEvent.Connect(func(e dewar.SecurityEvent) { got = append(got, "refused") })
	app.Get("/", func(c *dewar.Context) error { c.Flash("hi"); return c.Render("p.html", nil) })
	app.Get("/error", func(*dewar.Context) error { return errors.New("broken") })
	client := dewartest.New(t, app)
	client.Get("/")
	stop()
	client.Get("/error")
	client.Host = "evil.example"
	client.Get("/")
	want := "started,message hi,rendered p.html,finished,torn down,started,broken,finished,torn down,refused,finished,torn down"
	if s := strings.Join(got, ","); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
}
