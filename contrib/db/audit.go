package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/audit"
)

// DefaultAuditTable is the name of the table with the audit log. Those of the head and of the personal values have it with
// "_head" and "_values" behind it.
const DefaultAuditTable = "dewar_audit"

// auditChunk is how many records are read at a time.
const auditChunk = 500

// Audit returns a store for package audit in this database. Its tables are [DefaultAuditTable] and two beside it:
//
//	database := db.New(db.Config{URL: cfg.DatabaseURL})
//	app.Extend(database, audit.New(database.Audit(), audit.Config{…}))
//
// Any number of processes may write one log. The head is a row that is locked while records are added, so [audit.Write] in
// a request's transaction makes other writers wait until its end: call it last. On MariaDB 11.6.2 and newer with
// innodb_snapshot_isolation such a transaction fails when another one has written meanwhile.
//
// When the connection breaks within a commit, an event may be recorded twice. Give the database's user INSERT and SELECT
// on the two larger tables and no more, where nothing is purged or erased by it.
func (d *Database) Audit() audit.Store { return d.AuditStore(DefaultAuditTable) }

// AuditStore is [Database.Audit] with another table name. The tables are made at the first use when they do not exist. A
// table name with characters other than a to z, 0 to 9 and the underscore panics.
func (d *Database) AuditStore(table string) audit.Store {
	if !tableName.MatchString(table) {
		panic(fmt.Sprintf("db: AuditStore(%q): the table's name must be made of a to z, 0 to 9 and _", table))
	}
	return &auditLog{&tables{database: d, what: "the audit log", name: table, first: table + "_values", create: auditTables}}
}

// CreateAuditTables makes the tables for [Database.AuditStore] unless they exist.
func (d *Database) CreateAuditTables(ctx context.Context, table string) error {
	return d.AuditStore(table).(*auditLog).ready(ctx)
}

// auditLog is a store with one row for each record: its exact text, and beside it what is asked for in queries.
type auditLog struct{ *tables }

var _ audit.TxStore = (*auditLog)(nil)

// auditTables are the statements that make the tables. The head's row is made before the last table, by which they are
// taken for complete.
var auditTables = map[Dialect][]string{
	SQLite:   auditStatements("INTEGER", "TEXT", "TEXT", "TEXT", "INSERT OR IGNORE INTO TABLE_NAME_head VALUES (1, '', 0, '')"),
	Postgres: auditStatements("BIGINT", "TEXT", "TEXT", "TEXT", "INSERT INTO TABLE_NAME_head VALUES (1, '', 0, '') ON CONFLICT DO NOTHING"),
	MySQL: auditStatements("BIGINT", "VARCHAR(1100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", "VARBINARY(1100)",
		"MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", "INSERT IGNORE INTO TABLE_NAME_head VALUES (1, '', 0, '')"),
}

func auditStatements(number, name, value, text, head string) []string {
	list := []string{
		"CREATE TABLE IF NOT EXISTS TABLE_NAME_head (id {number} PRIMARY KEY, log {name} NOT NULL, seq {number} NOT NULL, hash {name} NOT NULL)",
		head,
		"CREATE TABLE IF NOT EXISTS TABLE_NAME (seq {number} PRIMARY KEY, line {long} NOT NULL, at {number} NOT NULL, event {name} NOT NULL, outcome {name} NOT NULL, code {name} NOT NULL, actor {name} NOT NULL, target {name} NOT NULL, request_id {name} NOT NULL)",
		"CREATE TABLE IF NOT EXISTS TABLE_NAME_values (seq {number} PRIMARY KEY, actor {value} NOT NULL, impersonator {value} NOT NULL, target {value} NOT NULL, ip {value} NOT NULL, data {long} NOT NULL)",
	}
	types := strings.NewReplacer("{number}", number, "{name}", name, "{value}", value, "{long}", text)
	for i := range list {
		list[i] = types.Replace(list[i])
	}
	return list
}

// Open makes the tables.
func (s *auditLog) Open(ctx context.Context) error { return s.ready(ctx) }

// Close does nothing: the database is closed by itself.
func (s *auditLog) Close(context.Context) error { return nil }

// opened opens the database for a command that does not start the app.
func (s *auditLog) opened(ctx context.Context) error {
	if _, _, err := s.database.open(); errors.Is(err, ErrNotOpen) {
		return s.database.Open(ctx)
	}
	return nil
}

