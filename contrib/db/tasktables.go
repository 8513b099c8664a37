package db

// taskTables are the statements that make the tables of tasks. TABLE_NAME has the tasks that wait or run, and stays
// small; TABLE_NAME_end those that are finished or dead. Times are milliseconds of Unix time by the database's clock.
// state is one of the constants below. rank_ms orders the waiting tasks of a queue.
var taskTables = map[Dialect][]string{
	SQLite: {
		`CREATE TABLE IF NOT EXISTS TABLE_NAME (id TEXT PRIMARY KEY, kind TEXT NOT NULL, queue TEXT NOT NULL, state INTEGER NOT NULL,
			rank_ms INTEGER NOT NULL, run_at INTEGER NOT NULL, enqueued INTEGER NOT NULL, unique_key TEXT UNIQUE, group_id TEXT, data BLOB NOT NULL,
			attempt INTEGER NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0, lost INTEGER NOT NULL DEFAULT 0,
			worker TEXT, started INTEGER, progress BLOB, errors BLOB, discard INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID`,
		`CREATE INDEX IF NOT EXISTS TABLE_NAME_ready ON TABLE_NAME (queue, rank_ms, id) WHERE state = 0`,
		`CREATE INDEX IF NOT EXISTS TABLE_NAME_running ON TABLE_NAME (worker) WHERE state = 1`,
		`CREATE INDEX IF NOT EXISTS TABLE_NAME_later ON TABLE_NAME (run_at) WHERE state = 2`,
		`CREATE TABLE IF NOT EXISTS TABLE_NAME_end (id TEXT PRIMARY KEY, kind TEXT NOT NULL, queue TEXT NOT NULL, state INTEGER NOT NULL, unique_key TEXT, group_id TEXT,
			data BLOB NOT NULL, attempt INTEGER NOT NULL, failures INTEGER NOT NULL, lost INTEGER NOT NULL, enqueued INTEGER NOT NULL, started INTEGER,
			progress BLOB, errors BLOB, result BLOB, ended INTEGER NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID`,
		`CREATE INDEX IF NOT EXISTS TABLE_NAME_end_expires ON TABLE_NAME_end (expires)`,
		`CREATE INDEX IF NOT EXISTS TABLE_NAME_end_state ON TABLE_NAME_end (state, queue)`,
		`CREATE TABLE IF NOT EXISTS TABLE_NAME_worker (id TEXT PRIMARY KEY, name TEXT NOT NULL, seen INTEGER NOT NULL) WITHOUT ROWID`,
		`CREATE TABLE IF NOT EXISTS TABLE_NAME_group (id TEXT PRIMARY KEY, end_id TEXT NOT NULL, left_over INTEGER NOT NULL, failed INTEGER NOT NULL, anyway INTEGER NOT NULL) WITHOUT ROWID`,
		`CREATE TABLE IF NOT EXISTS TABLE_NAME_schedule (name TEXT PRIMARY KEY, spec TEXT NOT NULL, next_at INTEGER NOT NULL) WITHOUT ROWID`,
		`CREATE TABLE IF NOT EXISTS TABLE_NAME_once (id TEXT PRIMARY KEY, expires INTEGER NOT NULL) WITHOUT ROWID`,
	},
	Postgres: {
		// The rows come and go, so that dead ones are collected early.
		`CREATE TABLE IF NOT EXISTS TABLE_NAME (id TEXT COLLATE "C" PRIMARY KEY, kind TEXT NOT NULL, queue TEXT COLLATE "C" NOT NULL, state SMALLINT NOT NULL,
			rank_ms BIGINT NOT NULL, run_at BIGINT NOT NULL, enqueued BIGINT NOT NULL, unique_key TEXT UNIQUE, group_id TEXT, data BYTEA NOT NULL,
			attempt INTEGER NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0, lost INTEGER NOT NULL DEFAULT 0,
			worker TEXT, started BIGINT, progress BYTEA, errors BYTEA, discard SMALLINT NOT NULL DEFAULT 0)
			WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0)`,
		`CREATE INDEX IF NOT EXISTS TABLE_NAME_ready ON TABLE_NAME (queue, rank_ms, id) WHERE state = 0`,
		`CREATE INDEX IF NOT EXISTS TABLE_NAME_running ON TABLE_NAME (worker) WHERE state = 1`,
		`CREATE INDEX IF NOT EXISTS TABLE_NAME_later ON TABLE_NAME (run_at) WHERE state = 2`,
		`CREATE TABLE IF NOT EXISTS TABLE_NAME_end (id TEXT COLLATE "C" PRIMARY KEY, kind TEXT NOT NULL, queue TEXT COLLATE "C" NOT NULL, state SMALLINT NOT NULL, unique_key TEXT, group_id TEXT,
			data BYTEA NOT NULL, attempt INTEGER NOT NULL, failures INTEGER NOT NULL, lost INTEGER NOT NULL, enqueued BIGINT NOT NULL, started BIGINT,
			progress BYTEA, errors BYTEA, result BYTEA, ended BIGINT NOT NULL, expires BIGINT NOT NULL)`,
		`CREATE INDEX IF NOT EXISTS TABLE_NAME_end_expires ON TABLE_NAME_end (expires)`,
		`CREATE INDEX IF NOT EXISTS TABLE_NAME_end_state ON TABLE_NAME_end (state, queue)`,
		`CREATE TABLE IF NOT EXISTS TABLE_NAME_worker (id TEXT COLLATE "C" PRIMARY KEY, name TEXT NOT NULL, seen BIGINT NOT NULL)`,
		`CREATE TABLE IF NOT EXISTS TABLE_NAME_group (id TEXT COLLATE "C" PRIMARY KEY, end_id TEXT NOT NULL, left_over INTEGER NOT NULL, failed INTEGER NOT NULL, anyway SMALLINT NOT NULL)`,
		`CREATE TABLE IF NOT EXISTS TABLE_NAME_schedule (name TEXT COLLATE "C" PRIMARY KEY, spec TEXT NOT NULL, next_at BIGINT NOT NULL)`,
		`CREATE TABLE IF NOT EXISTS TABLE_NAME_once (id TEXT COLLATE "C" PRIMARY KEY, expires BIGINT NOT NULL)`,
	},
	MySQL: {
		// There are no partial indexes, so the state is in front.
		`CREATE TABLE IF NOT EXISTS TABLE_NAME (id VARCHAR(26) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY, kind VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
			queue VARCHAR(50) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, state TINYINT NOT NULL, rank_ms BIGINT NOT NULL, run_at BIGINT NOT NULL, enqueued BIGINT NOT NULL,
			unique_key VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin UNIQUE, group_id VARCHAR(26) CHARACTER SET ascii COLLATE ascii_bin, data MEDIUMBLOB NOT NULL,
			attempt INT NOT NULL DEFAULT 0, failures INT NOT NULL DEFAULT 0, lost INT NOT NULL DEFAULT 0,
			worker VARCHAR(26) CHARACTER SET ascii COLLATE ascii_bin, started BIGINT, progress BLOB, errors MEDIUMBLOB, discard TINYINT NOT NULL DEFAULT 0,
			INDEX TABLE_NAME_ready (state, queue, rank_ms, id), INDEX TABLE_NAME_running (worker), INDEX TABLE_NAME_later (state, run_at))`,
		`CREATE TABLE IF NOT EXISTS TABLE_NAME_end (id VARCHAR(26) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY, kind VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
			queue VARCHAR(50) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, state TINYINT NOT NULL, unique_key VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin,
			group_id VARCHAR(26) CHARACTER SET ascii COLLATE ascii_bin, data MEDIUMBLOB NOT NULL, attempt INT NOT NULL, failures INT NOT NULL, lost INT NOT NULL,
			enqueued BIGINT NOT NULL, started BIGINT, progress BLOB, errors MEDIUMBLOB, result MEDIUMBLOB, ended BIGINT NOT NULL, expires BIGINT NOT NULL,
			INDEX TABLE_NAME_end_expires (expires), INDEX TABLE_NAME_end_state (state, queue))`,
		`CREATE TABLE IF NOT EXISTS TABLE_NAME_worker (id VARCHAR(26) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY, name VARCHAR(100) CHARACTER SET utf8mb4 NOT NULL, seen BIGINT NOT NULL)`,
		`CREATE TABLE IF NOT EXISTS TABLE_NAME_group (id VARCHAR(26) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY, end_id VARCHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
			left_over INT NOT NULL, failed INT NOT NULL, anyway TINYINT NOT NULL)`,
		`CREATE TABLE IF NOT EXISTS TABLE_NAME_schedule (name VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PRIMARY KEY, spec TEXT NOT NULL, next_at BIGINT NOT NULL)`,
		`CREATE TABLE IF NOT EXISTS TABLE_NAME_once (id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY, expires BIGINT NOT NULL)`,
	},
}

// The states of a row.
const (
	taskWaiting = iota
	taskRunning
	taskScheduled
	taskHeld
	taskFinished // in TABLE_NAME_end, as is
	taskDead
)

// taskForever is when dead tasks expire.
const taskForever = 1 << 53
