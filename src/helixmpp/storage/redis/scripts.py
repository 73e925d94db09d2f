"""What the server does in one piece, in Lua: nobody sees it half done, and any number of processes may do it.

A collection is a hash of values (``v``), a sorted set of keys by when they were used (``u``) and one by when they
expire (``x``). A log is a hash of values by number (``l``) and one of two numbers (``m``): the last one that was
given out, and the one up to which was dropped.
"""

__all__ = ["APPEND", "DELETE", "DROP", "GET", "KEYS", "PUT", "READ", "SIZE"]

# KEYS: v, u, x. ARGV begins with the key and the time.
_GOOD = """
local function good(key, now)
  local expires = redis.call('ZSCORE', KEYS[3], key)
  return not expires or tonumber(expires) > tonumber(now)
end
"""
_FORGET = """
local function forget(keys)
  for _, key in ipairs(keys) do
    redis.call('HDEL', KEYS[1], key)
    redis.call('ZREM', KEYS[2], key)
    redis.call('ZREM', KEYS[3], key)
  end
end
"""

#: key, now, used
GET = f"""{_GOOD}
local value = redis.call('HGET', KEYS[1], ARGV[1])
if not value or not good(ARGV[1], ARGV[2]) then return false end
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
return value
"""

#: key, now, used, value, expires or "", limit
PUT = f"""{_FORGET}
redis.call('HSET', KEYS[1], ARGV[1], ARGV[4])
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
if ARGV[5] == '' then redis.call('ZREM', KEYS[3], ARGV[1])
else redis.call('ZADD', KEYS[3], ARGV[5], ARGV[1]) end
forget(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', ARGV[2]))
local over = redis.call('ZCARD', KEYS[2]) - tonumber(ARGV[6])
if over > 0 then forget(redis.call('ZRANGE', KEYS[2], 0, over - 1)) end
"""

#: key, now
DELETE = f"""{_GOOD}{_FORGET}
local there = redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 and good(ARGV[1], ARGV[2])
forget({{ARGV[1]}})
return there and 1 or 0
"""

#: now
KEYS = f"""{_FORGET}
forget(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', ARGV[1]))
return redis.call('ZRANGE', KEYS[2], 0, -1)
"""

# KEYS: l, m.
_NUMBERS = """
local function number(name) return tonumber(redis.call('HGET', KEYS[2], name) or '0') end
local last, dropped = number('last'), number('dropped')
"""

#: limit, values. Gives the last number; where there is no room, minus one minus the size.
APPEND = f"""{_NUMBERS}
if last - dropped + #ARGV - 1 > tonumber(ARGV[1]) then return -1 - (last - dropped) end
for at = 2, #ARGV do
  last = last + 1
  redis.call('HSET', KEYS[1], string.format('%d', last), ARGV[at])
end
redis.call('HSET', KEYS[2], 'last', string.format('%d', last))
return last
"""

#: after, limit. Gives the first number and the values.
READ = f"""{_NUMBERS}
local first = math.max(tonumber(ARGV[1]), dropped) + 1
local found = {{first}}
for at = first, math.min(last, first + tonumber(ARGV[2]) - 1) do
  found[#found + 1] = redis.call('HGET', KEYS[1], string.format('%d', at))
end
return found
"""

#: up to
DROP = f"""{_NUMBERS}
local target = math.min(tonumber(ARGV[1]), last)
if target <= dropped then return end
for at = dropped + 1, target do redis.call('HDEL', KEYS[1], string.format('%d', at)) end
redis.call('HSET', KEYS[2], 'dropped', string.format('%d', target))
"""

SIZE = f"""{_NUMBERS}
return last - dropped
"""
