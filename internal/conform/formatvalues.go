package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/dewar-go/dewar/markup"
	"github.com/dewar-go/dewar/session"
	"github.com/dewar-go/dewar/sign"
)

var noContext = context.Background()

// formatTags are the values that JSON lacks, as requests and answers write them.
var formatTags = []session.Tag{
	{Name: "$tuple", ToJSON: func(v any) (any, bool) { t, ok := v.(session.Tuple); return []any(t), ok }},
	{Name: "$markup", ToJSON: func(v any) (any, bool) { m, ok := v.(markup.HTML); return string(m), ok }},
	{Name: "$bytes", ToJSON: func(v any) (any, bool) {
		b, ok := v.([]byte)
		runes := make([]rune, len(b))
		for i, c := range b {
			runes[i] = rune(c)
		}
		return string(runes), ok
	}},
	{Name: "$uuid", ToJSON: func(v any) (any, bool) { u, ok := v.(session.UUID); return u.String(), ok }},
	{Name: "$datetime", ToJSON: func(v any) (any, bool) {
		d, ok := v.(time.Time)
		if !ok {
			return nil, false
		}
		return d.Format(time.RFC3339), true
	}},
}

// encodeFormat writes a value for an answer. Integers and floats stay apart.
func encodeFormat(v any) json.RawMessage {
	b, err := sign.JSON{Compact: true}.Marshal(travel(v))
	if err != nil {
		panic(err)
	}
	return b
}

func travel(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := make(map[string]any, len(v))
		for name, value := range v {
			m[name] = travel(value)
		}
		return m
	case []any:
		list := make([]any, len(v))
		for i, value := range v {
			list[i] = travel(value)
		}
		return list
	case session.Tuple:
		return map[string]any{"$tuple": travel([]any(v))}
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) { // encoding/json cannot write it
			return fmt.Sprint(v)
		}
		return v
	}
	for _, tag := range formatTags {
		if plain, ok := tag.ToJSON(v); ok {
			return map[string]any{tag.Name: plain}
		}
	}
	return v
}

// decodeFormat reads a value of a request. Objects keep their order.
func decodeFormat(raw json.RawMessage) (any, error) {
	v, err := sign.JSON{Ordered: true}.Unmarshal(raw)
	if err != nil {
		return nil, err
	}
	return arrive(v)
}

func arrive(v any) (any, error) {
	var err error
	switch v := v.(type) {
	case []any:
		for i := range v {
			if v[i], err = arrive(v[i]); err != nil {
				return nil, err
			}
		}
	case sign.Dict:
		for i := range v {
			if v[i].Value, err = arrive(v[i].Value); err != nil {
				return nil, err
			}
		}
		if len(v) == 1 && strings.HasPrefix(v[0].Name, "$") {
			return arriveTagged(v[0].Name, v[0].Value, v)
		}
	}
	return v, nil
}

func arriveTagged(name string, v any, whole sign.Dict) (any, error) {
	switch v := v.(type) {
	case []any:
		switch name {
		case "$tuple":
			return session.Tuple(v), nil
		case "$dict":
			var dict sign.Dict
			for _, entry := range v {
				pair, _ := entry.([]any)
				if len(pair) != 2 {
					return nil, fmt.Errorf("malformed $dict")
				}
				dict = append(dict, sign.Member{Name: pythonKey(pair[0]), Value: pair[1]})
			}
			return dict, nil
		}
	case string:
		switch name {
		case "$markup":
			return markup.HTML(v), nil
		case "$bytes":
			b := make([]byte, 0, len(v))
			for _, r := range v {
				b = append(b, byte(r))
			}
			return b, nil
		case "$uuid":
			return session.ParseUUID(v)
		case "$datetime":
			for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
				if d, err := time.Parse(layout, v); err == nil {
					return d, nil
				}
			}
			return nil, fmt.Errorf("malformed $datetime %q", v)
		}
	}
	return whole, nil
}

// pythonKey returns how json.dumps writes a key that is no string.
func pythonKey(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	b, _ := sign.JSON{Compact: true}.Marshal(v)
	return string(b)
}
