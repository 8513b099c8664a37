// Package werkzeug reads requests as Werkzeug does: queries and urlencoded forms ([Query]), cookies ([Cookies]),
// headers with parameters ([Options]), multipart forms ([ReadMultipart]) and the bytes of a JSON body ([JSON]).
//
//	# Text
//
// The results are valid UTF-8. U+FFFD replaces bytes that are not, as Python's errors="replace" does. Texts may hold
// NUL; [HasNUL] is for programs that cannot store it.
//
//	# Differences
//
// The package is compared with Werkzeug over testdata and with random input (testdata/random.py). These differences are
// on purpose:
//
//   - a semicolon ends a cookie even within quotes. Otherwise whoever can set a cookie with a quote in it
//     could draw the cookies after it into its value, and have them shown;
//   - an unquoted parameter goes up to the semicolon, and %22 in a quoted one is a quote, as browsers write it;
//   - a multipart body that ends too early, and a part without a name, are errors instead of an empty form;
//   - a part's charset other than ASCII, Latin-1 and UTF-8 is read as UTF-8.
//
// Every function takes time linear in its input and keeps no more memory than its result.
package werkzeug
