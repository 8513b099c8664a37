package limit_test

import (
	"log/slog"
	"testing/fstest"
)

var (
	quiet    = slog.New(slog.DiscardHandler)
	staticFS = fstest.MapFS{"a.txt": {Data: []byte("a")}}
)
