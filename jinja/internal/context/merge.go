package context

// Merge returns the escaper for a place that needs one or the other, by the branch that
// the render took: the stricter one where there is one.
func Merge(a, b Escaper) (Escaper, bool) {
	if a == b {
		return a, true
	}
	if a&^Space == b&^Space {
		return a | b&Space, true
	}
	if (a^b)&(Bare|Single) != 0 || (a|b)&(List|Raw|Trusted) != 0 {
		return 0, false
	}
	if a.Kind() > b.Kind() {
		a, b = b, a
	}
	flags := (a | b) &^ kindMask
	switch {
	case a.Kind() == EscAttr && b.Kind() == EscType:
		return a, true
	case a.Kind() == EscAttr:
		// What an address takes, another attribute takes as well.
		return b, b.isPart() && !b.Is(Local) || b.Kind() == EscURL || b.Kind() == EscImage || b.Kind() == EscURLHostRest || b.Kind() == EscResource && b.Is(Foreign)
	case a.Kind() == EscCSSURL && b.Kind() == EscCSSURLRest:
		return EscCSSURLRest | flags, true
	case !a.isPart() && !a.isWhole() && a.Kind() != EscURLHostRest || !b.isPart() && !b.isWhole() && b.Kind() != EscURLHostRest:
		return 0, false
	case a.isPart() && b.isPart():
		if a.Kind() == EscURLRest || b.Kind() == EscURLRest {
			return EscURLRest | flags, true
		}
		if a.Kind() == EscURLSlash || b.Kind() == EscURLSlash {
			return EscURLSlash | flags, true
		}
		return EscURLPath | flags, true
	case a.Is(Bare):
		return 0, false // where a value without quotes begins cannot be told
	case flags.Is(Local) && flags.Is(Hosted), a.Kind() == EscURLHostRest && a.Is(Local), b.Kind() == EscURLHostRest && b.Is(Local):
		return 0, false
	}
	return a.inPieces() | b.inPieces(), true
}

// isPart reports whether e is for a part of an address whose host is known to the
// output before it, or does not matter.
func (e Escaper) isPart() bool {
	switch e.Kind() {
	case EscURLRest, EscURLSlash, EscURLPath, EscURLQuery:
		return true
	}
	return false
}

// isWhole reports whether e is for an address from its beginning on.
func (e Escaper) isWhole() bool {
	switch e.Kind() {
	case EscURL, EscImage, EscResource:
		return true
	}
	return false
}

// inPieces is e as a kind of EscURLRest, which finds out when it is rendered whether
// something stands before the output.
func (e Escaper) inPieces() Escaper {
	flags := e &^ kindMask
	switch e.Kind() {
	case EscImage:
		flags |= Picture
	case EscResource:
		if flags.Is(Foreign) {
			flags &^= Foreign
		} else {
			flags |= Local
		}
	case EscURLHostRest:
		flags |= Hosted
	}
	return EscURLRest | flags
}
