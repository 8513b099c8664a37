package assets

import (
	"mime"
	"path"
	"strings"
)

// Type returns the media type of a file by its name. The content is never looked at: a file must not make itself a page
// by what it contains.
func Type(name string) string {
	ext := strings.ToLower(path.Ext(name))
	if t, ok := webTypes[ext]; ok {
		return t
	}
	if t := mime.TypeByExtension(ext); t != "" {
		return t
	}
	return "application/octet-stream"
}

// webTypes fixes the types of the files that pages consist of. The system's table differs between machines and has been
// wrong about exactly these.
var webTypes = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8",
	".html": "text/html; charset=utf-8", ".htm": "text/html; charset=utf-8", ".txt": "text/plain; charset=utf-8",
	".json": "application/json", ".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg",
	".gif": "image/gif", ".webp": "image/webp", ".avif": "image/avif", ".ico": "image/vnd.microsoft.icon",
	".woff": "font/woff", ".woff2": "font/woff2", ".wasm": "application/wasm", ".xml": "text/xml; charset=utf-8",
	".pdf": "application/pdf", ".webmanifest": "application/manifest+json", ".map": "application/json",
}
