package secure

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/dewar-go/dewar/internal/pii"
)

// RedactAttr is for slog.HandlerOptions.ReplaceAttr: attributes with a
// [SensitiveName] lose their value, headers and forms that of their sensitive
// fields, structs the fields that are tagged pii or secret, texts and errors what
// [Redact] finds, and times are in UTC.
func RedactAttr(groups []string, a slog.Attr) slog.Attr {
	switch a.Value.Kind() {
	case slog.KindTime:
		if len(groups) == 0 && a.Key == slog.TimeKey {
			a.Value = slog.TimeValue(a.Value.Time().UTC())
		}
		return a
	case slog.KindString:
		if a.Value.String() == "" {
			return a
		}
	case slog.KindAny:
		return redactAny(a)
	case slog.KindGroup:
		return a
	default:
		if SensitiveName(a.Key) && a.Value.Kind() != slog.KindDuration && a.Value.Kind() != slog.KindBool {
			a.Value = slog.StringValue(Redacted)
		}
		return a
	}
	if SensitiveName(a.Key) {
		a.Value = slog.StringValue(Redacted)
		return a
	}
	if s := a.Value.String(); strings.ContainsAny(s, "=:@ ") {
		a.Value = slog.StringValue(Redact(s))
	}
	return a
}

// redactAny keeps values that print as themselves and takes the others apart.
func redactAny(a slog.Attr) slog.Attr {
	switch v := a.Value.Any().(type) {
	case nil, slog.Level, *slog.Source, time.Time:
		return a
	case http.Header:
		a.Value = slog.AnyValue(redactMap(v))
	case url.Values:
		a.Value = slog.AnyValue(redactMap(v))
	case *http.Request:
		a.Value = slog.StringValue(v.Method + " " + v.URL.Path)
	case *url.URL:
		a.Value = slog.StringValue(Redact(v.Redacted()))
	case error:
		a.Value = slog.StringValue(Redact(v.Error()))
	default:
		if SensitiveName(a.Key) {
			a.Value = slog.StringValue(Redacted)
		} else if shown, tagged := pii.Redact(v); tagged {
			a.Value = slog.AnyValue(shown)
		}
	}
	return a
}

func redactMap(m map[string][]string) map[string][]string {
	shown := make(map[string][]string, len(m))
	for name, values := range m {
		if SensitiveName(name) {
			values = []string{Redacted}
		}
		shown[name] = values
	}
	return shown
}
