-- The accounts of budgets, in Redis: ARGV[1] names a command, which is one step.
-- The states and their transitions stand in docs/decisions/0022-gate-and-ledger.md.
--
-- KEYS[1] holds the workers; four keys more are an account, and a command may be about several:
-- 1. a hash. What was read of the ledger: `spent`, `waiting` (the sum of its unsettled rows),
--    `reading` (the token of that reading) and `read_at`. What is not in the ledger yet: `o:<call
--    id>` for each call, as "kind amount reading", and the sums `reserved` (kind r, an estimate)
--    and `certain` (kind c, the cost of a call that has ended). The reading of a call is that of
--    the account when it was known to lack the call's cost; "-" when nobody knows. `opening` is
--    the token of a reading under way.
-- 2. a sorted set: when the lease of each of those calls ends.
-- 3. a hash: the estimate of each unsettled row.
-- 4. a hash: what was booked while a reading was under way, as "settled amount".
--
-- Amounts are nano-dollars, times milliseconds by Redis' clock.

local KEEP_S = 172800
local UNKNOWN, ADMITTED, EXHAUSTED, WAITING, INCOMPLETE = -1, 0, 1, 2, 3
local SUMS = {r = 'reserved', c = 'certain'}
local workers = KEYS[1]
local account, leases, unsettled, booked
local commands = {}

