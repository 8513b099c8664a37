package cache

import (
	"context"
	"encoding"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
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
// included; they are texts, numbers and none. A body that shows a nonce, the token of a form or flashed messages
// is made each time, and so is one that sets a variable for what follows.
func Tag(store Store, ttl time.Duration) jinja.Tag {
	f := fragments{store, ttl, &entries{store: store, name: "fragment", log: slog.Default()}}
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
	asked *entries // knows that the store failed a moment ago
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
		if !keyPart(v) {
			return jinja.None, fmt.Errorf("cache: the tag cache at %v: value %d of its key is neither a text nor a number nor none, and others would see what is kept under it: give what tells it apart, such as its id", parts[0], i+1)
		}
		values[i] = v.Any()
	}
	key, err := keyText(values)
	if err != nil {
		return jinja.None, fmt.Errorf("cache: the key of the tag cache: %w", err)
	}
	ctx, field, log := context.Background(), "csrf_token", slog.Default()
	c, request := st.Data().(*dewar.Context)
	given := 0
	if request {
		given = dewar.GivenOut(c)
		ctx, log = c.Context(), c.Log()
		if flask := c.App().Config().Flask; flask != nil && flask.CSRFFieldName != "" {
			field = flask.CSRFFieldName
		}
	}
	p := place{storeKey("f", key), []string{storeKey("c", "fragment")}}
	e := entries{store: f.store, name: "fragment", ttl: ttl, maxValue: 1 << 20, log: log}
	at, err := f.asked.ask(ctx, p)
	if err == nil && at.entry != nil && time.Now().Before(at.entry.soft) {
		return jinja.ValueOf(markup.HTML(at.entry.data)), nil
	}
	if err == nil {
		err = e.prepare(ctx, p, &at)
	}
	shown, callErr := st.Call(caller, jinja.Args{})
	text, ok := shown.Str()
	if callErr != nil || !ok || request && dewar.GivenOut(c) != given || strings.Contains(text, `nonce="`) || strings.Contains(text, `name="`+field+`"`) {
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

// keyPart reports whether a value of a template tells by its JSON what it is. What JSON leaves out of
// an object, and what is undefined, would be the same for everybody.
func keyPart(v jinja.Value) bool {
	if v.IsUndefined() {
		return false
	}
	x := v.Any()
	if _, ok := x.(encoding.TextMarshaler); ok || x == nil {
		return true
	}
	switch reflect.TypeOf(x).Kind() {
	case reflect.Bool, reflect.String, reflect.Float32, reflect.Float64, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return true
	}
	return false
}
