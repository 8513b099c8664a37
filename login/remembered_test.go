package login_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/login"
)

// A remember cookie that is worth a password alone leads to the second factor, and is anonymous until then.
func TestRememberedPending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var record login.Record
		remembered := 0
		s := newSite(t, setup{
			login: login.Config{Remembered: func(_ *dewar.Context, _ login.Account, methods []string) (login.Level, error) {
				if slices.Contains(methods, "otp") {
					return login.Full, nil
				}
				return login.Pending, nil
			}},
			routes: func(app *dewar.App) {
				app.Get("/record", func(c *dewar.Context) error {
					record, _ = login.ThisSession(c)
					return c.NoContent()
				})
				app.Post("/factor", func(c *dewar.Context) error {
					u, _ := login.UserAt[*account](c, login.Pending)
					if err := login.In(c, u, login.Options{Methods: []string{"pwd", "otp"}, RememberMethods: []string{c.Form("trust")}, Remember: true}); err != nil {
						return err
					}
					return c.NoContent()
				})
			},
		})
		s.manager.Signals.UserLoadedFromCookie.Connect(func(login.Event) { remembered++ })
		s.in("ann", "remember", "1") // by a password
		later := s.replay("remember_token")
		later.Get("/record")
		if record.Level != login.Pending || !slices.Equal(record.Methods, []string{"remember", "pwd"}) || record.Token == "" ||
			!record.Expires.Equal(time.Now().Add(10*time.Minute)) || remembered != 0 {
			t.Errorf("%+v, %d signals", record, remembered)
		}
		isUser(t, later, "nobody")
		if r := later.Get("/pending"); r.Text != "second factor of ann" {
			t.Errorf("%d %s", r.Status, r.Text)
		}
		time.Sleep(11 * time.Minute) // the step is over, the cookie is not
		isUser(t, later, "nobody")
		if r := later.Get("/pending"); r.Text != "second factor of ann" {
			t.Errorf("%d %s", r.Status, r.Text)
		}
		for trust, want := range map[string]string{"pwd": "nobody", "otp": "ann"} {
			later.PostForm("/factor", map[string][]string{"trust": {trust}})
			isUser(t, later, "ann fresh")
			again := s.Another()
			again.SetCookie("remember_token", later.Cookie("remember_token").Value)
			isUser(t, again, want)
			time.Sleep(13 * time.Hour)
			later.Get("/record") // by the cookie
			s.logIn(later, "ann", "level", "pending")
		}
	})
}
