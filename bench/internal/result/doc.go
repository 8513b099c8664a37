// Package result is the form in which every suite of bench/ keeps what it
// measured: one JSON file a suite, the same shape for all, so that one command
// compares two of them and one command draws them.
//
// # The shape
//
//	{
//	  "suite": "router",
//	  "time": "2026-01-31T12:00:00Z",
//	  "quick": false,
//	  "machine": {"cpu": "…", "cores": 2, "go": "go1.26.8", "os": "linux/amd64", "kernel": "6.18.1"},
//	  "rows": [
//	    {"case": "10,000 rules, miss", "subject": "gin", "unit": "ns",
//	     "median": 130.5, "min": 128, "max": 141,
//	     "base": "dewar", "ratio": 1.4, "ratio_min": 1.3, "ratio_max": 1.5,
//	     "bytes": 0, "allocs": 0, "samples": [128, 130.5, 141], "ratios": [1.3, 1.4, 1.5]}
//	  ]
//	}
//
// A row is one figure of one subject in one case. What has several figures, such
// as a throughput and a latency, has several rows that differ in the unit. On a
// curve the rows of a case differ in x.
//
// # Ratios
//
// On a shared machine a time means little by itself. Subjects take turns, once
// a round, and a ratio is made within a round: the subject's figure divided by
// the base's of the same round. The row keeps the median of these ratios and
// their extremes.
//
// # In a suite
//
//	set := result.New("router")
//	for round := range rounds {
//		for _, s := range result.Turn(subjects, round) { // nobody is always first
//			set.Bench("static", s.name, testing.Benchmark(s.run))
//		}
//	}
//	set.Base("dewar")
//	err := set.Finish(*jsonFile) // prints the tables, writes the file if one is named
package result
