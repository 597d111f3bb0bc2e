import { createHash } from 'node:crypto'
import type { ThrottleRule, Throttling } from '../emulator-switches.js'
import { AadstsError } from '../errors/aadsts-error.js'
import type { Parameters } from '../http/parameters.js'

export interface Throttle extends Throttling {
  /** Refuses the request when it is one too many (AADSTS50196). */
  check(parameters: Parameters, client: string, tenant: string): void
  list(): { rules: readonly ThrottleRule[]; detectsLoops: boolean }
}

const windowMs = 300_000
const allowedInWindow = 14

export function createThrottle(now: () => number): Throttle {
  let rules: (ThrottleRule & { left: number })[] = []
  let detectsLoops = false
  const seen = new Map<string, number[]>()

  function ruleFor(client: string): ThrottleRule | undefined {
    const rule = rules.find((one) => one.client === undefined || one.client === client)
    if (rule === undefined) return undefined
    rule.left -= 1
    rules = rules.filter(({ left }) => left > 0)
    return rule
  }

  function isLoop(parameters: Parameters, client: string, tenant: string): boolean {
    const key = `${client} ${tenant} ${fingerprint(parameters)}`
    const recent = (seen.get(key) ?? []).filter((at) => at > now() - windowMs)
    seen.set(key, [...recent, now()])
    return recent.length >= allowedInWindow
  }

  return {
    limit(rule = {}) {
      rules.push({ ...rule, left: rule.times ?? Infinity })
    },
    detectLoops() {
      detectsLoops = true
    },
    clear() {
      rules = []
      detectsLoops = false
      seen.clear()
    },
    check(parameters, client, tenant) {
      const rule = ruleFor(client)
      if (rule === undefined && !(detectsLoops && isLoop(parameters, client, tenant))) return
      throw parameters.grant_type === 'client_credentials'
        ? throttledClient(rule?.retryAfter ?? 60)
        : throttledUser()
    },
    list: () => ({ rules: rules.map(({ left: _left, ...rule }) => rule), detectsLoops }),
  }
}

/** Whose request it is and what it asks for. */
function fingerprint({ grant_type, scope, resource, claims, ...of }: Parameters): string {
  const whose = [of.code, of.redirect_uri, of.refresh_token, of.assertion]
  const asked = JSON.stringify([grant_type, scope, resource, claims, ...whose])
  return createHash('sha256').update(asked).digest('base64url')
}

const message = 'The server terminated an operation because it encountered a client request loop.'

function throttledUser(): AadstsError {
  return new AadstsError({ code: 50196, error: 'invalid_grant', message })
}

function throttledClient(retryAfter: number): AadstsError {
  return new AadstsError({
    code: 50196,
    error: 'temporarily_unavailable',
    status: 429,
    message,
    retryAfter,
  })
}
