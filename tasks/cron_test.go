package tasks

import (
	"testing"
	"time"
)

func TestSpec(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin") // +1, from 29 March to 25 October 2026 +2
	if err != nil {
		t.Fatal(err)
	}
	lordHowe, err := time.LoadLocation("Australia/Lord_Howe") // the clocks change by half an hour
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		spec  string
		zone  *time.Location
		after string
		want  []string
	}{
		{"@daily", time.UTC, "2026-11-30T10:00:00Z", []string{"2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z"}},
		{"@hourly", time.UTC, "2026-11-30T10:00:00Z", []string{"2026-11-30T11:00:00Z", "2026-11-30T12:00:00Z"}},
		{"@weekly", time.UTC, "2026-11-30T10:00:00Z", []string{"2026-12-06T00:00:00Z"}},
		{"@monthly", time.UTC, "2026-11-30T10:00:00Z", []string{"2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"}},
		{"@yearly", time.UTC, "2026-11-30T10:00:00Z", []string{"2027-01-01T00:00:00Z"}},
		{"@every 90m", time.UTC, "2026-11-30T10:00:00Z", []string{"2026-11-30T10:30:00Z", "2026-11-30T12:00:00Z"}},
		{"@every 1s", time.UTC, "2026-11-30T10:00:00.5Z", []string{"2026-11-30T10:00:01Z"}},
		{"* * * * *", time.UTC, "2026-11-30T10:00:59.9Z", []string{"2026-11-30T10:01:00Z", "2026-11-30T10:02:00Z"}},
		{"*/15 8-9 * * mon-fri", time.UTC, "2026-11-27T09:40:00Z", []string{"2026-11-27T09:45:00Z", "2026-11-30T08:00:00Z"}},
		{"5,10-12/2 0 * Jan,feb *", time.UTC, "2026-11-30T10:00:00Z", []string{"2027-01-01T00:05:00Z", "2027-01-01T00:10:00Z", "2027-01-01T00:12:00Z", "2027-01-02T00:05:00Z"}},
		{"0 0 * * 7", time.UTC, "2026-11-30T10:00:00Z", []string{"2026-12-06T00:00:00Z"}},
		{"0 0 13 * fri", time.UTC, "2026-11-30T10:00:00Z", []string{"2026-12-04T00:00:00Z", "2026-12-11T00:00:00Z", "2026-12-13T00:00:00Z"}}, // either
		{"0 0 */2 * fri", time.UTC, "2026-11-30T10:00:00Z", []string{"2026-12-11T00:00:00Z", "2026-12-25T00:00:00Z"}},                        // both, as * begins it
		{"0 0 29 2 *", time.UTC, "2026-11-30T10:00:00Z", []string{"2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"}},
		{"30/10 4 1 1 *", time.UTC, "2026-11-30T10:00:00Z", []string{"2027-01-01T04:30:00Z", "2027-01-01T04:40:00Z", "2027-01-01T04:50:00Z", "2028-01-01T04:30:00Z"}},
		// The hour from 2 to 3 does not exist on 29 March.
		{"30 2 * * *", berlin, "2026-03-28T12:00:00+01:00", []string{"2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"}},
		{"0 2 * * *", berlin, "2026-03-28T12:00:00+01:00", []string{"2026-03-29T03:00:00+02:00", "2026-03-30T02:00:00+02:00"}},
		{"0 2,3 * * *", berlin, "2026-03-28T12:00:00+01:00", []string{"2026-03-29T03:00:00+02:00", "2026-03-30T02:00:00+02:00"}},
		{"*/30 * * * *", berlin, "2026-03-29T01:20:00+01:00", []string{"2026-03-29T01:30:00+01:00", "2026-03-29T03:00:00+02:00"}},
		// It comes twice on 25 October.
		{"30 2 * * *", berlin, "2026-10-24T12:00:00+02:00", []string{"2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"}},
		{"30 2 * * *", berlin, "2026-10-25T02:10:00+01:00", []string{"2026-10-26T02:30:00+01:00"}},
		{"*/30 * * * *", berlin, "2026-10-25T02:20:00+02:00", []string{"2026-10-25T02:30:00+02:00", "2026-10-25T02:00:00+01:00", "2026-10-25T02:30:00+01:00", "2026-10-25T03:00:00+01:00"}},
		{"0 12 * * *", berlin, "2026-10-24T13:00:00+02:00", []string{"2026-10-25T12:00:00+01:00"}},
		{"15 2 * * *", lordHowe, "2026-10-03T12:00:00+10:30", []string{"2026-10-04T02:30:00+11:00", "2026-10-05T02:15:00+11:00"}},
		{"45 1 * * *", lordHowe, "2026-04-04T12:00:00+11:00", []string{"2026-04-05T01:45:00+11:00", "2026-04-06T01:45:00+10:30"}},
	} {
		s, err := parseSpec(row.spec, row.zone)
		if err != nil {
			t.Errorf("%s: %v", row.spec, err)
			continue
		}
		at, err := time.Parse(time.RFC3339, row.after)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range row.want {
			if at = s.Next(at); at.Format(time.RFC3339) != want {
				t.Errorf("%s in %s after %s: %s, want %s", row.spec, row.zone, row.after, at.Format(time.RFC3339), want)
				break
			}
		}
	}
}

