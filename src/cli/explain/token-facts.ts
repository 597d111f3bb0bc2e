import { shown } from '../../protocol/refusal-reason.js'
import { permissionInWords } from './permission-words.js'
import { timeInWords } from './time-words.js'

type Claims = Readonly<Record<string, unknown>>

/** A line about a token: what it is called, and what the token says. */
export type Fact = readonly [label: string, text: string]

/** What a token says, in words. Every value is shortened and printable. */
export function factsOf(claims: Claims, holder: 'user' | 'app', now: number): readonly Fact[] {
  return [
    ['audience', audience(claims)],
    ['version', version(claims)],
    ['issuer', shown(claims.iss)],
    ['tenant', shown(claims.tid)],
    ['client', client(claims)],
    holder === 'user' ? ['user', user(claims)] : ['app object', shown(claims.oid)],
    ['valid from', timeInWords(claims.nbf, now)],
    ['expires', timeInWords(claims.exp, now)],
    ...permissions(claims, holder),
    ...optionalClaims(claims),
  ]
}

function audience({ aud }: Claims): string {
  if (typeof aud !== 'string') return shown(aud)
  const isGuid = /^[0-9a-f-]{36}$/i.test(aud)
  return `${shown(aud)}, ${isGuid ? 'a client ID' : 'an App ID URI'}`
}

function version({ ver }: Claims): string {
  if (ver === '2.0') return '2.0: the audience is a client ID'
  if (ver === '1.0') return '1.0: the audience is what the client asked for, letter by letter'
  return ver === undefined ? 'not named' : shown(ver)
}

const proofs: Readonly<Record<string, string>> = {
  '0': 'without a credential (a public client)',
  '1': 'proven by a secret',
  '2': 'proven by a certificate or a federated credential',
}

function client(claims: Claims): string {
  const id = claims.azp ?? claims.appid
  if (id === undefined) return 'not named'
  const proof = proofs[String(claims.azpacr ?? claims.appidacr)]
  return proof === undefined ? shown(id) : `${shown(id)}, ${proof}`
}

/** What a person would call the user by; never an identity. */
export function usernameIn(claims: Claims): unknown {
  return claims.preferred_username ?? claims.upn ?? claims.unique_name ?? claims.name
}

function user(claims: Claims): string {
  const name = usernameIn(claims)
  const guest = claims.acct === 1 ? ', a guest' : ''
  return `${name === undefined ? '' : `${shown(name)}, `}object ${shown(claims.oid)}${guest}`
}

function permissions(claims: Claims, holder: 'user' | 'app'): readonly Fact[] {
  const scopes = typeof claims.scp === 'string' ? claims.scp.split(' ').filter(Boolean) : []
  const list: readonly unknown[] = Array.isArray(claims.roles) ? claims.roles : []
  const roles = list.filter((role) => typeof role === 'string')
  return [
    ['scopes', listInWords(scopes, 'user')],
    [holder === 'app' ? 'app roles' : 'user roles', listInWords(roles, 'app')],
  ]
}

function listInWords(names: readonly string[], holder: 'user' | 'app'): string {
  if (names.length === 0) return 'none'
  return names
    .map((name) => {
      const words = permissionInWords(name, holder)
      return words === undefined ? plain(name) : `${plain(name)}: ${words}`
    })
    .join('\n')
}

function plain(name: string): string {
  return shown(name).slice(1, -1)
}

const optional: Readonly<Record<string, string>> = {
  idtyp: 'says outright whether it is a user or an app',
  acrs: 'authentication contexts that the sign-in met',
  xms_cc: 'what the client can do; cp1: it answers claims challenges',
  acct: '0 a member, 1 a guest of the tenant',
  sid: 'the session, for front-channel sign-out',
  auth_time: 'when the user last authenticated',
  login_hint: 'names the user to the sign-in page',
  groups: 'groups of the user',
  wids: 'directory roles of the user',
  email: 'for display; never an identity, it can be set at will',
  xms_edov: 'whether the e-mail domain was verified',
}

/** The optional claims that this program knows, by name. */
export function optionalClaimsIn(claims: Claims): Claims {
  return Object.fromEntries(
    Object.entries(claims).filter(([name]) => Object.hasOwn(optional, name)),
  )
}

function optionalClaims(claims: Claims): readonly Fact[] {
  const rows = Object.entries(optionalClaimsIn(claims)).map(
    ([name, value]) => `${name} ${valueOf(value)}: ${optional[name]}`,
  )
  const tooMany = Object.hasOwn(Object(claims._claim_names) as object, 'groups')
  const overage = tooMany ? ['groups: too many to list, Microsoft Graph has to be asked'] : []
  const lines = [...rows, ...overage]
  return lines.length === 0 ? [] : [['optional', lines.join('\n')]]
}

function valueOf(value: unknown): string {
  const list: readonly unknown[] = Array.isArray(value) ? value : []
  return Array.isArray(value)
    ? list
        .slice(0, 5)
        .map((entry) => shown(entry))
        .join(' ') + (list.length > 5 ? ` and ${list.length - 5} more` : '')
    : shown(value)
}
