/**
 * What has to happen in one step, as scripts that Redis runs (https://redis.io/docs/latest/develop/programmability/eval-intro/).
 * All keys of one script are in one slot of a cluster. Times are Redis's own: the clocks of the
 * processes may differ.
 */

/** KEYS: entry. ARGV: whether there should be an entry, its value, new value, lifetime. */
export const compareAndSet = `
local held = redis.call('GET', KEYS[1])
if ARGV[1] == '1' then
  if held ~= ARGV[2] then return 0 end
elseif held then
  return 0
end
redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
return 1
`

/**
 * KEYS: lock, last fence. ARGV: lifetime. A fence is the time in microseconds, so it rises even
 * when Redis has forgotten the last one.
 */
export const acquire = `
if redis.call('EXISTS', KEYS[1]) == 1 then return '' end
local time = redis.call('TIME')
local fence = time[1] * 1000000 + time[2]
local last = tonumber(redis.call('GET', KEYS[2]) or '0')
if fence <= last then fence = last + 1 end
local text = string.format('%.0f', fence)
redis.call('SET', KEYS[1], text, 'PX', ARGV[1])
redis.call('SET', KEYS[2], text, 'PX', ARGV[1] * 10)
return text
`

/** KEYS: lock. ARGV: fence. */
export const release = `
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
`

/** KEYS: entry, last fence. ARGV: fence, value, lifetime. */
export const setFenced = `
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
`

/** KEYS: index of an account. ARGV: entry, lifetime. The index lives as long as its last entry. */
export const addToAccount = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
redis.call('PEXPIRE', KEYS[1], math.max(1, tonumber(last[2]) - now))
return 1
`

/** KEYS: index of an account. */
export const keysOfAccount = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
return redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. string.format('%.0f', now), '+inf')
`
