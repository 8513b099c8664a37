package db

import (
	"database/sql"
	"reflect"
	"strings"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"github.com/uptrace/bun/schema"

	"github.com/dewar-go/dewar/jinja"
)

// sharedSQLite is bun's dialect of SQLite with the times of SQLAlchemy: SQLite
// has no type for them, and SQLAlchemy keeps texts of one length in UTC and
// without an offset. A text with an offset becomes an aware datetime there,
// which cannot be compared with a naive one, and texts of other lengths do not
// sort with the rest.
type sharedSQLite struct {
	*sqlitedialect.Dialect
	tables *schema.Tables
}

func newSharedSQLite() *sharedSQLite {
	d := &sharedSQLite{Dialect: sqlitedialect.New()}
	d.tables = schema.NewTables(d)
	return d
}

// The texts of SQLAlchemy's DateTime, Date and Time.
const (
	alchemyDateTime = "2006-01-02 15:04:05.000000"
	alchemyDate     = "2006-01-02"
	alchemyTime     = "15:04:05.000000"
)

// Tables is the registry whose fields know OnTable's forms.
func (d *sharedSQLite) Tables() *schema.Tables { return d.tables }

// AppendTime writes a DateTime.
func (d *sharedSQLite) AppendTime(b []byte, t time.Time) []byte {
	return append(t.UTC().AppendFormat(append(b, '\''), alchemyDateTime), '\'')
}

// OnTable gives the fields of the types date and time their own forms, which are
// not moved to UTC: a day is the same day everywhere. What is read is naive, as it
// is to SQLAlchemy, so that templates show no offset.
func (d *sharedSQLite) OnTable(table *schema.Table) {
	d.Dialect.OnTable(table)
	for _, field := range table.FieldMap {
		switch form := strings.ToUpper(field.UserSQLType); {
		case !holdsTime(field.IndirectType):
			continue
		case form == "DATE":
			field.Append = timeAppender(alchemyDate)
		case form == "TIME":
			field.Append = timeAppender(alchemyTime)
		}
		field.Scan = naive(field.Scan)
	}
}

// naive puts what a scanner reads into [jinja.Naive].
func naive(scan schema.ScannerFunc) schema.ScannerFunc {
	return func(to reflect.Value, from any) error {
		if err := scan(to, from); err != nil {
			return err
		}
		for to.Kind() == reflect.Pointer && !to.IsNil() {
			to = to.Elem()
		}
		if !to.CanAddr() {
			return nil
		}
		switch t := to.Addr().Interface().(type) {
		case *time.Time:
			*t = t.In(jinja.Naive)
		case *bun.NullTime:
			t.Time = t.In(jinja.Naive)
		case *sql.NullTime:
			t.Time = t.Time.In(jinja.Naive)
		}
		return nil
	}
}

func holdsTime(t reflect.Type) bool {
	return t == reflect.TypeFor[time.Time]() || t == reflect.TypeFor[bun.NullTime]() || t == reflect.TypeFor[sql.NullTime]()
}

func timeAppender(layout string) schema.AppenderFunc {
	return func(_ schema.QueryGen, b []byte, v reflect.Value) []byte {
		for v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return dialect.AppendNull(b)
			}
			v = v.Elem()
		}
		var t time.Time
		null := false
		switch x := v.Interface().(type) {
		case time.Time:
			t = x
		case bun.NullTime:
			t, null = x.Time, x.IsZero()
		case sql.NullTime:
			t, null = x.Time, !x.Valid
		}
		if null {
			return dialect.AppendNull(b)
		}
		return append(t.AppendFormat(append(b, '\''), layout), '\'')
	}
}
