// Package tasks does work behind the request, after it, and at given times: mails, reports, calls of other services. The
// database that an application has already keeps the tasks, so that nothing else need run; other brokers take its place
// by one setting.
//
//	queue := tasks.NewQueue(tasks.Config{Broker: database.Tasks()})
//	send := tasks.New(queue, "send welcome", func(ctx context.Context, to Welcome) error {
//		…
//	})
//	app.Extend(database, queue)
//
//	func signUp(c *dewar.Context) error {
//		…
//		_, err := send.Enqueue(c, Welcome{User: id})
//		return err
//	}
//
// # What is certain
//
// A task that was accepted is run until it succeeds, is dead, or is discarded. Where the broker is the database, a task
// of a request is accepted exactly when the request's transaction is committed: there is none for work that was rolled
// back, and none is lost for work that was done.
//
// A task may run more than once. When a worker dies, or is cut off from the broker, what it ran is run by another,
// within 35 seconds, and the first may have done half of it, or all but the last word. So make handlers safe to repeat:
//
//   - For what is in the database, call [Once] in the handler's transaction.
//   - For another service, send the task's ID as the Idempotency-Key; for a mail, as the Message-ID. [Current] has it.
//
// A task that is alive is never given to another worker, however long it takes: workers renew their lease, and a worker
// that cannot ends its tasks before others may have them. What an attempt that is over says is not heard.
//
// # Arguments
//
// They are JSON, at most 64 KiB; give a task ids, and no secrets: whoever reads the database reads them. Tasks outlive
// deployments, so a handler gets arguments that an older binary wrote: fields that are new are zero, fields that are
// gone are left out. Where that is not enough, raise Settings.Version and give Settings.Upgrade. A task for a newer
// version than the binary knows, or of a kind that it does not know, waits for another binary; of an unknown kind an
// hour at most.
//
// # Errors
//
// A handler that returns an error or panics has failed. The task waits, longer each time, and is dead after
// Settings.MaxAttempts: kept, with its last five errors, for somebody to replay or discard. [Fatal] buries at once,
// [RetryAfter] chooses the time, [Snooze] does not count. A worker that dies does not count as a failure of the task, but
// a task whose workers died three times is dead too: it may be what kills them.
//
// # Queues and priorities
//
// A queue is a name, such as mail, that workers choose by. Each queue has its share of a worker by weight. Within a
// queue, tasks run in the order they are due, and a [Priority] moves them forward or back by 30 seconds a level, so that
// none waits for ever.
//
// # Workers
//
// The serving process runs Config.Workers tasks at a time, which is enough for a small site. For more, set it to -1 and
// run any number of workers, with the command worker or with [Queue.Work]:
//
//	shop worker --queues mail=3,default --concurrency 8
//
// On SIGTERM a worker takes no more, lets running tasks end, and gives
// back what does not in time, with no attempt counted.
//
// A context is how a handler hears that it must end. One that ignores it loses its place after half a minute, and a
// worker with too many of them ends with an error, for its supervisor to start it anew.
//
// [Queue.Pages] shows the queues to those who may see them. The commands tasks stats, list, show, replay and discard do by hand what there is to do.
//
// # Groups and schedules
//
// [Queue.Group] runs a task when all others of a group have ended. [Queue.Every] runs tasks periodically, once for all
// processes.
//
// # Tests
//
// [Memory] is a broker without a database, and [Queue.RunDue] runs what is due in the calling goroutine. Set
// Config.Workers to -1, so that nothing runs by itself.
package tasks
