package redis

import (
	"encoding/json"
	"strconv"
	"strings"

	goredis "github.com/redis/go-redis/v9"

	"github.com/dewar-go/dewar/tasks"
)

// taskScript makes a script of the functions that all share and its own body. KEYS[1] is the prefix with the key that
// places all others, as they have the same hash tag.
//
// A task is a hash. Beside it its id is in the set of its state and queue (i:), if it waits in ready (r:) by rank, if it
// is scheduled in later by due time, and if it runs in the set of its worker's session (run:).
func taskScript(body string) *goredis.Script {
	text, _ := json.Marshal(tasks.GroupFailed(987654)) // a string is always JSON
	lost, _ := json.Marshal(tasks.LostWorker)
	return goredis.NewScript(strings.NewReplacer("$GROUPFAILED", luaText(text), "$LOST", luaText(lost), "$AGEING", strconv.FormatInt(tasks.Ageing.Milliseconds(), 10),
		"$KEPT", strconv.Itoa(tasks.KeptErrors), "$MAXLOST", strconv.Itoa(tasks.MaxLost), "$DEAD", strconv.FormatInt(tasks.DeadAfter.Milliseconds(), 10)).Replace(taskPrelude + body))
}

func luaText(s []byte) string { return "[==[" + string(s) + "]==]" }

const taskPrelude = `
local p = KEYS[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function get(id, f) return redis.call('HGET', p .. 't:' .. id, f) or '' end
local function num(v) return string.format('%.0f', v) end

-- leave takes the id out of where its state has it.
local function leave(id)
  local queue, state, worker = get(id, 'queue'), get(id, 'state'), get(id, 'worker')
  redis.call('ZREM', p .. 'i:' .. state .. ':' .. queue, id)
  if state == 'waiting' then redis.call('ZREM', p .. 'r:' .. queue, id)
  elseif state == 'scheduled' then redis.call('ZREM', p .. 'later', id)
  elseif state == 'running' then redis.call('SREM', p .. 'run:' .. worker, id) end
  return queue
end

local function enter(id, queue, state)
  redis.call('HSET', p .. 't:' .. id, 'state', state, 'worker', '')
  redis.call('ZADD', p .. 'i:' .. state .. ':' .. queue, 0, id)
end

-- put makes the task wait, until at if that is later.
local function put(id, at)
  local queue = leave(id)
  redis.call('HDEL', p .. 't:' .. id, 'discard')
  redis.call('HSET', p .. 't:' .. id, 'due', num(at))
  if at > now then
    enter(id, queue, 'scheduled')
    redis.call('ZADD', p .. 'later', num(at), id)
    return
  end
  enter(id, queue, 'waiting')
  local rank = math.max(at, tonumber(get(id, 'enqueued'))) + get(id, 'priority') * $AGEING
  redis.call('ZADD', p .. 'r:' .. queue, num(rank), id)
end

local function wake() redis.call('PUBLISH', p .. 'wake', '') end

local function fail(id, text)
  local list = {}
  for line in string.gmatch(get(id, 'errors'), '[^\n]+') do list[#list + 1] = line end
  list[#list + 1] = '{"attempt":' .. get(id, 'attempt') .. ',"at":' .. num(now) .. ',"error":' .. text .. '}'
  if #list > $KEPT then table.remove(list, 1) end
  redis.call('HSET', p .. 't:' .. id, 'errors', table.concat(list, '\n'))
end

-- left notes that a task is done, dead or gone.
local left
local function bury(id, text)
  fail(id, text)
  enter(id, leave(id), 'dead')
  redis.call('HSET', p .. 't:' .. id, 'ended', num(now))
  left(id, true)
end

local function endgroup(key)
  local g = redis.call('HMGET', key, 'end', 'failed', 'anyway')
  redis.call('DEL', key)
  if get(g[1], 'state') ~= 'held' then return end
  if tonumber(g[2]) > 0 and g[3] ~= '1' then
    bury(g[1], (string.gsub($GROUPFAILED, '987654', g[2])))
  else
    put(g[1], tonumber(get(g[1], 'due')))
    wake()
  end
end

left = function(id, failed)
  local unique, group = get(id, 'unique'), get(id, 'group')
  if unique ~= '' and redis.call('HGET', p .. 'u', unique) == id then redis.call('HDEL', p .. 'u', unique) end
  local key = p .. 'g:' .. group
  if group == '' or redis.call('EXISTS', key) == 0 or redis.call('HGET', key, 'end') == id then return end
  if failed then redis.call('HINCRBY', key, 'failed', 1) end
  if redis.call('HINCRBY', key, 'left', -1) <= 0 then endgroup(key) end
end

local function drop(id)
  local state = get(id, 'state')
  leave(id)
  if state ~= 'dead' then left(id, true) end
  redis.call('DEL', p .. 't:' .. id)
end

-- add keeps the task whose fields begin at ARGV[i]. One that is there already is the repetition of a lost answer.
local function add(i, held)
  local id, queue, unique = ARGV[i], ARGV[i + 2], ARGV[i + 4]
  if redis.call('EXISTS', p .. 't:' .. id) == 1 then return 1 end
  if unique ~= '' then
    if redis.call('HEXISTS', p .. 'u', unique) == 1 then return 0 end
    redis.call('HSET', p .. 'u', unique, id)
  end
  redis.call('SADD', p .. 'q', queue)
  redis.call('HSET', p .. 't:' .. id, 'e', ARGV[i + 1], 'queue', queue, 'priority', ARGV[i + 3], 'unique', unique, 'group', ARGV[i + 5],
    'due', ARGV[i + 6], 'enqueued', ARGV[i + 7], 'attempt', 0, 'failures', 0, 'lost', 0)
  if held then enter(id, queue, 'held') else put(id, tonumber(ARGV[i + 6])) end
  return 1
end

local function mine(id, session, attempt)
  local t = redis.call('HMGET', p .. 't:' .. id, 'state', 'worker', 'attempt')
  return t[1] == 'running' and t[2] == session and t[3] == attempt
end
`

