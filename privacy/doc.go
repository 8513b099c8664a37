// Package privacy keeps what is personal out of logs and JSON, and gives people what an application knows of them, or
// erases it.
//
// # Tags
//
//	type Customer struct {
//		ID    int64
//		Email string `pii:"contact"`
//		Card  string `secret:""`
//	}
//
// What the tags say is for readers; that they are there counts. The app's log shows such fields as [personal] and
// [secret] wherever a Customer is logged as a value; a text that was made of one (fmt.Sprintf) cannot be taken apart, and
// a handler other than the app's own needs [Redact]. c.JSON refuses a value with such a field, at once and with its name, so that
// it is found by the first test and not by a stranger: answer with a type that does not have it, or say [Reveal]. A secret
// field is never encoded. Values with a MarshalJSON of their own decide for themselves, and so do templates.
//
// # Export and erase
//
//	privacy.Register(app, privacy.Source{
//		Name:   "orders",
//		Export: func(ctx context.Context, user string) (any, error) { return orders.Of(ctx, user) },
//		Erase:  func(ctx context.Context, user string) error { return orders.Forget(ctx, user) },
//	})
//
// The commands "privacy export USER" and "privacy erase --yes USER" go through all sources, and so do [Export] and [Erase]
// for pages. Packages login, accounts and audit register themselves.
package privacy
