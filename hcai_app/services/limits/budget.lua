-- The accounts of budgets, in Redis: ARGV[1] names a command, which is one step.
-- The states and their transitions stand in docs/decisions/0022-gate-and-ledger.md.
--
-- KEYS[1] holds the workers; then come three keys for each account of the call: its user's, and
-- that of its key. An account is a hash. What was read of the ledger: `spent`, `waiting` (the sum
-- of its unsettled rows, which stand in a hash of their own), `reading` (the token of that reading)
-- and `read_at`. What is not in the ledger yet: `o:<call id>` for each call, as "kind amount
-- reading", whose lease ends as the sorted set of leases says, and the sums `reserved` (kind r, an
-- estimate) and `certain` (kind c, the cost of a call that has ended). The reading of a call is
-- that of the account when it was known to lack the call's cost; "-" when nobody knows.
-- `opening` is the token of a reading under way.
--
-- Amounts are nano-dollars, times milliseconds by Redis' clock.

local KEEP_S = 172800
local UNKNOWN, ADMITTED, EXHAUSTED, WAITING, INCOMPLETE = -1, 0, 1, 2, 3
local SUMS = {r = 'reserved', c = 'certain'}
local ACCOUNTS = (#KEYS - 1) / 3
local workers = KEYS[1]
local account, leases, unsettled
local commands = {}

-- What follows is about the n-th account.
local function use(n) account, leases, unsettled = KEYS[3 * n - 1], KEYS[3 * n], KEYS[3 * n + 1] end

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
  for _, key in ipairs({account, leases, unsettled}) do redis.call('EXPIRE', key, KEEP_S) end
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
  redis.call('DEL', unsettled)
end

-- Which account it is, the token of the reading under way, or of one that begins, then the calls
-- not in the ledger yet.
local function begin_reading(n, token)
  redis.call('HSETNX', account, 'opening', token)
  keep()
  local reply = {UNKNOWN, n, field('opening')}
  for _, name in ipairs(redis.call('HKEYS', account)) do
    if string.sub(name, 1, 2) == 'o:' then reply[#reply + 1] = string.sub(name, 3) end
  end
  return reply
end

-- call id, amount, lease, token, how many workers must be there, the limit of each account -> a
-- verdict, of which account, and how old the oldest reading is; with UNKNOWN what `begin_reading`
-- says. All accounts admit the call, or none does. INCOMPLETE: Redis was away or lost its data, and
-- some worker has not registered its calls again
function commands.reserve(id, amount, lease, token, expected)
  local at, oldest = now(), 0
  if redis.call('ZCOUNT', workers, at, '+inf') < tonumber(expected) then return {INCOMPLETE, 1} end
  for n = 1, ACCOUNTS do
    use(n)
    drop_ended(at)
    local limit, spent = tonumber(ARGV[6 + n]), tonumber(field('spent'))
    if not spent then return begin_reading(n, token) end
    spent = spent + number('certain')
    if spent >= limit then return {EXHAUSTED, n} end
    if spent + number('reserved') + number('waiting') >= limit then return {WAITING, n} end
    oldest = math.max(oldest, at - number('read_at'))
  end
  for n = 1, ACCOUNTS do
    use(n)
    put(id, 'r', amount, field('reading'), at + lease)
    keep()
  end
  return {ADMITTED, 1, oldest}
end

-- token -> what `begin_reading` says, of an account that may be known already
function commands.read_again(token)
  return begin_reading(1, token)
end

-- token, spent, then three lists, each after its length: id and amount of each unsettled row, ids
-- of calls whose settled row was read, ids of calls that had no row -> 0: something was booked
-- meanwhile, or somebody was faster, and the reading is worth nothing
function commands.open(token, spent)
  if field('opening') ~= token then return 0 end
  forget()
  redis.call('HSET', account, 'spent', spent, 'reading', token, 'read_at', now())
  local at = 4
  local function list()
    local from = at + 1
    at = from + ARGV[at]
    return from, at - 1
  end
  local first, last = list()
  for n = first, last, 2 do
    drop(ARGV[n])
    add_unsettled(ARGV[n], ARGV[n + 1])
  end
  first, last = list()
  for n = first, last do drop(ARGV[n]) end
  first, last = list()
  for n = first, last do
    local kind, amount = find(ARGV[n])
    if kind then redis.call('HSET', account, 'o:' .. ARGV[n], kind .. ' ' .. amount .. ' ' .. token) end
  end
  keep()
  return 1
end

-- lease, then id, kind and amount of each call, in one account: its lease begins anew, and what Redis lost is put
-- back. A call that stands among the unsettled rows is in the ledger
function commands.hold(lease)
  local ends_at = now() + lease
  for n = 3, #ARGV, 3 do
    local id = ARGV[n]
    if redis.call('HEXISTS', unsettled, id) == 0 then
      local _, _, reading = find(id)
      put(id, ARGV[n + 1], ARGV[n + 2], reading or '-', ends_at)
    end
  end
  keep()
  return 1
end

local function book(id, is_settled, amount)
  redis.call('HDEL', account, 'opening')
  local _, _, reading = find(id)
  local is_lacking = reading and reading == field('reading')
  local waiting = redis.call('HGET', unsettled, id)
  drop(id)
  if not (is_lacking or waiting) then
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

-- call id, 1 when settled, cost or else estimate: its row is in the ledger -> for each account 0 when
-- nobody knows whether the ledger was read with it or without: then it is read again. A key has an
-- account only where somebody has asked for it
function commands.book(id, is_settled, amount)
  local known = {}
  for n = 1, ACCOUNTS do
    use(n)
    local is_there = n == 1 or redis.call('EXISTS', account) == 1
    known[n] = is_there and book(id, is_settled, amount) or 1
  end
  return known
end

-- call ids, which are not held any more: the ledger is read again
function commands.forget()
  for n = 1, ACCOUNTS do
    use(n)
    for at = 2, #ARGV do drop(ARGV[at]) end
    forget()
  end
  return 1
end

-- call id: it did not begin
function commands.cancel(id)
  for n = 1, ACCOUNTS do
    use(n)
    drop(id)
  end
  return 1
end

-- -> spent, or false when the ledger is to be read; certain, reserved, waiting, age of the reading
function commands.show()
  local at = now()
  drop_ended(at)
  local age = field('read_at') and at - number('read_at')
  return {field('spent'), field('certain'), field('reserved'), field('waiting'), age}
end

use(1)
return commands[ARGV[1]](ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7])
