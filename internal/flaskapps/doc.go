// Package flaskapps has two Flask applications of the size and style of public
// ones, in testdata: a microblog (Flask-Login, Flask-WTF, Flask-SQLAlchemy) and an
// album of photos (sqlite3, uploads, downloads). Its tests put them behind Dewar
// as they are, move half of their routes, and compare every answer with Flask's
// own.
package flaskapps
