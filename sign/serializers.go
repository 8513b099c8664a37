package sign

// A Serializer signs values as JSON. Its tokens may hold any character. It is
// safe for concurrent use, as all serializers are.
//
// Source: itsdangerous.Serializer.
type Serializer struct{ untimed }

// A TimedSerializer is a [Serializer] that also signs the time.
//
// Source: itsdangerous.TimedSerializer.
type TimedSerializer struct{ timed }

// A URLSafeSerializer signs values as base64url of JSON, compressed with zlib
// when that is shorter. Its tokens consist of letters, digits, "-", "_" and
// the separator.
//
// Source: itsdangerous.URLSafeSerializer.
type URLSafeSerializer struct{ untimed }

// A URLSafeTimedSerializer is a [URLSafeSerializer] that also signs the time:
// the format of Flask's session cookie and of Flask-WTF's CSRF token.
//
// Source: itsdangerous.URLSafeTimedSerializer.
type URLSafeTimedSerializer struct{ timed }

// NewSerializer returns a serializer for the keys, oldest to newest: the last
// one signs and all verify. It fails as [NewSigner] does.
func NewSerializer(keys []string, options SerializerOptions) (*Serializer, error) {
	c, err := newCore(keys, options, false, false)
	if err != nil {
		return nil, err
	}
	return &Serializer{untimed{c}}, nil
}

// NewTimedSerializer is [NewSerializer] for tokens with a timestamp.
func NewTimedSerializer(keys []string, options SerializerOptions) (*TimedSerializer, error) {
	c, err := newCore(keys, options, false, true)
	if err != nil {
		return nil, err
	}
	return &TimedSerializer{timed{c}}, nil
}

// NewURLSafeSerializer is [NewSerializer] for URL-safe tokens.
func NewURLSafeSerializer(keys []string, options SerializerOptions) (*URLSafeSerializer, error) {
	c, err := newCore(keys, options, true, false)
	if err != nil {
		return nil, err
	}
	return &URLSafeSerializer{untimed{c}}, nil
}

// NewURLSafeTimedSerializer is [NewSerializer] for URL-safe tokens with a
// timestamp.
func NewURLSafeTimedSerializer(keys []string, options SerializerOptions) (*URLSafeTimedSerializer, error) {
	c, err := newCore(keys, options, true, true)
	if err != nil {
		return nil, err
	}
	return &URLSafeTimedSerializer{timed{c}}, nil
}

// WithSalt returns the same serializer under another salt, possibly an empty
// one. It derives keys anew: keep the result.
func (s *Serializer) WithSalt(salt string) *Serializer {
	return &Serializer{untimed{s.withSalt(salt)}}
}

// WithSalt returns the same serializer under another salt, possibly an empty
// one. It derives keys anew: keep the result.
func (s *TimedSerializer) WithSalt(salt string) *TimedSerializer {
	return &TimedSerializer{timed{s.withSalt(salt)}}
}

// WithSalt returns the same serializer under another salt, possibly an empty
// one. It derives keys anew: keep the result.
func (s *URLSafeSerializer) WithSalt(salt string) *URLSafeSerializer {
	return &URLSafeSerializer{untimed{s.withSalt(salt)}}
}

// WithSalt returns the same serializer under another salt, possibly an empty
// one. It derives keys anew: keep the result.
func (s *URLSafeTimedSerializer) WithSalt(salt string) *URLSafeTimedSerializer {
	return &URLSafeTimedSerializer{timed{s.withSalt(salt)}}
}
