import { request } from 'node:http'
import { text } from 'node:stream/consumers'

/** A request that must be refused, although one with the same token was let in before. */
export type HostileRequest = readonly [
  title: string,
  status: number,
  lines: readonly string[],
  path?: string,
]

/** What a hostile client makes of a good token for `/tasks`, and of a second one. */
export function hostileRequests(token: string, other: string): readonly HostileRequest[] {
  const [header = '', , signature = ''] = token.split('.')
  const [, payload = ''] = other.split('.')
  return [
    ['G01 no header', 401, []],
    ['G01 a cookie', 401, ['Cookie', `access_token=${token}`]],
    ['G01 the query', 401, [], `/tasks?access_token=${token}`],
    ['G01 another header', 401, ['X-Authorization', `Bearer ${token}`]],
    ['G01 the header for proxies', 401, ['Proxy-Authorization', `Bearer ${token}`]],
    ['G02 no scheme', 401, authorization(token)],
    ['G02 Basic', 401, authorization(`Basic ${token}`)],
    ['G02 DPoP', 401, authorization(`DPoP ${token}`)],
    ['G02 a longer scheme', 401, authorization(`Bearerx ${token}`)],
    ['G03 no token', 400, authorization('Bearer')],
    ['G05 a tab', 400, authorization(`Bearer\t${token}`)],
    ['G05 a comma', 400, authorization(`Bearer ${token},`)],
    ['G05 quotes', 400, authorization(`Bearer "${token}"`)],
    ['G05 a name', 400, authorization(`Bearer token=${token}`)],
    ['G05 two tokens', 400, authorization(`Bearer ${token} ${token}`)],
    ['G05 two schemes', 400, authorization(`Bearer Bearer ${token}`)],
    ['G05 Basic and Bearer in one', 400, authorization(`Basic eA==, Bearer ${token}`)],
    ['G06 the header twice', 400, authorization(`Bearer ${token}`, `Bearer ${token}`)],
    ['G06 bad and good', 400, authorization('Bearer bad', `Bearer ${token}`)],
    ['G06 good and bad', 400, authorization(`Bearer ${token}`, 'Bearer bad')],
    ['G06 two good ones', 400, authorization(`Bearer ${token}`, `Bearer ${other}`)],
    ['G06 Basic and Bearer', 400, authorization('Basic eA==', `Bearer ${token}`)],
    ['G10 a part more', 401, authorization(`Bearer ${token}.${signature}`)],
    ['G11 padding', 401, authorization(`Bearer ${token}=`)],
    ['G11 a character more', 401, authorization(`Bearer ${token}A`)],
    ['G11 a character more in front', 401, authorization(`Bearer A${token}`)],
    ['G08 its end alone', 401, authorization(`Bearer ${token.slice(-32)}`)],
    [
      'G17 the payload of another token',
      401,
      authorization(`Bearer ${header}.${payload}.${signature}`),
    ],
    ['G59 a route for another scope', 403, authorization(`Bearer ${token}`), '/write'],
    ['G61 a route for apps', 403, authorization(`Bearer ${token}`), '/job'],
    ['G64 a route for another client', 403, authorization(`Bearer ${token}`), '/daemon-only'],
  ]
}

/** Authorization header lines, one for each value. */
export function authorization(...values: string[]): string[] {
  return values.flatMap((value) => ['Authorization', value])
}

/** The status of a GET whose header lines go out as they are, so that one name may come twice. */
export function rawStatusOf(url: string, lines: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const { host } = new URL(url)
    const sent = request(url, { headers: ['Host', host, ...lines] }, (answer) => {
      text(answer).then(() => {
        resolve(answer.statusCode ?? 0)
      }, reject)
    })
    sent.on('error', reject).end()
  })
}
