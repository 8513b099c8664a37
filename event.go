package dewar

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/dewar-go/dewar/internal/debugtrace"
	"github.com/dewar-go/dewar/secure"
)

// An EventName is a kind of security event, under the name of OWASP's
// Application Logging Vocabulary. The constants are those that the framework and
// its extensions send; an application may send any other of the vocabulary.
type EventName string

// Events about who somebody is.
const (
	EventLoginSuccess      EventName = "authn_login_success"
	EventLoginFail         EventName = "authn_login_fail"
	EventLoginFailMax      EventName = "authn_login_fail_max"
	EventLoginLock         EventName = "authn_login_lock"
	EventPasswordChange    EventName = "authn_password_change"
	EventTokenCreated      EventName = "authn_token_created"
	EventTokenRevoked      EventName = "authn_token_revoked"
	EventTokenReuse        EventName = "authn_token_reuse"
	EventSessionCreated    EventName = "session_created"
	EventSessionRenewed    EventName = "session_renewed"
	EventSessionExpired    EventName = "session_expired"
	EventSessionUseExpired EventName = "session_use_after_expire"
	EventUserCreated       EventName = "user_created"
	EventUserUpdated       EventName = "user_updated"
	EventUserDeleted       EventName = "user_deleted"
)

// Events about what somebody may do, and what was refused.
const (
	EventAccessDenied    EventName = "authz_fail"
	EventAccessChange    EventName = "authz_change"
	EventAdmin           EventName = "authz_admin"
	EventRateLimit       EventName = "excess_rate_limit_exceeded"
	EventInvalidInput    EventName = "input_validation_fail"
	EventExtraneous      EventName = "malicious_extraneous"
	EventForeignOrigin   EventName = "malicious_cors"
	EventDirectReference EventName = "malicious_direct_reference"
)

// Events about files and the process.
const (
	EventUploadComplete   EventName = "upload_complete"
	EventUploadStored     EventName = "upload_stored"
	EventUploadValidation EventName = "upload_validation"
	EventUploadDelete     EventName = "upload_delete"
	EventStartup          EventName = "sys_startup"
	EventShutdown         EventName = "sys_shutdown"
)

// Level is the level an event is logged with: Info for what went as it should,
// Warn for the rest. What the vocabulary calls critical is a warning as well: any
// client can cause it, and must not be able to wake somebody at night.
func (n EventName) Level() slog.Level {
	switch n {
	case EventLoginSuccess, EventPasswordChange, EventTokenCreated, EventTokenRevoked, EventSessionCreated,
		EventSessionRenewed, EventSessionExpired, EventUploadComplete, EventUploadStored, EventUploadDelete,
		EventStartup, EventShutdown:
		return slog.LevelInfo
	}
	return slog.LevelWarn
}

// A SecurityEvent is something that whoever watches over the app wants to know:
// what [Signals.SecurityEvent] sends and the log has a line of.
type SecurityEvent struct {
	// Name is the event's kind.
	Name EventName
	// Context is the request it happened in; nil for one of the process.
	// [Context.Emit] sets it.
	Context *Context
	// User is the id of whom it is about. Default: [Context.UserID].
	User string
	// Code is why, in a word of the program's own, such as that of a permission's rule.
	// It never comes from the client and names nobody. Default: the status of Err.
	Code string
	// Detail says what it is about: a resource, a field, a reason. It may come
	// from the client; more than 256 bytes are cut. It never holds a secret.
	Detail string
	// Err is the refusal behind the event, if any. Its text is logged without
	// secrets, and a request that ends with this error has no second event.
	Err error
}

// Emit logs a security event of this request and sends it to the receivers of
// [Signals.SecurityEvent]:
//
//	c.Emit(dewar.SecurityEvent{Name: dewar.EventLoginFail, User: name})
func (c *Context) Emit(e SecurityEvent) {
	e.Context = c
	if e.User == "" {
		e.User = c.user
	}
	c.reported = e.Err
	if c.debug.trace != nil {
		c.debug.trace.Add(debugtrace.Span{Kind: debugtrace.Event, Text: string(e.Name), Err: e.Reason()}, c.clock())
	}
	c.app.emit(c.r.Context(), e)
}

// Emit logs a security event of the process and sends it to the receivers of
// [Signals.SecurityEvent]. One of a request goes through [Context.Emit].
func (a *App) Emit(e SecurityEvent) { a.emit(context.Background(), e) }

