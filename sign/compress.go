package sign

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
)

// A compressor is a zlib writer, kept between uses because its tables are large.
type compressor struct {
	w   *zlib.Writer
	out bytes.Buffer
}

var compressors = sync.Pool{New: func() any {
	c := new(compressor)
	c.w = zlib.NewWriter(&c.out)
	return c
}}

func (z *compressor) put() {
	if tooLargeToKeep(z.out.Bytes()) {
		z.out = bytes.Buffer{}
	}
	compressors.Put(z)
}

// pack returns the payload of an encoded value. For a URL-safe serializer it is base64, or "." and base64 of the
// compressed value when that is shorter by more than one byte.
func (c *core) pack(encoded []byte) string {
	if !c.urlSafe {
		return string(encoded)
	}
	// zlib adds 11 bytes, so a value this short does not get shorter.
	if len(encoded) <= max(c.options.CompressAbove, 11) {
		return base64.RawURLEncoding.EncodeToString(encoded)
	}
	z := compressors.Get().(*compressor)
	defer z.put()
	z.out.Reset()
	z.w.Reset(&z.out)
	_, err := z.w.Write(encoded)
	if err := errors.Join(err, z.w.Close()); err != nil || z.out.Len() >= len(encoded)-1 {
		return base64.RawURLEncoding.EncodeToString(encoded)
	}
	b := make([]byte, 1, 1+base64.RawURLEncoding.EncodedLen(z.out.Len()))
	b[0] = '.'
	b = base64.RawURLEncoding.AppendEncode(b, z.out.Bytes())
	return string(b)
}

var inflaters sync.Pool

// unpack is the inverse of pack. The size after decompression is bounded.
func (c *core) unpack(payload string) ([]byte, error) {
	limit := c.options.MaxPayload
	if !c.urlSafe {
		if len(payload) > limit {
			return nil, tooLarge(limit)
		}
		return []byte(payload), nil
	}
	// base64 decodes to at most three quarters of its length.
	if len(payload)/4*3 > limit+4 {
		return nil, tooLarge(limit)
	}
	text, compressed := strings.CutPrefix(payload, ".")
	b, err := appendBase64Decoded(make([]byte, 0, len(text)/4*3+3), text)
	if err != nil {
		return nil, badPayload("Could not base64 decode the payload because of an exception",
			&BadData{Message: "Invalid base64-encoded data"})
	}
	if !compressed {
		if len(b) > limit {
			return nil, tooLarge(limit)
		}
		return b, nil
	}
	if b, err = inflate(b, limit); err != nil {
		return nil, badPayload("Could not zlib decompress the payload before decoding the payload", err)
	}
	return b, nil
}

func tooLarge(limit int) error {
	return badPayload("Could not load the payload because it is too large", fmt.Errorf("sign: the payload is larger than %d bytes", limit))
}

func inflate(b []byte, limit int) ([]byte, error) {
	in := bytes.NewReader(b)
	r, _ := inflaters.Get().(io.ReadCloser)
	var err error
	if r == nil {
		r, err = zlib.NewReader(in)
	} else {
		err = r.(zlib.Resetter).Reset(in, nil)
	}
	if err != nil {
		return nil, err
	}
	defer inflaters.Put(r)
	out, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if err != nil {
		return nil, err
	}
	if len(out) > limit {
		return nil, fmt.Errorf("sign: the payload inflates to more than %d bytes", limit)
	}
	return out, nil
}
