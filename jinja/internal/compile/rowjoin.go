package compile

import "github.com/dewar-go/dewar/jinja/internal/value"

// joined puts texts into the segments beside them, so that there are fewer.
func joined(segs []*typedSeg) []*typedSeg {
	out := segs[:0]
	for _, s := range segs {
		for i, body := range s.bodies {
			s.bodies[i] = joined(body)
		}
		if len(out) == 0 || !join(out[len(out)-1], s) {
			out = append(out, s)
			continue
		}
		if out[len(out)-1].kind == segText {
			out[len(out)-1] = s
		}
	}
	return out
}

// join puts the text that one of two segments is into the other: the second, if the first is it.
func join(a, b *typedSeg) bool {
	switch {
	case a.kind == segText && b.kind == segFields:
		b.steps[0].pre = value.NewText(a.text.String() + b.steps[0].pre.String())
	case a.kind == segFields && b.kind == segText:
		a.text = value.NewText(a.text.String() + b.text.String())
	case a.kind == segText && b.kind == segPick:
		return b.surround(a.text.String(), "")
	case a.kind == segPick && b.kind == segText:
		return a.surround("", b.text.String())
	default:
		return false
	}
	return true
}

// surround puts texts before and behind those of a segPick, unless that made some of them long that were short.
func (s *typedSeg) surround(pre, post string) bool {
	texts := new([maxBranches]value.Text)
	for i := range s.bodies {
		texts[i] = value.NewText(pre + s.texts[i].String() + post)
		if !texts[i].IsShort() {
			return false
		}
	}
	for i := range s.bodies {
		s.bodies[i] = []*typedSeg{{kind: segText, text: texts[i]}}
	}
	*s = typedSeg{kind: segPick, index: s.index, bodies: s.bodies, texts: texts}
	s.measure(len(s.bodies))
	return true
}
