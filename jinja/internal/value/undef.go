package value

// UndefMode is how an undefined value behaves.
type UndefMode uint8

const (
	UndefDefault   UndefMode = iota // prints nothing, is empty and false; operations fail
	UndefChainable                  // attributes and items of it are itself
	UndefDebug                      // prints {{ name }}
	UndefStrict                     // nothing but the test "defined" is allowed
)

var undefNames = [...]string{"Undefined", "ChainableUndefined", "DebugUndefined", "StrictUndefined"}

// String returns the name of Jinja's class.
func (m UndefMode) String() string { return undefNames[m] }

// Undef describes an undefined value.
type Undef struct {
	Hint   string // replaces the message unless empty
	Obj    Value  // the value whose attribute or item is missing
	HasObj bool
	Name   Value  // the missing name: a str, or any key
	Class  string // exception class; UndefinedError when empty
	Mode   UndefMode
	Log    func(message string) // called when the value is used; nil for none
}

// NewUndefined returns an undefined value. u must not be changed afterwards.
func NewUndefined(u *Undef) Value { return objectValue(undefinedType, u) }

// UndefinedName returns a default undefined value for a missing name.
func UndefinedName(name string) Value { return NewUndefined(&Undef{Name: String(name)}) }

var plainUndef = &Undef{Name: None}

// Undefined returns the description of an undefined value.
func (v Value) Undefined() (*Undef, bool) {
	if !v.IsUndefined() {
		return nil, false
	}
	if v.p == nil {
		return plainUndef, true
	}
	return raw[Undef](v), true
}

func (v Value) undef() *Undef {
	u, _ := v.Undefined()
	return u
}

// Message returns the message of the error that using the value raises.
func (u *Undef) Message() string {
	if u.Hint != "" {
		return u.Hint
	}
	if !u.HasObj {
		return reprOrEmpty(u.name()) + " is undefined"
	}
	obj := QualifiedTypeName(u.Obj)
	if u.Obj.IsNone() {
		obj = "None"
	} else {
		obj += " object"
	}
	if !u.Name.IsString() {
		return obj + " has no element " + reprOrEmpty(u.Name)
	}
	return reprOrEmpty(String(obj)) + " has no attribute " + reprOrEmpty(u.Name)
}

// name returns the missing name, or None.
func (u *Undef) name() Value {
	if u.Name.IsUndefined() {
		return None
	}
	return u.Name
}

// Err returns the error that using the value raises.
func (u *Undef) Err() error {
	class := u.Class
	if class == "" {
		class = "UndefinedError"
	}
	m := u.Message()
	if u.Log != nil {
		u.Log(m)
	}
	return &Error{Class: class, Message: m}
}

func reprOrEmpty(v Value) string {
	s, _ := ReprOf(v)
	return s
}

// str returns the text that printing the value gives.
func (u *Undef) str() (string, error) {
	switch u.Mode {
	case UndefStrict:
		return "", u.Err()
	case UndefDebug:
		switch {
		case u.Hint != "":
			return "{{ undefined value printed: " + u.Hint + " }}", nil
		case !u.HasObj:
			name, _ := StrOf(u.name())
			return "{{ " + name + " }}", nil
		}
		obj := "None"
		if !u.Obj.IsNone() {
			obj = QualifiedTypeName(u.Obj) + " object"
		}
		return "{{ no such element: " + obj + "[" + reprOrEmpty(u.Name) + "] }}", nil
	}
	if u.Log != nil {
		u.Log(u.Message())
	}
	return "", nil
}
