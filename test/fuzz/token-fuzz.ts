import { createSign } from 'node:crypto'
import { ids, type Payload } from '../support/guard.js'
import { encoded, type SigningKey } from '../support/key-server.js'
import type { Random } from './random.js'

export interface TokenSource {
  /** A token that may be good, nearly good or nonsense. */
  next(): string
}

const strings = [
  '',
  ' ',
  'common',
  '{tenantid}',
  'user',
  'app',
  'Tasks.Read',
  'Tasks.Read Other',
  '1.0',
  '2.0',
  'RS256',
  'none',
  'HS256',
  'JWT',
  'at+jwt',
  '__proto__',
  'é',
  '\u0000',
  '\ud800',
]
const claimNames = [
  'aud',
  'iss',
  'exp',
  'nbf',
  'iat',
  'tid',
  'ver',
  'azp',
  'appid',
  'oid',
  'sub',
  'scp',
  'roles',
  'idtyp',
  'nonce',
  'cnf',
  'events',
  'TID',
  'at_hash',
  'groups',
  'constructor',
  'acrs',
]
const headerNames = [
  'alg',
  'kid',
  'typ',
  'crit',
  'b64',
  'cty',
  'zip',
  'enc',
  'jwk',
  'jku',
  'x5c',
  'x5t',
  'nonce',
  '__proto__',
]
const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Makes tokens by changing good ones: their claims and header before signing, their text after. */
export function tokenSource(
  random: Random,
  origin: string,
  now: number,
  keys: readonly SigningKey[],
): TokenSource {
  const pool: string[] = []

  function good(): Payload {
    const legacy = random.chance(0.3)
    const tenant = random.pick([ids.contoso, ids.contoso, ids.fabrikam, ids.personal])
    const app = random.chance(0.4)
    return {
      aud: legacy ? random.pick([`api://${ids.api}`, ids.api]) : ids.api,
      iss: legacy ? `${origin}/${tenant}/` : `${origin}/${tenant}/v2.0`,
      exp: now + 3600,
      nbf: now - 300,
      iat: now - 300,
      tid: tenant,
      ver: legacy ? '1.0' : '2.0',
      [legacy ? 'appid' : 'azp']: app ? ids.daemon : ids.web,
      oid: app ? ids.service : ids.ada,
      sub: app ? ids.service : 'pairwise',
      ...(app
        ? { roles: ['Tasks.Read.All'], ...(random.chance(0.7) ? { idtyp: 'app' } : {}) }
        : { scp: 'Tasks.Read access_as_user' }),
    }
  }

  function value(depth = 0): unknown {
    switch (random.below(depth > 2 ? 8 : 11)) {
      case 0:
        return null
      case 1:
        return random.chance(0.5)
      case 2:
        return now + random.pick([0, -299, -300, -301, 299, 300, 301, 1e9, -1e9, 0.5])
      case 3:
        return random.pick([0, -1, 1e308, 2 ** 53])
      case 4:
      case 5:
        return random.pick(strings)
      case 6:
        return random.pick([
          ...Object.values(ids),
          ids.contoso.toUpperCase(),
          `api://${ids.api}`,
          `${origin}/${ids.fabrikam}/v2.0`,
        ])
      case 7:
        return random.text(random.below(12), base64url)
      case 8:
        return Array.from({ length: random.below(3) }, () => value(depth + 1))
      case 9:
        return { [random.pick(claimNames)]: value(depth + 1) }
      default:
        return nested(random.pick([30, 31, 32, 33, 40, 1000]))
    }
  }

  /** What a claim of this name comes near to holding; other names hold anything. */
  function near(name: string): unknown {
    const around = (limit: number) => now + limit + random.pick([-1, -0.5, 0, 0.5, 1])
    const particular = new Map<string, () => unknown>(
      Object.entries({
        exp: () => around(-300),
        nbf: () => around(300),
        ver: () => random.pick(['1.0', '2.0', undefined, 2]),
        idtyp: () => random.pick(['user', 'app', 'device', undefined]),
        scp: () => random.pick(['', ' ', 'A  B', ' A', 'A\tB', undefined]),
        roles: () => random.pick([[], ['A', 7], 'A', [['A']], undefined, {}]),
        azp: () => random.pick([ids.web, ids.daemon, '', undefined]),
        appid: () => random.pick([ids.web, ids.daemon, '', undefined]),
        sub: () => random.pick([ids.service, ids.ada, undefined]),
        tid: () =>
          random.pick([ids.contoso, ids.fabrikam, ids.personal, ids.contoso.toUpperCase()]),
        iss: () =>
          `${origin}/${random.pick([ids.contoso, ids.fabrikam, ids.personal])}/${random.pick(['', 'v2.0', 'v2.0/'])}`,
        aud: () => random.pick([ids.api, `api://${ids.api}`, `spn:${ids.api}`, [ids.api], ids.web]),
        groups: () => nested(random.pick([29, 30, 31, 32, 33])),
        alg: () => random.pick(['RS256', 'RS512', 'none', 'PS256', ['RS256']]),
        kid: () => random.pick(keys).kid,
        typ: () => random.pick(['JWT', 'jwt', 'at+jwt', 'JOSE', undefined]),
      }),
    )
    return random.chance(0.6) ? particular.get(name)?.() : value()
  }

  function change(members: Payload, names: readonly string[]): Payload {
    const changed = { ...members }
    for (let count = random.pick([0, 1, 1, 1, 1, 2]); count > 0; count -= 1) {
      const name = random.pick(names)
      if (random.chance(0.3)) Reflect.deleteProperty(changed, name)
      else
        Object.defineProperty(changed, name, {
          value: near(name),
          enumerable: true,
          configurable: true,
          writable: true,
        })
    }
    return changed
  }

  function text(members: Payload): string {
    const json = JSON.stringify(members)
    if (random.chance(0.97)) return json
    return random.pick([
      () => `\ufeff${json}`,
      () => `[${json}]`,
      () => JSON.stringify(json),
      () => `${json}${json}`,
      () => ` ${json}\n`,
      () =>
        json.replace(
          /}$/,
          `,"${random.pick(['alg', 'aud', 'iss', 'tid', 'scp', '__proto__'])}":${JSON.stringify(value())}}`,
        ),
      () => json.slice(0, random.below(json.length)),
      () => json.replace(/\d{10}/, '1e999'),
    ])()
  }

  function fresh(): string {
    const key = random.pick(keys)
    const header = encoded(text(change({ typ: 'JWT', alg: 'RS256', kid: key.kid }, headerNames)))
    const unchanged = random.chance(0.1)
    const claims = encoded(unchanged ? JSON.stringify(good()) : text(change(good(), claimNames)))
    const head = random.chance(0.75) ? encoded({ typ: 'JWT', alg: 'RS256', kid: key.kid }) : header
    const digest = random.chance(0.95) ? 'RSA-SHA256' : random.pick(['RSA-SHA1', 'RSA-SHA512'])
    return `${head}.${claims}.${createSign(digest).update(`${head}.${claims}`).sign(key.privateKey).toString('base64url')}`
  }

  function garbled(token: string): string {
    const parts = token.split('.')
    const at = random.below(token.length)
    return random.pick([
      () =>
        token.slice(0, at) +
        random.pick([...Array.from(base64url), '.', '=', '+', '/', ' ', '\u0000', 'é']) +
        token.slice(at + 1),
      () => token.slice(0, at) + token.slice(at + 1),
      () => token.slice(0, at) + random.text(1, base64url) + token.slice(at),
      () => token.slice(0, at),
      () => token.slice(0, -1) + random.text(1, base64url),
      () => [random.pick(pool).split('.')[0], parts[1], parts[2]].join('.'),
      () => [parts[0], random.pick(pool).split('.')[1], parts[2]].join('.'),
      () => [parts[0], parts[1], random.pick(pool).split('.')[2]].join('.'),
      () => [parts[0], parts[1], ''].join('.'),
      () => [...parts, parts[2]].join('.'),
      () => `${token}${random.pick(['=', '.', ' ', 'A'])}`,
      () => random.text(random.below(200), `${base64url}...=`),
    ])()
  }

  return {
    next() {
      if (pool.length < 200 || random.chance(0.2)) {
        const token = fresh()
        if (pool.length < 2000) pool.push(token)
        else pool[random.below(pool.length)] = token
        return token
      }
      return random.chance(0.1) ? random.pick(pool) : garbled(random.pick(pool))
    },
  }
}

function nested(depth: number): unknown {
  let inner: unknown = 1
  for (let level = 0; level < depth; level += 1) inner = level % 2 === 0 ? [inner] : { a: inner }
  return inner
}