var errNoHead = errors.New("db: the audit log's head is gone: its row was deleted")

// Head returns the head.
func (s *auditLog) Head(ctx context.Context) (h audit.Head, err error) {
	if err := s.opened(ctx); err != nil {
		return h, err
	}
	found := false
	err = s.rows(ctx, "SELECT log, seq, hash FROM TABLE_NAME_head WHERE id = 1", nil, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(&h.Log, &h.Seq, &h.Hash)
	})
	if err == nil && !found {
		err = errNoHead
	}
	return h, err
}

// Append adds records in a transaction of its own.
func (s *auditLog) Append(ctx context.Context, link func(audit.Head) ([]audit.Row, error)) error {
	return s.inTx(ctx, func(ctx context.Context, tx *sql.Tx) error { return s.append(ctx, tx, link) })
}

// AppendInTx adds records in the transaction of [Database.Tx].
func (s *auditLog) AppendInTx(c *dewar.Context, link func(audit.Head) ([]audit.Row, error)) (bool, error) {
	held, ok := s.database.key.Get(c)
	if !ok {
		return false, nil
	}
	return true, s.append(dewar.RequestContext(c), held.tx.Tx, link)
}

func (s *auditLog) inTx(ctx context.Context, do func(context.Context, *sql.Tx) error) error {
	if err := s.ready(ctx); err != nil {
		return err
	}
	_, writer, err := s.database.open()
	if err != nil {
		return err
	}
	tx, err := writer.DB.BeginTx(ctx, nil)
	if err != nil {
		return s.failed(err)
	}
	defer func() { _ = tx.Rollback() }()
	if err := do(ctx, tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return s.failed(err)
	}
	return nil
}

// append locks the head, which must be the first statement of a transaction on MariaDB, and moves it with the records.
func (s *auditLog) append(ctx context.Context, tx *sql.Tx, link func(audit.Head) ([]audit.Row, error)) error {
	lock := " FOR UPDATE"
	if s.database.Dialect() == SQLite {
		lock = "" // the transaction is the only writer
	}
	var head audit.Head
	err := tx.QueryRowContext(ctx, s.query("SELECT log, seq, hash FROM TABLE_NAME_head WHERE id = 1"+lock)).Scan(&head.Log, &head.Seq, &head.Hash)
	if errors.Is(err, sql.ErrNoRows) {
		return errNoHead
	}
	if err != nil {
		return s.failed(err)
	}
	rows, err := link(head)
	if err != nil || len(rows) == 0 {
		return err
	}
	var records, values []any
	for _, row := range rows {
		r, v := &row.Record, &row.Values
		records = append(records, r.Seq, string(row.Line), r.Time.UnixMicro(), string(r.Event), string(r.Outcome), r.Code, r.Actor, r.Target, r.RequestID)
		if v.IsZero() {
			continue
		}
		data, err := json.Marshal(v)
		if err != nil {
			return s.failed(err)
		}
		values = append(values, r.Seq, v.Actor, v.Impersonator, v.Target, v.IP, string(data))
	}
	if err := s.insert(ctx, tx, "TABLE_NAME (seq, line, at, event, outcome, code, actor, target, request_id)", 9, records); err != nil {
		return err
	}
	if err := s.insert(ctx, tx, "TABLE_NAME_values (seq, actor, impersonator, target, ip, data)", 6, values); err != nil {
		return err
	}
	last := &rows[len(rows)-1].Record
	if _, err = tx.ExecContext(ctx, s.query("UPDATE TABLE_NAME_head SET log = ?, seq = ?, hash = ? WHERE id = 1"), last.Log, last.Seq, last.Hash); err != nil {
		return s.failed(err)
	}
	return nil
}

// insert inserts rows of n columns with one statement.
func (s *auditLog) insert(ctx context.Context, tx *sql.Tx, into string, n int, args []any) error {
	if len(args) == 0 {
		return nil
	}
	one := "(?" + strings.Repeat(", ?", n-1) + ")"
	text := "INSERT INTO " + into + " VALUES " + one + strings.Repeat(", "+one, len(args)/n-1)
	if _, err := tx.ExecContext(ctx, s.query(text), args...); err != nil {
		return s.failed(err)
	}
	return nil
}

