// Package werkzeug reads what a request carries as Werkzeug reads it: the query
// and urlencoded forms ([Query]), cookies ([Cookies]), headers with parameters
// ([Options]), multipart forms ([ReadMultipart]), and the bytes of a JSON body
// ([JSON]).
//
// # Text
//
// What is read is valid UTF-8: where the client's bytes are not, U+FFFD stands
// for each of their parts, as in Python's errors="replace". It may hold NUL;
// [HasNUL] is for those who cannot store that.
//
// # Differences
//
// The package is compared with Werkzeug over testdata and at random
// (testdata/random.py). It differs on purpose in these:
//
//   - a semicolon ends a cookie, within quotes too: whoever can set a cookie with a
//     quote in it could otherwise take in the ones that follow, and show them;
//   - an unquoted parameter goes up to the semicolon, and %22 in a quoted one is a
//     quote, as browsers write it;
//   - a multipart body that ends too early, and a part without a name, are errors
//     instead of an empty form;
//   - charsets of a part other than ASCII, Latin-1 and UTF-8 are taken for UTF-8.
//
// Every reader takes time linear in its input, and keeps no more of it than it
// returns.
package werkzeug
