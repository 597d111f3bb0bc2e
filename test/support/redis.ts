import { redisExecutable } from '../../scripts/rigs/redis.js'
import type { Service } from './services.js'

export { startRedis, type RunningRedis } from '../../scripts/rigs/redis.js'

export const redisServer: Service = {
  name: 'redis-server',
  executable: redisExecutable,
  installation: 'Debian: apt-get install redis-server',
}
