// Package nethttp is the suite's server on net/http alone: html/template,
// gorilla's sessions and CSRF, unrolled/secure and log/slog.
package nethttp

import (
	"encoding/json"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/gorilla/csrf"
	"github.com/gorilla/sessions"
	"github.com/unrolled/secure"

	"github.com/dewar-go/dewar/bench/http/content"
	"github.com/dewar-go/dewar/bench/http/same"
)

// New makes the server's handler.
func New(o content.Options) http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, f http.HandlerFunc) {
		var h http.Handler = f
		if o.Same {
			h = same.Wrap(content.Logger(), func(r *http.Request) string { return r.Pattern }, h)
		}
		mux.Handle(pattern, h)
	}
	handle("GET /plaintext", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		if o.Same {
			same.Tag(w.Header(), content.Text)
		}
		_, _ = io.WriteString(w, content.Text)
	})
	handle("GET /json", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if o.Same {
			w.Write(same.JSON(w.Header(), content.Message{Message: content.Text}))
			return
		}
		_ = json.NewEncoder(w).Encode(content.Message{Message: content.Text})
	})
	handle("GET /users/{id}/posts/{slug}", func(w http.ResponseWriter, r *http.Request) {
		id, err := strconv.Atoi(r.PathValue("id"))
		if err != nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		text := content.Post(id, r.PathValue("slug"))
		if o.Same {
			same.Tag(w.Header(), text)
		}
		_, _ = io.WriteString(w, text)
	})
	mux.Handle("GET /static/", http.StripPrefix("/static/", http.FileServer(http.Dir(o.StaticDir()))))
	templates := template.Must(template.ParseFS(content.GoHTML, "*.html"))
	page := func(w http.ResponseWriter, name string, data any) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if err := templates.ExecuteTemplate(w, name, data); err != nil {
			slog.Error("template", "error", err)
		}
	}
	mux.HandleFunc("GET /fortunes", func(w http.ResponseWriter, r *http.Request) {
		page(w, "fortunes.html", map[string]any{"Fortunes": content.Fortunes()})
	})
	mux.HandleFunc("GET /db", func(w http.ResponseWriter, r *http.Request) {
		list, err := content.Query(r.Context(), o.Pool())
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		page(w, "fortunes.html", map[string]any{"Fortunes": list})
	})
	account(mux, page)
	if o.Fixed != "" {
		mux.Handle("GET /fixed", fixed(o.Fixed))
	}
	return mux
}

// account is the secure page with the usual packages.
func account(mux *http.ServeMux, page func(http.ResponseWriter, string, any)) {
	log := content.Logger()
	store := sessions.NewCookieStore(content.Key)
	store.Options = &sessions.Options{Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode}
	headers := secure.New(Headers())
	protect := csrf.Protect(content.Key, csrf.Secure(false), csrf.Path("/"), csrf.SameSite(csrf.SameSiteLaxMode))
	wrap := func(f http.HandlerFunc) http.Handler {
		h := headers.Handler(protect(f))
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			began := time.Now()
			content.Count.Add(1)
			h.ServeHTTP(w, csrf.PlaintextHTTPRequest(r))
			log.Info("request", "method", r.Method, "path", r.URL.Path, "took", time.Since(began))
		})
	}
	mux.Handle("GET /login", wrap(func(w http.ResponseWriter, r *http.Request) {
		s, _ := store.Get(r, "session")
		s.Values["user"] = content.UserName
		if err := s.Save(r, w); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		http.Redirect(w, r, "/account", http.StatusSeeOther)
	}))
	mux.Handle("GET /account", wrap(func(w http.ResponseWriter, r *http.Request) {
		s, _ := store.Get(r, "session")
		name, ok := s.Values["user"].(string)
		if !ok {
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		page(w, "account.html", content.Account{
			Name: name, Orders: content.Orders, Token: csrf.Token(r), Nonce: secure.CSPNonce(r.Context()),
		})
	}))
}

// Headers are OWASP's headers for unrolled/secure, with a nonce.
func Headers() secure.Options {
	return secure.Options{
		FrameDeny: true, ContentTypeNosniff: true, ReferrerPolicy: "same-origin",
		CrossOriginOpenerPolicy: "same-origin", CrossOriginResourcePolicy: "same-origin",
		PermissionsPolicy:     "camera=(), geolocation=(), microphone=()",
		ContentSecurityPolicy: "default-src 'self'; script-src 'self' $NONCE; style-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
	}
}

// fixed answers with a page kept in files: the same bytes as Dewar's, and
// nothing else done.
func fixed(dir string) http.Handler {
	body, err := os.ReadFile(filepath.Join(dir, "body"))
	if err != nil {
		content.Fail(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "headers.json"))
	if err != nil {
		content.Fail(err)
	}
	var headers http.Header
	if err := json.Unmarshal(data, &headers); err != nil {
		content.Fail(err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		for name, values := range headers {
			h[name] = values
		}
		w.Write(body)
	})
}

// Serve serves until it fails.
func Serve(addr string, h http.Handler) error {
	server := &http.Server{Addr: addr, Handler: h, ReadHeaderTimeout: 5 * time.Second}
	return server.ListenAndServe()
}