func (a *App) emit(ctx context.Context, e SecurityEvent) {
	e.User, e.Detail = clipTo(e.User, 128), clip(e.Detail)
	if e.Code == "" && e.Err != nil {
		e.Code = strconv.Itoa(asHTTPError(e.Err).Code)
	}
	if level := e.Name.Level(); a.log.Enabled(ctx, level) {
		a.log.LogAttrs(ctx, level, "security", e.attrs(a)...)
	}
	a.Signals.SecurityEvent.Send(e)
}

// Reason is the text of Err as it is logged, without the secrets that the request came
// with; "" without Err and for an event of the process.
func (e SecurityEvent) Reason() string {
	if e.Err == nil || e.Context == nil {
		return ""
	}
	return clip(e.Context.reason(e.Err))
}

// attrs is what is logged of an event. There is no field for a password, a token
// or a cookie.
func (e *SecurityEvent) attrs(a *App) []slog.Attr {
	list := make([]slog.Attr, 0, 11)
	list = append(list, slog.String("event", string(e.Name)), slog.String("app", a.cfg.Name))
	if e.User != "" {
		list = append(list, slog.String("user", e.User))
	}
	if e.Detail != "" {
		list = append(list, slog.String("detail", e.Detail))
	}
	if e.Code != "" {
		list = append(list, slog.String("code", e.Code))
	}
	c := e.Context
	if c == nil {
		return list
	}
	if e.Err != nil {
		list = append(list, slog.String("reason", e.Reason()))
	}
	list = append(list, slog.String("method", c.method()), slog.String("rule", c.at.rule), slog.String("request_id", c.RequestID()))
	if c.origin.Addr.IsValid() {
		list = append(list, slog.String("client", c.origin.Addr.String()))
	}
	if agent := c.r.Header["User-Agent"]; len(agent) > 0 && e.Name.Level() > slog.LevelInfo {
		list = append(list, slog.String("agent", clip(agent[0])))
	}
	return list
}

// reason is the text of a refusal. Those of the gate, of the check against CSRF, of Bind
// and of a redirect hold no secret: what a client sends as one must not take anything
// out of them.
func (c *Context) reason(err error) string {
	var gate gateError
	var csrf *secure.CSRFError
	var bind *BindError
	var target *targetError
	if errors.As(err, &gate) || errors.As(err, &csrf) || errors.As(err, &bind) || errors.As(err, &target) {
		return withCause(err)
	}
	return c.scrub(withCause(err))
}

// noteRefusal emits the event of an error that turned a request away, once a
// request. guarded says that a guard did it.
func (c *Context) noteRefusal(err error, guarded bool) {
	if c.state.has(refusalReported) || c.reported != nil && errors.Is(err, c.reported) {
		return
	}
	if name, detail := eventOf(err, guarded); name != "" {
		c.state.set(refusalReported)
		c.Emit(SecurityEvent{Name: name, Detail: detail, Err: err})
	}
}

// eventOf finds out what kind of event an error is, "" for none: a page that is
// not there, or a failure of the program.
func eventOf(err error, guarded bool) (EventName, string) {
	var gate gateError
	var csrf *secure.CSRFError
	var bind *BindError
	switch {
	case errors.As(err, &gate):
		return EventExtraneous, http.StatusText(gate.Code)
	case errors.As(err, &csrf):
		if csrf.StatusCode() == http.StatusForbidden {
			return EventForeignOrigin, "csrf"
		}
		return EventInvalidInput, "csrf_token"
	case errors.As(err, &bind):
		return EventInvalidInput, bind.Source + " " + bind.Name
	}
	switch code := asHTTPError(err).Code; {
	case code == http.StatusTooManyRequests:
		return EventRateLimit, ""
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return EventAccessDenied, ""
	case code == http.StatusBadRequest, code == http.StatusRequestEntityTooLarge,
		code == http.StatusUnsupportedMediaType, code == http.StatusUnprocessableEntity:
		return EventInvalidInput, ""
	case guarded && code < 500:
		return EventAccessDenied, ""
	}
	return "", ""
}

// foreignOrigin is the event of a page of another origin that may not read the
// answer.
func (c *Context) foreignOrigin() {
	if !c.state.has(refusalReported) {
		c.state.set(refusalReported)
		c.Emit(SecurityEvent{Name: EventForeignOrigin, Detail: c.r.Header.Get("Origin")})
	}
}