// taskFields is how many arguments add takes.
const taskFields = 8

var (
	taskEnqueue = taskScript(`
local out = {}
for i = 1, #ARGV, 8 do out[#out + 1] = add(i, false) end
wake()
return out`)

	// ARGV: the group, anyway, the end's fields, the members'.
	taskGroup = taskScript(`
local out, key, n = {}, p .. 'g:' .. ARGV[1], 0
if redis.call('EXISTS', p .. 't:' .. ARGV[3]) == 1 then return out end
add(3, true)
redis.call('HSET', key, 'end', ARGV[3], 'anyway', ARGV[2], 'failed', 0)
for i = 11, #ARGV, 8 do
  out[#out + 1] = add(i, false)
  n = n + out[#out]
end
redis.call('HSET', key, 'left', n)
if n == 0 then endgroup(key) end
wake()
return out`)

	// ARGV: name, spec, the time seen, the next, the fields of a task.
	taskAdvance = taskScript(`
if (redis.call('HGET', p .. 'next', ARGV[1]) or '') ~= ARGV[3] then return 0 end
redis.call('HSET', p .. 'next', ARGV[1], ARGV[4])
redis.call('HSET', p .. 'spec', ARGV[1], ARGV[2])
if #ARGV > 4 then add(5, false) wake() end
return 1`)

	// ARGV: session, name.
	taskJoin = taskScript(`
redis.call('ZADD', p .. 'w', num(now), ARGV[1])
redis.call('HSET', p .. 'wn', ARGV[1], ARGV[2])
return 1`)

	// ARGV: session, how many, the queues. It returns how long until the next is due, and the tasks.
	taskClaim = taskScript(`
local beaten = redis.call('ZSCORE', p .. 'w', ARGV[1])
if not beaten or now - beaten > $DEAD then return false end
for _, id in ipairs(redis.call('ZRANGEBYSCORE', p .. 'later', '-inf', num(now), 'LIMIT', 0, 500)) do put(id, tonumber(get(id, 'due'))) end
local n, out = tonumber(ARGV[2]), {0}
for i = 3, #ARGV do
  if n > 0 then
    local got = redis.call('ZPOPMIN', p .. 'r:' .. ARGV[i], n)
    for j = 1, #got, 2 do
      local id = got[j]
      local key = p .. 't:' .. id
      enter(id, leave(id), 'running')
      redis.call('HSET', key, 'worker', ARGV[1], 'started', num(now))
      redis.call('HINCRBY', key, 'attempt', 1)
      redis.call('SADD', p .. 'run:' .. ARGV[1], id)
      local t = redis.call('HMGET', key, 'e', 'attempt', 'failures', 'lost')
      for k = 1, 4 do out[#out + 1] = t[k] end
      n = n - 1
    end
  end
end
local first = redis.call('ZRANGE', p .. 'later', 0, 0, 'WITHSCORES')
out[1] = first[2] and math.max(1, first[2] - now) or 3600000
return out`)

	// ARGV: session, id, attempt, verdict, after, error, result, keep.
	taskSettle = taskScript(`
local id, key, verdict = ARGV[2], p .. 't:' .. ARGV[2], ARGV[4]
if not mine(id, ARGV[1], ARGV[3]) then return 0 end
if verdict ~= '1' and get(id, 'discard') ~= '' then verdict = '5' end
if verdict == '1' then
  local queue, keep = leave(id), tonumber(ARGV[8])
  left(id, false)
  if keep > 0 then
    enter(id, queue, 'finished')
    redis.call('HSET', key, 'ended', num(now), 'result', ARGV[7])
    redis.call('PEXPIRE', key, num(keep))
    redis.call('ZADD', p .. 'finished', num(now + keep), queue .. ':' .. id)
  else
    redis.call('DEL', key)
  end
elseif verdict == '5' then drop(id)
else
  if verdict ~= '3' then redis.call('HINCRBY', key, 'failures', 1) end
  if verdict == '4' then bury(id, ARGV[6]) return 1 end
  if verdict == '2' then fail(id, ARGV[6]) end
  put(id, now + ARGV[5])
  wake()
end
return 1`)

	taskProgress = taskScript(`
if not mine(ARGV[2], ARGV[1], ARGV[3]) then return 0 end
redis.call('HSET', p .. 't:' .. ARGV[2], 'progress', ARGV[4])
return 1`)

	// ARGV: session. It returns false for a dead one, or id, attempt and discard of what it holds.
	taskBeat = taskScript(`
for _, dead in ipairs(redis.call('ZRANGEBYSCORE', p .. 'w', '-inf', num(now - $DEAD), 'LIMIT', 0, 10)) do
  for _, id in ipairs(redis.call('SPOP', p .. 'run:' .. dead, 500)) do
    if get(id, 'state') == 'running' and get(id, 'worker') == dead then
      if redis.call('HINCRBY', p .. 't:' .. id, 'lost', 1) >= $MAXLOST then bury(id, $LOST)
      elseif get(id, 'discard') ~= '' then drop(id)
      else fail(id, $LOST) put(id, 0) end
    end
  end
  if redis.call('EXISTS', p .. 'run:' .. dead) == 0 then
    redis.call('ZREM', p .. 'w', dead)
    redis.call('HDEL', p .. 'wn', dead)
  end
  wake()
end
for _, m in ipairs(redis.call('ZRANGEBYSCORE', p .. 'finished', '-inf', num(now), 'LIMIT', 0, 1000)) do
  local queue, id = string.match(m, '^(.*):(.*)$')
  redis.call('ZREM', p .. 'finished', m)
  redis.call('ZREM', p .. 'i:finished:' .. queue, id)
end
local beaten = redis.call('ZSCORE', p .. 'w', ARGV[1])
if not beaten or now - beaten > $DEAD then return false end
redis.call('ZADD', p .. 'w', num(now), ARGV[1])
local out = {}
for _, id in ipairs(redis.call('SMEMBERS', p .. 'run:' .. ARGV[1])) do
  out[#out + 1] = id
  out[#out + 1] = get(id, 'attempt')
  out[#out + 1] = get(id, 'discard')
end
return out`)

	// ARGV: session.
	taskLeave = taskScript(`
for _, id in ipairs(redis.call('SMEMBERS', p .. 'run:' .. ARGV[1])) do
  if get(id, 'discard') ~= '' then drop(id) else put(id, 0) end
end
redis.call('ZREM', p .. 'w', ARGV[1])
redis.call('HDEL', p .. 'wn', ARGV[1])
wake()
return 1`)

	taskReplay = taskScript(`
local id, unique = ARGV[1], get(ARGV[1], 'unique')
if get(id, 'state') ~= 'dead' then return 0 end
if unique ~= '' and redis.call('HSETNX', p .. 'u', unique, id) == 0 then return 2 end
redis.call('HSET', p .. 't:' .. id, 'failures', 0, 'lost', 0, 'ended', '')
put(id, 0)
wake()
return 1`)

	taskDiscard = taskScript(`
local state = get(ARGV[1], 'state')
if state == '' or state == 'finished' then return 0 end
if state == 'running' then redis.call('HSET', p .. 't:' .. ARGV[1], 'discard', 1) else drop(ARGV[1]) end
return 1`)
)