func TestSpecErrors(t *testing.T) {
	for spec, want := range map[string]string{
		"":                "it has 0 fields; there are five: minute, hour, day, month and day of the week",
		"* * * *":         "it has 4 fields; there are five: minute, hour, day, month and day of the week",
		"60 * * * *":      `the minute "60": "60" is not between 0 and 59`,
		"* 24 * * *":      `the hour "24": "24" is not between 0 and 23`,
		"* * 0 * *":       `the day "0": "0" is not between 1 and 31`,
		"* * * 13 *":      `the month "13": "13" is not between 1 and 12`,
		"* * * foo *":     `the month "foo": "foo" is not between 1 and 12`,
		"* * * * 8":       `the day of the week "8": "8" is not between 0 and 7`,
		"5-1 * * * *":     `the minute "5-1": "5-1" runs backwards`,
		"*/0 * * * *":     `the minute "*/0": the step "0" is not between 1 and 59`,
		"-1 * * * *":      `the minute "-1": "" is not between 0 and 59`,
		"1, * * * *":      `the minute "1,": "" is not between 0 and 59`,
		"0 0 30 2 *":      "there is no such day",
		"@often":          `"@often" is none of @hourly, @daily, @weekly, @monthly, @yearly and @every DURATION`,
		"@every 1.5s":     `"1.5s" is no duration of whole seconds, such as 90m`,
		"@every -1m":      `"-1m" is no duration of whole seconds, such as 90m`,
		"@every tomorrow": `"tomorrow" is no duration of whole seconds, such as 90m`,
	} {
		if _, err := parseSpec(spec, time.UTC); err == nil || err.Error() != want {
			t.Errorf("%q: %v", spec, err)
		}
	}
}

// FuzzSpec: what is read is due at a time that the fields name, later than the one before, and at none between them.
func FuzzSpec(f *testing.F) {
	for _, s := range []string{"* * * * *", "0 3 * * *", "*/7 1-5 1,15 jan-mar fri", "59 23 31 12 7", "@daily", "@every 90s", "0 0 29 2 *", "1/2 */5 */3 * *"} {
		f.Add(s, int64(1_800_000_000))
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		f.Skip(err)
	}
	f.Fuzz(func(t *testing.T, text string, unix int64) {
		s, err := parseSpec(text, berlin)
		if err != nil || unix < 0 || unix > 4_000_000_000 {
			return
		}
		at := time.Unix(unix, 0)
		next := s.Next(at)
		if !next.After(at) {
			t.Fatalf("%q after %s is %s", text, at, next)
		}
		if s.every > 0 {
			return
		}
		at = at.In(berlin)
		shown := func(m time.Time) bool {
			return s.onDay(m) && s.hour>>m.Hour()&1 == 1 && s.minute>>m.Minute()&1 == 1 && m.Second() == 0
		}
		_, before := next.Add(-time.Minute).Zone()
		if _, after := next.Zone(); !shown(next) && before == after {
			t.Fatalf("%q after %s is %s, which it does not name", text, at, next)
		}
		for m, n := at.Truncate(time.Minute).Add(time.Minute), 0; m.Before(next) && n < 3000; m, n = m.Add(time.Minute), n+1 {
			_, before := m.Add(-2 * time.Hour).Zone() // what comes twice may be due the first time alone
			if _, now := m.Zone(); shown(m) && before == now {
				t.Fatalf("%q after %s is %s, and not %s", text, at, next, m)
			}
		}
	})
}
