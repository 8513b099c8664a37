package redis

import (
	goredis "github.com/redis/go-redis/v9"

	"github.com/dewar-go/dewar/limit"
)

// luaHead begins all scripts. Numbers in Lua are doubles, exact up to 2^53. That is enough for microseconds since 1970
// and not for nanoseconds. As text they have 14 digits unless a format is given.
const luaHead = `
local s, us, cost, amount, window = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local mark_s, mark_ns = tonumber(ARGV[6]), tonumber(ARGV[7])
local key = KEYS[1]
if not s then
	local t = redis.call('TIME')
	s, us = tonumber(t[1]), tonumber(t[2])
end
local ns = us * 1000
local function save(value, ms) redis.call('SET', key, value, 'PX', string.format('%.0f', math.max(1, math.ceil(ms)))) end
`

// luaSliding reads a counter of two windows and moves it to now. The value is "start count before", with start in
// microseconds.
const luaSliding = luaHead + `
local now = s * 1000000 + us
local start = now - math.fmod(now, window)
local count, before = 0, 0
local stored, c, b = string.match(redis.call('GET', key) or '', '^(%d+) (%d+) (%d+)$')
if stored then
	stored = tonumber(stored)
	if stored == start - window then
		before = tonumber(c)
	elseif stored >= start then -- later only when a clock was set back
		count, before = tonumber(c), tonumber(b)
	end
end
local function save_counts()
	local over = start + window
	if count > 0 then over = over + window end
	save(string.format('%.0f %.0f %.0f', start, count, before), (over - now) / 1000)
end
`

// luaGCRA reads the time when everything charged has flowed off, "seconds nanoseconds". It limits the time to between
// now and one burst ahead.
const luaGCRA = luaHead + `
local charge_s, charge_ns, burst_s, burst_ns = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10]), tonumber(ARGV[11])
local function less(as, an, bs, bn) return as < bs or as == bs and an < bn end
local function add(as, an, bs, bn)
	local n = an + bn
	if n >= 1000000000 then return as + bs + 1, n - 1000000000 end
	return as + bs, n
end
local function subtract(as, an, bs, bn)
	if an < bn then return as - bs - 1, an - bn + 1000000000 end
	return as - bs, an - bn
end
local at_s, at_ns = s, ns
local limit_s, limit_ns = add(s, ns, burst_s, burst_ns)
local stored_s, stored_ns = string.match(redis.call('GET', key) or '', '^(%d+) (%d+)$')
if stored_s then
	stored_s, stored_ns = tonumber(stored_s), tonumber(stored_ns)
	if less(limit_s, limit_ns, stored_s, stored_ns) then
		at_s, at_ns = limit_s, limit_ns
	elseif less(s, ns, stored_s, stored_ns) then
		at_s, at_ns = stored_s, stored_ns
	end
end
local function save_time()
	local ds, dn = subtract(at_s, at_ns, s, ns)
	save(string.format('%.0f %.0f', at_s, at_ns), ds * 1000 + dn / 1000000)
end
`

// takeScripts charge a cost when it fits. They return the clock (seconds, nanoseconds), the counter's time in the same
// form, its two counts, and whether the cost was charged.
var takeScripts = [...]*goredis.Script{
	// The value is the count. The window ends when the key expires. A key without an expiry, or with one after the
	// window's end, gets the window's.
	limit.FixedWindow: goredis.NewScript(luaHead + `
window = math.ceil(window / 1000)
local value, ttl = redis.call('GET', key), redis.call('PTTL', key)
local count, charged, expire = tonumber(value) or 0, 0, ttl < 0 or ttl > window
if expire then ttl = window end
if cost <= amount - count then
	charged = 1
	if cost > 0 then
		count = redis.call('INCRBY', key, ARGV[3])
	elseif not value then
		ttl = 0
	end
end
if expire then redis.call('PEXPIRE', key, string.format('%.0f', window)) end
local at_us = us + math.fmod(ttl, 1000) * 1000
local at_s = s + math.floor(ttl / 1000) + math.floor(at_us / 1000000)
return {s, ns, at_s, math.fmod(at_us, 1000000) * 1000, count, 0, charged}`),

	limit.SlidingWindow: goredis.NewScript(luaSliding + `
local used = count
if before > 0 then
	-- The part of the window before that still counts, rounded up: before *
	-- left / window bit by bit, since the product has no place in a double.
	local left, part, rest, bit, n = start + window - now, 0, 0, 1, before
	while bit * 2 <= before do bit = bit * 2 end
	while bit >= 1 do
		part, rest = part * 2, rest * 2
		if rest >= window then part, rest = part + 1, rest - window end
		if n >= bit then
			n, rest = n - bit, rest + left
			if rest >= window then part, rest = part + 1, rest - window end
		end
		bit = bit / 2
	end
	if rest > 0 then part = part + 1 end
	used = used + part
end
local charged = 0
if cost <= amount - used then
	charged = 1
	if cost > 0 then
		count = count + cost
		save_counts()
	end
end
return {s, ns, math.floor(start / 1000000), math.fmod(start, 1000000) * 1000, count, before, charged}`),

	limit.GCRA: goredis.NewScript(luaGCRA + `
local next_s, next_ns = add(at_s, at_ns, charge_s, charge_ns)
local charged = 0
if cost <= amount and not less(limit_s, limit_ns, next_s, next_ns) then
	charged = 1
	if cost > 0 then
		at_s, at_ns = next_s, next_ns
		save_time()
	end
end
return {s, ns, at_s, at_ns, 0, 0, charged}`),
}

// giveScripts take a charge back. The mark is the counter's time at the charge.
var giveScripts = [...]*goredis.Script{
	// The windows of a key end at least one window apart, so a mark less than half a window away belongs to this one.
	// Between two scripts the end moves a little, because an expiry has milliseconds and the clock microseconds.
	limit.FixedWindow: goredis.NewScript(luaHead + `
local count, ttl = tonumber(redis.call('GET', key)) or 0, redis.call('PTTL', key)
local apart = (s - mark_s) * 1000 + (ns - mark_ns) / 1000000 + ttl
if count > 0 and ttl > 0 and math.abs(apart) < window / 2000 then
	redis.call('DECRBY', key, string.format('%.0f', math.min(cost, count)))
end
return 1`),

	limit.SlidingWindow: goredis.NewScript(luaSliding + `
local mark = mark_s * 1000000 + mark_ns / 1000
if start == mark then
	count = math.max(0, count - cost)
elseif start == mark + window then
	before = math.max(0, before - cost)
else
	return 0
end
save_counts()
return 1`),

	// What has flowed off since the charge was let through already.
	limit.GCRA: goredis.NewScript(luaGCRA + `
if not less(s, ns, mark_s, mark_ns) then return 0 end
local back_s, back_ns = subtract(mark_s, mark_ns, s, ns)
if less(charge_s, charge_ns, back_s, back_ns) then back_s, back_ns = charge_s, charge_ns end
at_s, at_ns = subtract(at_s, at_ns, back_s, back_ns)
if less(at_s, at_ns, s, ns) then at_s, at_ns = s, ns end
save_time()
return 1`),
}
