// Package forms is WTForms for Go: a struct with tags is a form, a request fills it, checks say what is wrong with it,
// and templates written for WTForms and Flask-WTF show it.
//
//	type Login struct {
//		Email    string `form:"email" label:"E-mail" check:"required, email" filter:"strip,lower"`
//		Password string `form:"password" type:"password" check:"required"`
//		Remember bool   `form:"remember" label:"Stay signed in"`
//	}
//
//	func login(c *dewar.Context) error {
//		form := forms.New[Login](c)
//		if form.Valid() {
//			if signIn(c, form.Data.Email, form.Data.Password) {
//				return c.Redirect(dewar.To("index"))
//			}
//			form.AddError("", "login", "The address or the password is wrong.")
//		}
//		return form.Render("login.html", nil)
//	}
//
//	app.Route("/login", login, "GET", "POST")
//	forms.Declare[Login](app, "login.html")
//
// Valid is WTForms' validate_on_submit: the form was sent and nothing is wrong. Render shows the form, with status 422
// when something is; it keeps what was typed, but passwords and files. Redirect answers 303, so that a reload sends
// nothing twice. [Declare] checks tags and methods when the app starts, and that the templates name no field that the
// form does not have; [New] panics with the same text for a form that nobody declared.
//
// # Tags
//
//	form         the name in the page; a field without this tag is none of the form's
//	type         WTForms' class ("TextAreaField") or HTML's word ("textarea"); default: by the Go type, and by the checks email and url
//	label        default: the name as words
//	description  a help text
//	check        the checks: "required, length(3, 25), regexp('^[a-z]+$', message='Letters only.')"
//	filter       strip, lower, upper, squeeze
//	default      the value of a form that was not sent
//	choices      "red=Red, green=Green", with groups "Warm: red, orange; Cold: blue"
//	format       the layout of a date, strptime's or Go's
//	places       the digits behind the point of a decimal
//	attrs        attributes of the element: "rows=5 class='wide red' readonly"
//	entries      the bounds of a list: "1..10"
//
// Strings, booleans, numbers, time.Time, *[dewar.Upload], types that implement encoding.TextUnmarshaler (netip.Addr,
// [Decimal], a UUID) and, with choices, types that have a method String are fields. A struct is a FormField, a slice a
// FieldList, or with choices a SelectMultipleField. A pointer to a value is nil when nothing was entered, one to a string when nothing was sent. A time
// without a zone is UTC. Numbers, dates and the
// like, and radio buttons, without any check may be left empty; with one they may not, unless it is optional.
//
// # Checks
//
// All of WTForms' validators are here with their names, arguments and texts: in tags (data_required, input_required,
// optional, length, number_range, email, equal_to, regexp, url, ip_address, mac_address, uuid, any_of, none_of, and
// Flask-WTF's file_required, file_allowed, file_size) and as types ([DataRequired], [Length], …). Of later versions
// there are readonly, disabled (3.1) and date_range (3.3), of our own required, file_count and image. What a tag cannot
// say is a method:
//
//	func (l *Login) ValidateEmail(c *dewar.Context) error   // behind the checks of the field Email
//	func (l *Login) Validate() error                        // behind those of all fields
//
// They take nothing, the [dewar.Context] or the *[Form]. The text of any error is shown to the user; [Fail] gives it a
// code. Texts and labels are translated by the functions of the tag trans, [dewar.Config.TemplateTranslations].
//
// # Models
//
// [Options] has From, where the values of a form come from that was not sent. [Form.Populate] writes them back: only
// fields that the page offered. A rendered checkbox, a list of choices and a FieldList send a marker (_offered) for that,
// since browsers send nothing for one that is empty. [BoundField.Changed] tells what is new. [Form.AddError] makes an error
// of the database that of a field. [Form.Partial] is Valid for PATCH.
//
// # Forms in code
//
// A list of [Field] says what tags say, with WTForms' names, for a form that is known at run time alone: [NewSchema]
// checks it, [Schema.New] reads a request. [Form.Add], [Form.Remove] and the Choices of a [BoundField] change one
// request's form.
//
// # Templates
//
// A form, its fields, labels and options have WTForms' attributes: form.email.label, form.email(class_='wide'),
// form.email.errors, form.errors, form.hidden_tag(), form['email'], and so on. [Templates] has forms/fields.html, which
// shows a whole form accessibly. [Bootstrap] gives the macro files of Bootstrap-Flask and Flask-Bootstrap what they need.
// A [Widget] of your own writes an element otherwise.
//
// Beside WTForms' attributes an element has autocomplete for names that say what they are, inputmode where digits are
// wanted, pattern, accept, and aria-describedby and aria-invalid with the ids of the help (name-help) and the errors
// (name-error). A template switches any attribute off: form.email(required=False).
//
// # Several forms on a page
//
// Give each a Prefix, or a SubmitField of its own: only the one that was sent is [Form.Submitted].
//
// # Files
//
// A *dewar.Upload is a FileField. The checks look at the name's ending, the content, the size, the dimensions of an
// image and the number. The file is gone when the request ends; package uploads keeps it:
//
//	stored, err := pictures.Save(c, form.Data.Picture)
//
// # JSON
//
// The same struct reads a JSON object. [Bind] is for views that answer programs: its error is answered with 422 and
// RFC 9457, with a JSON pointer for each field.
//
// # Limits
//
// Bodies, fields and parts are bounded by [dewar.Config]; a list has at most [MaxEntries] entries, a text that a pattern
// reads 64 KiB, a URL 8 KiB, a number 1,000 bytes. Nothing is set that the struct does not name with a tag.
//
// # CSRF
//
// form.hidden_tag() holds a token that is as good as the one that the engine puts into forms with method="post"; a form
// may have both. A route with [dewar.Route.InsecureStaleToken] shows a form again, filled, whose token was too old.
//
// # What differs from WTForms
//
//   - The words false, off, no and 0 are false in a BooleanField: WTForms takes "False" for true.
//   - An integer has 64 bits, NaN and the infinities are no numbers, and underscores stand between digits only.
//   - The entries of a list come in the order of the body and are numbered anew, so that gaps close, as from WTForms 3.3.
//     Their numbers are ASCII digits.
//   - In a pattern, package regexp's, $ is the end of the text, not of its last line as well, and \d an ASCII digit.
//   - Populate writes only what the page offered, where populate_obj writes None.
//   - Disabled and read-only fields take nothing that was sent.
//   - Length counts the end of a line as one character, as browsers do.
//   - FileAllowed looks at the content too.
//   - A WeekField (WTForms 3.1) has the weeks of ISO 8601 and HTML; strptime's %W are others in some years.
//   - DateTimeLocalField reads values without seconds too (WTForms 3.1), which is what browsers send.
//   - An autofocus goes to no field of a form with errors: the summary of the errors has it.
//   - The digits of a date are ASCII, and the host of an e-mail address is not held to IDNA's rule for two directions.
//   - The filters lower and upper change letters one by one.
//   - Errors have codes, and form.errors is a view of [Form.Errors].
package forms
