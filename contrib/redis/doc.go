// Package redis gives a Dewar application Redis: one client for everything that
// uses it, stores of sessions, logins, rate limits and the cache, and a broker of tasks. It works with Redis 6.2
// and newer and with Valkey.
//
//	server := redis.New(redis.Config{URL: cfg.RedisURL})
//	app := dewar.New(dewar.Config{
//		Session: dewar.SessionConfig{Store: server.Sessions(session.ServerOptions{})},
//	})
//	app.Extend(server)
//	app.Extend(limit.New(limit.Options{Store: server.Limits(""), Default: "50/hour"}))
//
// # URLs
//
//	redis://127.0.0.1:6379/0
//	rediss://user:password@redis.example.com:6380/0     TLS, the certificate is verified
//	unix:///run/redis/redis.sock?db=1
//
// User name and password are those of Redis's access control lists; special
// characters in them are percent-encoded. No message of this package holds the
// password. Without TLS whoever is on the way reads and changes sessions: use
// redis:// on this machine or in a network of your own, rediss:// elsewhere. The
// security check reports a plain connection to another machine.
//
// A user for the sessions alone needs these rights:
//
//	ACL SETUSER shop on >password ~session:* +@connection +hget +hmget +hgetall +del +zrange +zrem +evalsha +eval +hset +pexpireat +zadd +zremrangebyscore
//
// and one for rate limits as well, these:
//
//	~LIMITER/* +get +set +pttl +pexpire +incrby +decrby +time
//
// and one for logins the first ones, with the keys ~login:*.
//
// # Start and failures
//
// The start of the app fails, with one line that says what to do, when Redis
// does not answer. Later on, a Redis that is down is a 503 for whoever has a
// session, until it is back: nobody is taken for a visitor, or for somebody
// else. [session.ServerOptions.AnonymousWhenDown] chooses otherwise. Rate limits
// are counted in each process's memory meanwhile, which the log says; see package
// limit.
//
// # What is stored
//
// A session is a hash under "session:" and the SHA-256 of its id, so that
// whoever reads Redis cannot send an id that is accepted; the values are JSON,
// and nothing in them is ever run. It goes away by itself when it expires. Each
// user has a sorted set of these hashes under "session:user:", for the lists
// that the store makes. Each write is one script, and so atomic. Redis Cluster
// is not supported.
//
// The counters of rate limits are Flask-Limiter's for fixed windows, a number
// that expires with its window, and one short text for the other strategies; see
// [Server.Limits].
//
// Logins, remember tokens and API keys are hashes under "login:", with the lists
// of each user beside them; see [Server.Logins]. They hold no secret.
//
// # Tasks
//
//	queue := tasks.NewQueue(tasks.Config{Broker: server.Tasks("")})
//
// [Server.Tasks] can do all that brokers of tasks can, except to be part of a
// database's transaction: contrib/db's Outbox adds that. A task is a hash under
// "{tasks}:t:". Waiting ones are in a sorted set per queue, by rank, so that a
// low priority is late and never forgotten; later ones in another by time.
// Everything goes by Redis's clock, and every step is one script. A worker's
// lease is one score, which it renews every five seconds; each end of a task is
// checked against the worker and the attempt. A finished task is deleted, or
// expires with its result.
//
// Redis answers from memory. For tasks that outlive a crash set appendonly yes,
// appendfsync always and maxmemory-policy noeviction; the first worker of a
// process says in the log what is missing. A replica that takes over may lack
// the last tasks whatever the setting. A user for tasks needs these rights:
//
//	~{tasks}:* &{tasks}:wake +@connection +eval +evalsha +time +publish +subscribe +exists +del +pexpire +@hash +@set +@sortedset +config|get
//
// # Persistence
//
// Sessions live as long as Redis keeps them: configure persistence (appendonly)
// if a restart must not sign everybody out, and a maxmemory-policy of
// noeviction or one of the volatile ones.
package redis