// Read reads in pieces, so that no connection is held while visit runs.
func (s *auditLog) Read(ctx context.Context, after uint64, visit func(audit.Row) error) error {
	if err := s.opened(ctx); err != nil {
		return err
	}
	text := fmt.Sprintf(`SELECT r.seq, r.line, r.at, r.event, r.outcome, r.code, r.actor, r.target, r.request_id, v.actor, v.impersonator, v.target, v.ip, v.data
FROM TABLE_NAME r LEFT JOIN TABLE_NAME_values v ON v.seq = r.seq WHERE r.seq > ? ORDER BY r.seq LIMIT %d`, auditChunk)
	for {
		var list []audit.Row
		err := s.rows(ctx, text, []any{after}, func(rows *sql.Rows) error {
			row, seq, err := scanAudit(rows)
			list, after = append(list, row), seq
			return err
		})
		if err != nil {
			return err
		}
		for _, row := range list {
			if err := visit(row); err != nil {
				return err
			}
		}
		if len(list) < auditChunk {
			return nil
		}
	}
}

// scanAudit makes a row of what is kept, and says what is kept beside a text and is not in it.
func scanAudit(rows *sql.Rows) (row audit.Row, seq uint64, err error) {
	var line string
	var at int64
	var event, outcome, code, actor, target, request string
	var who [4]sql.NullString
	var data sql.NullString
	err = rows.Scan(&seq, &line, &at, &event, &outcome, &code, &actor, &target, &request, &who[0], &who[1], &who[2], &who[3], &data)
	if err != nil {
		return row, seq, err
	}
	var v audit.Values
	unread := data.Valid && json.Unmarshal([]byte(data.String), &v) != nil
	row = audit.Stored([]byte(line), v)
	r := &row.Record
	for _, c := range []struct {
		name string
		same bool
	}{
		{"seq", seq == r.Seq}, {"at", at == r.Time.UnixMicro()}, {"event", event == string(r.Event)}, {"outcome", outcome == string(r.Outcome)},
		{"code", code == r.Code}, {"actor", actor == r.Actor}, {"target", target == r.Target}, {"request_id", request == r.RequestID},
		{"data of the values", !unread},
		{"actor of the values", who[0].String == v.Actor}, {"impersonator of the values", who[1].String == v.Impersonator},
		{"target of the values", who[2].String == v.Target}, {"ip of the values", who[3].String == v.IP},
	} {
		if !c.same {
			row.Differs = "the column " + c.name
			break
		}
	}
	return row, seq, nil
}

// Erase changes the rows of the values that name who.
func (s *auditLog) Erase(ctx context.Context, who string, erase func(*audit.Values) bool) error {
	return s.inTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		found, err := s.valuesOf(ctx, tx, who)
		if err != nil {
			return s.failed(err)
		}
		for seq, v := range found {
			if !erase(&v) {
				continue
			}
			data, err := json.Marshal(v)
			if err == nil {
				_, err = tx.ExecContext(ctx, s.query("UPDATE TABLE_NAME_values SET actor = ?, impersonator = ?, target = ?, ip = ?, data = ? WHERE seq = ?"),
					v.Actor, v.Impersonator, v.Target, v.IP, string(data), seq)
			}
			if err != nil {
				return s.failed(err)
			}
		}
		return nil
	})
}

// valuesOf returns the values that name who, by number.
func (s *auditLog) valuesOf(ctx context.Context, tx *sql.Tx, who string) (map[uint64]audit.Values, error) {
	rows, err := tx.QueryContext(ctx, s.query("SELECT seq, data FROM TABLE_NAME_values WHERE actor = ? OR impersonator = ? OR target = ? OR ip = ?"), who, who, who, who)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[uint64]audit.Values{}
	for rows.Next() {
		var seq uint64
		var data string
		var v audit.Values
		if err := errors.Join(rows.Scan(&seq, &data), json.Unmarshal([]byte(data), &v)); err != nil {
			return nil, err
		}
		found[seq] = v
	}
	return found, rows.Err()
}

// Purge removes records and values up to a number.
func (s *auditLog) Purge(ctx context.Context, through uint64) error {
	return s.inTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		for _, table := range []string{"TABLE_NAME_values", "TABLE_NAME"} {
			if _, err := tx.ExecContext(ctx, s.query("DELETE FROM "+table+" WHERE seq <= ?"), through); err != nil {
				return s.failed(err)
			}
		}
		return nil
	})
}
