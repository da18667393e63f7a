-- The accounts of budgets and the running calls, in Redis: ARGV[1] names a command, which is one step.
--
-- An account, KEYS[1], is a hash: `spent`, `reserved` (a sum), and `r:<call id>` with the amount of
-- each reservation; beside it a sorted set, KEYS[2], holds when the lease of each ends. Amounts are
-- nano-dollars, times milliseconds. Both expire two days after the last touch, however long a
-- budget's period is: an account that has gone is read from the ledger again.

local KEEP_S = 172800
local account, leases = KEYS[1], KEYS[2]
local commands = {}

local function reservation(id)
  return 'r:' .. id
end

local function drop(id, amount)
  redis.call('HDEL', account, reservation(id))
  redis.call('HINCRBY', account, 'reserved', -amount)
end

local function drop_ended(now)
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', leases, '-inf', now)) do
    local amount = redis.call('HGET', account, reservation(id))
    if amount then drop(id, amount) end
    redis.call('ZREM', leases, id)
  end
end

-- Reserves unless the call has its reservation already.
local function reserve_once(id, amount, until_ms)
  if redis.call('HSETNX', account, reservation(id), amount) == 1 then
    redis.call('HINCRBY', account, 'reserved', amount)
  end
  redis.call('ZADD', leases, until_ms, id)
end

local function keep(...)
  for _, key in ipairs({...}) do redis.call('EXPIRE', key, KEEP_S) end
end

-- now, limit, call id, amount, lease -> -1 unknown account, 0 admitted, 1 exhausted, 2 waiting
function commands.reserve(now, limit, id, amount, lease)
  now, limit = tonumber(now), tonumber(limit)
  local spent = redis.call('HGET', account, 'spent')
  if not spent then return -1 end
  drop_ended(now)
  if tonumber(spent) >= limit then return 1 end
  local reserved = tonumber(redis.call('HGET', account, 'reserved') or '0')
  if tonumber(spent) + reserved >= limit then return 2 end
  redis.call('HSET', account, reservation(id), amount)
  redis.call('HINCRBY', account, 'reserved', amount)
  redis.call('ZADD', leases, now + tonumber(lease), id)
  keep(account, leases)
  return 0
end

-- spent, end of the leases, then call id and amount of each unsettled row; the first worker wins
function commands.open(spent, until_ms)
  if redis.call('HEXISTS', account, 'spent') == 1 then return 0 end
  redis.call('HSET', account, 'spent', spent)
  for i = 4, #ARGV, 2 do reserve_once(ARGV[i], ARGV[i + 1], until_ms) end
  keep(account, leases)
  return 1
end

-- call id, cost -> 1 when the reservation was there: else the account was read with its cost
function commands.settle(id, cost)
  local amount = redis.call('HGET', account, reservation(id))
  if not amount then return 0 end
  drop(id, amount)
  redis.call('HINCRBY', account, 'spent', cost)
  redis.call('ZREM', leases, id)
  return 1
end

-- call id, amount, end of the lease; a reservation that Redis has lost is made again
function commands.renew(id, amount, until_ms)
  if redis.call('HEXISTS', account, 'spent') == 0 then return 0 end
  reserve_once(id, amount, until_ms)
  return 1
end

-- now, the most at once, call id, lease -> 1 when there is room; KEYS[1] holds a user's running calls
function commands.enter(now, most, id, lease)
  local running = KEYS[1]
  redis.call('ZREMRANGEBYSCORE', running, '-inf', now)
  if redis.call('ZCARD', running) >= tonumber(most) then return 0 end
  redis.call('ZADD', running, tonumber(now) + tonumber(lease), id)
  keep(running)
  return 1
end

return commands[ARGV[1]](ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6])
