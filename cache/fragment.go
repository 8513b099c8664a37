package cache

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/markup"
)

// Tag is the tag cache for templates, which keeps what its body shows, as Flask-Caching's does:
//
//	app := dewar.New(dewar.Config{TemplateTags: map[string]jinja.Tag{"cache": cache.Tag(store, 5*time.Minute)}})
//
//	{% cache 60, "sidebar", post.id %}…{% endcache %}
//
// The first value is how long, in seconds; none is the default. The others are the key, and without them
// it is the template's name and line. All that the body depends on belongs into the key, the user
// included. A body that shows a nonce or the token of a form is made each time, and so is one that
// sets a variable for what follows.
func Tag(store Store, ttl time.Duration) jinja.Tag {
	f := fragments{store, ttl}
	return func(p *jinja.Parser) ([]jinja.Stmt, error) {
		pos := p.Pos()
		p.Next()
		args := []jinja.Expr{&jinja.NodeConst{Pos: pos, Value: fmt.Sprintf("%s:%d", p.Name(), pos.Line())}}
		for !p.Test("block_end") {
			if len(args) > 1 {
				p.Expect("comma")
			}
			args = append(args, p.ParseExpression())
		}
		body := p.ParseStatements("endcache")
		p.Expect("name:endcache")
		call := &jinja.NodeCall{Pos: pos, Node: &jinja.NodeConst{Pos: pos, Value: f.show}, Args: args}
		return []jinja.Stmt{&jinja.NodeCallBlock{Pos: pos, Call: call, Body: body}}, nil
	}
}

type fragments struct {
	store Store
	ttl   time.Duration
}

// show is the text of a fragment. Its arguments are the place, then those of the tag.
func (f fragments) show(st jinja.State, a jinja.Args) (jinja.Value, error) {
	caller, _ := a.Get("caller")
	parts, ttl := a.Pos[:1], f.ttl
	if len(a.Pos) > 1 {
		seconds, ok := a.Pos[1].Any().(int64)
		if !a.Pos[1].IsNone() {
			if !ok || seconds <= 0 {
				return jinja.None, errors.New("cache: the first value of the tag cache is how long, in seconds: a positive number, or none")
			}
			ttl = time.Duration(seconds) * time.Second
		}
		if len(a.Pos) > 2 {
			parts = a.Pos[2:]
		}
	}
	values := make([]any, len(parts))
	for i, v := range parts {
		values[i] = v.Any()
	}
	key, err := json.Marshal(values)
	if err != nil {
		return jinja.None, fmt.Errorf("cache: the key of the tag cache: %w", err)
	}
	ctx, field, log := context.Background(), "csrf_token", slog.Default()
	if c, ok := st.Data().(*dewar.Context); ok {
		ctx, log = c.Context(), c.Log()
		if flask := c.App().Config().Flask; flask != nil && flask.CSRFFieldName != "" {
			field = flask.CSRFFieldName
		}
	}
	p := place{storeKey("f", string(key)), []string{storeKey("c", "fragment")}}
	e := entries{store: f.store, name: "fragment", ttl: ttl, maxValue: 1 << 20, log: log}
	at, err := e.read(ctx, p)
	if err == nil && at.entry != nil && time.Now().Before(at.entry.soft) {
		return jinja.ValueOf(markup.HTML(at.entry.data)), nil
	}
	if err == nil {
		err = e.prepare(ctx, p, &at)
	}
	shown, callErr := st.Call(caller, jinja.Args{})
	text, ok := shown.Str()
	if callErr != nil || !ok || strings.Contains(text, `nonce="`) || strings.Contains(text, `name="`+field+`"`) {
		return shown, callErr
	}
	if err == nil {
		err = e.write(ctx, p, at, []byte(text), false)
	}
	if err != nil {
		log.LogAttrs(ctx, slog.LevelWarn, "a cache could not keep a fragment", slog.String("error", err.Error()))
	}
	return shown, nil
}
