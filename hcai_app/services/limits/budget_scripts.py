"""The Lua scripts that Redis runs as one step each.

An account is a hash: `spent`, `reserved` (a sum), and `r:<call id>` with the amount of each
reservation; beside it a sorted set holds when the lease of each ends. Amounts are nano-dollars,
times milliseconds. Both go away by themselves two days after the last touch.
"""

_KEEP_S = 2 * 24 * 3600

_DROP_ENDED = """
local ended = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now)
for _, id in ipairs(ended) do
  local amount = redis.call('HGET', KEYS[1], 'r:' .. id)
  if amount then
    redis.call('HDEL', KEYS[1], 'r:' .. id)
    redis.call('HINCRBY', KEYS[1], 'reserved', -amount)
  end
  redis.call('ZREM', KEYS[2], id)
end
"""

# now, limit, call id, amount, lease -> -1 unknown account, 0 admitted, 1 exhausted, 2 waiting
RESERVE = f"""
local now, limit = tonumber(ARGV[1]), tonumber(ARGV[2])
local spent = redis.call('HGET', KEYS[1], 'spent')
if not spent then return -1 end
{_DROP_ENDED}
if tonumber(spent) >= limit then return 1 end
local reserved = tonumber(redis.call('HGET', KEYS[1], 'reserved') or '0')
if tonumber(spent) + reserved >= limit then return 2 end
redis.call('HSET', KEYS[1], 'r:' .. ARGV[3], ARGV[4])
redis.call('HINCRBY', KEYS[1], 'reserved', ARGV[4])
redis.call('ZADD', KEYS[2], now + tonumber(ARGV[5]), ARGV[3])
redis.call('EXPIRE', KEYS[1], {_KEEP_S})
redis.call('EXPIRE', KEYS[2], {_KEEP_S})
return 0
"""

# spent, end of the leases, then call id and amount of each unsettled row; the first worker wins
OPEN_ACCOUNT = f"""
if redis.call('HEXISTS', KEYS[1], 'spent') == 1 then return 0 end
redis.call('HSET', KEYS[1], 'spent', ARGV[1])
for i = 3, #ARGV, 2 do
  if redis.call('HSETNX', KEYS[1], 'r:' .. ARGV[i], ARGV[i + 1]) == 1 then
    redis.call('HINCRBY', KEYS[1], 'reserved', ARGV[i + 1])
  end
  redis.call('ZADD', KEYS[2], ARGV[2], ARGV[i])
end
redis.call('EXPIRE', KEYS[1], {_KEEP_S})
redis.call('EXPIRE', KEYS[2], {_KEEP_S})
return 1
"""

# call id, cost -> 1 when the reservation was there: else the account was read with its cost
SETTLE = """
local amount = redis.call('HGET', KEYS[1], 'r:' .. ARGV[1])
if not amount then return 0 end
redis.call('HDEL', KEYS[1], 'r:' .. ARGV[1])
redis.call('HINCRBY', KEYS[1], 'reserved', -amount)
redis.call('HINCRBY', KEYS[1], 'spent', ARGV[2])
redis.call('ZREM', KEYS[2], ARGV[1])
return 1
"""

# call id, amount, end of the lease; a reservation that Redis has lost is made again
RENEW = """
if redis.call('HEXISTS', KEYS[1], 'spent') == 0 then return 0 end
if redis.call('HSETNX', KEYS[1], 'r:' .. ARGV[1], ARGV[2]) == 1 then
  redis.call('HINCRBY', KEYS[1], 'reserved', ARGV[2])
end
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
return 1
"""

# now, the most at once, call id, lease -> 1 when there is room
ENTER = f"""
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], tonumber(ARGV[1]) + tonumber(ARGV[4]), ARGV[3])
redis.call('EXPIRE', KEYS[1], {_KEEP_S})
return 1
"""
