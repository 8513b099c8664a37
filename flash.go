package dewar

import "github.com/dewar-go/dewar/session"

// Flash keeps a message in the session for the next page that shows messages,
// as Flask's flash does. The category is "message" unless one is given; templates
// read them with get_flashed_messages.
func (c *Context) Flash(message string, category ...string) {
	kind := "message"
	if len(category) > 0 {
		kind = category[0]
	}
	c.Session().Flash(kind, message)
	c.app.Signals.MessageFlashed.Send(FlashEvent{c, kind, message})
}

// FlashedMessages takes the messages out of the session. Within one request it
// gives the same ones again, so that two parts of a page may show them. With
// categories given, only messages of these are returned; the others are taken
// out of the session too.
func (c *Context) FlashedMessages(categories ...string) []session.Flash {
	c.givenOut++
	if !c.state.has(flashesTaken) {
		c.flashes = c.Session().Flashes()
		c.state.set(flashesTaken)
	}
	if len(categories) == 0 {
		return c.flashes
	}
	var list []session.Flash
	for _, f := range c.flashes {
		for _, k := range categories {
			if f.Category == k {
				list = append(list, f)
				break
			}
		}
	}
	return list
}
