// Package chi is the suite's server on chi: html/template, scs sessions in
// memory, gorilla's CSRF, unrolled/secure and chi's own logger.
package chi

import (
	"encoding/json"
	"html/template"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/gorilla/csrf"
	"github.com/unrolled/secure"

	"github.com/dewar-go/dewar/bench/http/content"
	"github.com/dewar-go/dewar/bench/http/peer/nethttp"
	"github.com/dewar-go/dewar/bench/http/same"
)

// New makes the server's handler.
func New(o content.Options) http.Handler {
	mux := chi.NewRouter()
	mux.Group(func(mux chi.Router) {
		if o.Same {
			log := content.Logger()
			mux.Use(func(next http.Handler) http.Handler {
				return same.Wrap(log, func(r *http.Request) string { return chi.RouteContext(r.Context()).RoutePattern() }, next)
			})
		}
		mux.Get("/plaintext", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			if o.Same {
				same.Tag(w.Header(), content.Text)
			}
			_, _ = io.WriteString(w, content.Text)
		})
		mux.Get("/json", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			if o.Same {
				w.Write(same.JSON(w.Header(), content.Message{Message: content.Text}))
				return
			}
			_ = json.NewEncoder(w).Encode(content.Message{Message: content.Text})
		})
		mux.Get("/users/{id}/posts/{slug}", func(w http.ResponseWriter, r *http.Request) {
			id, err := strconv.Atoi(chi.URLParam(r, "id"))
			if err != nil {
				http.NotFound(w, r)
				return
			}
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			text := content.Post(id, chi.URLParam(r, "slug"))
			if o.Same {
				same.Tag(w.Header(), text)
			}
			_, _ = io.WriteString(w, text)
		})
	})
	mux.Handle("/static/*", http.StripPrefix("/static/", http.FileServer(http.Dir(o.StaticDir()))))
	templates := template.Must(template.ParseFS(content.GoHTML, "*.html"))
	page := func(w http.ResponseWriter, name string, data any) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = templates.ExecuteTemplate(w, name, data)
	}
	mux.Get("/fortunes", func(w http.ResponseWriter, r *http.Request) {
		page(w, "fortunes.html", map[string]any{"Fortunes": content.Fortunes()})
	})
	mux.Get("/db", func(w http.ResponseWriter, r *http.Request) {
		list, err := content.Query(r.Context(), o.Pool())
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		page(w, "fortunes.html", map[string]any{"Fortunes": list})
	})
	mux.Group(func(mux chi.Router) { account(mux, page) })
	return mux
}

// account is the secure page with the usual packages.
func account(mux chi.Router, page func(http.ResponseWriter, string, any)) {
	sessions := scs.New()
	sessions.Lifetime = 12 * time.Hour
	mux.Use(middleware.Logger, middleware.Recoverer, count, plaintext, secure.New(nethttp.Headers()).Handler, sessions.LoadAndSave,
		csrf.Protect(content.Key, csrf.Secure(false), csrf.Path("/"), csrf.SameSite(csrf.SameSiteLaxMode)))
	mux.Get("/login", func(w http.ResponseWriter, r *http.Request) {
		sessions.Put(r.Context(), "user", content.UserName)
		http.Redirect(w, r, "/account", http.StatusSeeOther)
	})
	mux.Get("/account", func(w http.ResponseWriter, r *http.Request) {
		name := sessions.GetString(r.Context(), "user")
		if name == "" {
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		page(w, "account.html", content.Account{
			Name: name, Orders: content.Orders, Token: csrf.Token(r), Nonce: secure.CSPNonce(r.Context()),
		})
	})
}

func count(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		content.Count.Add(1)
		next.ServeHTTP(w, r)
	})
}

// plaintext tells gorilla/csrf that there is no TLS here.
func plaintext(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, csrf.PlaintextHTTPRequest(r))
	})
}
