package password

// Occupy takes all slots of a hasher and returns what gives them back.
func Occupy(h *Hasher) (release func()) {
	for range cap(h.slots) {
		h.slots <- struct{}{}
	}
	return func() {
		for range cap(h.slots) {
			<-h.slots
		}
	}
}

// DummyCosts returns the stored form of the hash of no user.
func DummyCosts(h *Hasher) string { return h.dummy.String() }

// Expensive reports whether a fuzzer should not compute a hash.
func Expensive(hash string) bool {
	p, err := parse(hash)
	if err != nil {
		return false
	}
	switch c := p.costs.(type) {
	case Argon2idCosts:
		return c.Memory > 1024 || c.Passes > 4
	case ScryptCosts:
		return c.N*c.R*c.P > 1024
	case PBKDF2Costs:
		return c.Iterations > 1000
	}
	return true
}
