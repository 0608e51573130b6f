/** The Lua script that performs a list in Redis: each operation is atomic, and all are one round trip. */
import { hash } from 'node:crypto'

/**
 * Each key comes with four arguments: the operation, the ttl in milliseconds (0: for ever), and two more. Counts and
 * sums are texts, because Redis cuts the fractions off numbers that a script returns. When keys held values of another
 * type, an additional answer lists those keys.
 */
export const script = `
local MAX = 9007199254740991
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + tonumber(time[2]) / 1000

local replaced = {}

-- A value of another type (a hash, a list) was not written by this script: it is removed, so that only this key is lost.
local function read(key)
  local held = redis.pcall('GET', key)
  if type(held) ~= 'table' or not held.err then return held end
  if not string.find(held.err, 'WRONGTYPE', 1, true) then return redis.call('GET', key) end
  redis.call('DEL', key)
  replaced[#replaced + 1] = key
  return false
end

local function put(key, value, ttl)
  if ttl == '0' then redis.call('SET', key, value) else redis.call('SET', key, value, 'PX', ttl) end
  return ttl == '0' and -1 or tonumber(ttl)
end

local does = {}

does.get = function(key)
  local value = read(key)
  return value and { value, redis.call('PTTL', key) }
end

does.set = function(key, ttl, value)
  return { value, put(key, value, ttl) }
end

does.add = function(key, ttl, value)
  local held = read(key)
  if held then return { held, redis.call('PTTL', key), 0 } end
  return { value, put(key, value, ttl), 1 }
end

does.increment = function(key, ttl, by)
  local held = read(key)
  local amount = tonumber(by)
  if held and #held <= 17 and string.match(held, '^%-?%d+$') then
    if amount == 0 then return { held, redis.call('PTTL', key) } end
    local count = string.format('%.0f', math.max(math.min(tonumber(held) + amount, MAX), -MAX))
    redis.call('SET', key, count, 'KEEPTTL')
    return { count, redis.call('PTTL', key) }
  end
  if amount == 0 then return { '0', ttl == '0' and -1 or tonumber(ttl) } end
  return { by, put(key, by, ttl) }
end

does.compareAndSet = function(key, ttl, value, expected)
  local held = read(key)
  if (held and '=' .. held or '') ~= expected then return 0 end
  put(key, value, ttl)
  return 1
end

does.decayingAdd = function(key, ttl, halfLife, amounts)
  local held = read(key)
  local before = {}
  if held and string.sub(held, 1, 1) == '~' then
    for number in string.gmatch(held, '[^~ ]+') do before[#before + 1] = tonumber(number) or 0 end
  end
  local share = 1
  if #before > 0 and halfLife ~= '0' then share = 2 ^ (-math.max(now - before[1], 0) / tonumber(halfLife)) end
  local sums, look = {}, true
  for amount in string.gmatch(amounts, '%S+') do
    local number = tonumber(amount)
    if number ~= 0 then look = false end
    sums[#sums + 1] = string.format('%.17g', (before[#sums + 2] or 0) * share + number)
  end
  if not look then put(key, '~' .. string.format('%.3f', now) .. ' ' .. table.concat(sums, ' '), ttl) end
  return sums
end

does.delete = function(key)
  return redis.call('DEL', key)
end

local answers = {}
for place, key in ipairs(KEYS) do
  local at = place * 4 - 3
  answers[place] = does[ARGV[at]](key, ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]) or false
end
if #replaced > 0 then answers[#answers + 1] = replaced end
return answers
`

/** The hash by which Redis knows the script. */
export const scriptHash = hash('sha1', script)