-- Do something with each account; return what it returns.
local function each(work)
  local replies = {}
  for n = 1, (#KEYS - 1) / 4 do
    account, leases, unsettled, booked = unpack(KEYS, 4 * n - 2, 4 * n + 1)
    replies[n] = work(n)
  end
  return replies
end

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function field(name) return redis.call('HGET', account, name) end
local function number(name) return tonumber(field(name) or '0') end

local function add(name, amount)
  if amount ~= 0 then redis.call('HINCRBY', account, name, string.format('%.0f', amount)) end
end

local function keep()
  for _, key in ipairs({account, leases, unsettled, booked}) do redis.call('EXPIRE', key, KEEP_S) end
end

local function find(id)
  local value = field('o:' .. id)
  if value then return string.match(value, '^(%a) (%-?%d+) (%S+)$') end
end

local function drop(id)
  local kind, amount = find(id)
  if kind then
    redis.call('HDEL', account, 'o:' .. id)
    add(SUMS[kind], -tonumber(amount))
  end
  redis.call('ZREM', leases, id)
end

local function put(id, kind, amount, reading, ends_at)
  drop(id)
  redis.call('HSET', account, 'o:' .. id, kind .. ' ' .. amount .. ' ' .. reading)
  add(SUMS[kind], tonumber(amount))
  redis.call('ZADD', leases, ends_at, id)
end

local function drop_ended(at)
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', leases, '-inf', at)) do drop(id) end
end

local function add_unsettled(id, amount)
  redis.call('HSET', unsettled, id, amount)
  add('waiting', tonumber(amount))
end

-- What was read is not right any more, nor what is being read; calls under way stay.
local function forget()
  redis.call('HDEL', account, 'spent', 'waiting', 'reading', 'read_at', 'opening')
  redis.call('DEL', unsettled, booked)
end

local function list_calls()
  local ids = {}
  for _, name in ipairs(redis.call('HKEYS', account)) do
    if string.sub(name, 1, 2) == 'o:' then ids[#ids + 1] = string.sub(name, 3) end
  end
  return ids
end

-- The account's number, and the token of the reading under way, or of one that begins; then the
-- calls not in the ledger yet.
local function begin_reading(n, token)
  if redis.call('HSETNX', account, 'opening', token) == 1 then redis.call('DEL', booked) end
  keep()
  local reply = list_calls()
  table.insert(reply, 1, field('opening'))
  table.insert(reply, 1, n)
  table.insert(reply, 1, UNKNOWN)
  return reply
end

-- call id, amount, lease, token, how many workers must be there, then the limit of each account
-- -> a verdict, and the number of the account that it is about; with ADMITTED how old the reading
-- of each is; with UNKNOWN what `begin_reading` says. INCOMPLETE: Redis was away or lost its data,
-- and some worker has not registered its calls again
function commands.reserve(id, amount, lease, token, expected)
  local at, unknown, exhausted, waiting = now(), nil, nil, nil
  if redis.call('ZCOUNT', workers, at, '+inf') < tonumber(expected) then return {INCOMPLETE, 1} end
  each(function(n)
    drop_ended(at)
    local spent, limit = tonumber(field('spent')), tonumber(ARGV[6 + n])
    if not spent then
      unknown = unknown or begin_reading(n, token)
      return
    end
    spent = spent + number('certain')
    if spent >= limit then
      exhausted = exhausted or n
    elseif spent + number('reserved') + number('waiting') >= limit then
      waiting = waiting or n
    end
  end)
  if unknown then return unknown end
  if exhausted then return {EXHAUSTED, exhausted} end
  if waiting then return {WAITING, waiting} end
  local ages = each(function()
    put(id, 'r', amount, field('reading'), at + lease)
    keep()
    return at - number('read_at')
  end)
  return {ADMITTED, 1, unpack(ages)}
end

-- token -> what `begin_reading` says, of an account that may be known already
function commands.read_again(token)
  return each(function(n) return begin_reading(n, token) end)[1]
end

-- What a reading says of calls; nothing of those that began after it, unless they are recent.
local function parse_reading()
  local at, rows, settled, asked = 5, {}, {}, {}
  local function list(step, take)
    local first = at + 1
    at = first + ARGV[at]
    for n = first, at - 1, step do take(ARGV[n], ARGV[n + 1]) end
  end
  list(2, function(id, amount) rows[id] = amount end)
  list(1, function(id) settled[id] = true end)
  list(1, function(id) asked[id] = true end)
  return rows, settled, asked
end

-- token, spent, the first id of recent calls, then three lists, each after its length: id and
-- amount of each unsettled row, ids of calls whose settled row was read, ids that were asked about
-- -> 0: somebody was faster, or something was booked meanwhile that may have been read or not, and
-- the reading is worth nothing
local function open(token, spent, recent_from)
  if field('opening') ~= token then return 0 end
  local rows, settled, asked = parse_reading()
  local function lacks(id)
    return not rows[id] and not settled[id] and (asked[id] or id >= recent_from)
  end
  local meanwhile = redis.call('HGETALL', booked)
  for n = 1, #meanwhile, 2 do
    local id = meanwhile[n]
    if not (rows[id] or settled[id] or lacks(id)) then
      redis.call('HDEL', account, 'opening')
      return 0
    end
  end
  forget()
  redis.call('HSET', account, 'spent', spent, 'reading', token, 'read_at', now())
  for id, amount in pairs(rows) do
    drop(id)
    add_unsettled(id, amount)
  end
  for id in pairs(settled) do drop(id) end
  for _, id in ipairs(list_calls()) do
    if lacks(id) then
      local kind, amount = find(id)
      redis.call('HSET', account, 'o:' .. id, kind .. ' ' .. amount .. ' ' .. token)
    end
  end
  for n = 1, #meanwhile, 2 do
    local id = meanwhile[n]
    local is_settled, amount = string.match(meanwhile[n + 1], '^(%d) (%-?%d+)$')
    if is_settled == '1' and not settled[id] then
      if redis.call('HDEL', unsettled, id) == 1 then add('waiting', -tonumber(rows[id])) end
      add('spent', tonumber(amount))
    elseif lacks(id) then
      add_unsettled(id, amount)
    end
  end
  keep()
  return 1
end

function commands.open(token, spent, recent_from)
  return each(function() return open(token, spent, recent_from) end)[1]
end

-- lease, then id, kind and amount of each call: its lease begins anew, and what Redis lost is put
-- back. A call that stands among the unsettled rows is in the ledger
function commands.hold(lease)
  local ends_at = now() + lease
  each(function()
    for n = 3, #ARGV, 3 do
      local id = ARGV[n]
      if redis.call('HEXISTS', unsettled, id) == 0 then
        local _, _, reading = find(id)
        put(id, ARGV[n + 1], ARGV[n + 2], reading or '-', ends_at)
      end
    end
    keep()
  end)
  return 1
end

-- What is read just now is told of it, too; an account that is not known has nothing to be told.
local function book(id, is_settled, amount)
  local _, _, reading = find(id)
  local waiting = redis.call('HGET', unsettled, id)
  drop(id)
  if field('opening') then redis.call('HSET', booked, id, is_settled .. ' ' .. amount) end
  if not field('spent') then return 1 end
  if not (waiting or reading == field('reading')) then
    forget()
    return 0
  end
  if waiting then
    redis.call('HDEL', unsettled, id)
    add('waiting', -tonumber(waiting))
  end
  if is_settled == '1' then add('spent', tonumber(amount)) else add_unsettled(id, amount) end
  keep()
  return 1
end

-- call id, 1 when settled, cost or else estimate: its row is in the ledger -> for each account: 0
-- when nobody knows whether the ledger was read with it or without: then it is read again
function commands.book(id, is_settled, amount)
  return each(function() return book(id, is_settled, amount) end)
end

-- call ids, which are not held any more: the ledger is read again
function commands.forget()
  each(function()
    for n = 2, #ARGV do drop(ARGV[n]) end
    forget()
  end)
  return 1
end

-- call id: it did not begin
function commands.cancel(id)
  each(function() drop(id) end)
  return 1
end

-- -> spent, or false when the ledger is to be read; certain, reserved, waiting, age of the reading
function commands.show()
  local at = now()
  return each(function()
    drop_ended(at)
    local age = field('read_at') and at - number('read_at')
    return {field('spent'), field('certain'), field('reserved'), field('waiting'), age}
  end)[1]
end

return commands[ARGV[1]](ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6])
