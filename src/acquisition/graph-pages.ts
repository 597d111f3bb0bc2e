import { EgressRefusedError } from '../protocol/egress-refused-error.js'

/** One page of a collection of Microsoft Graph. */
export interface GraphPage<Item> {
  readonly value: readonly Item[]
  /** `@odata.count`, where `$count=true` was asked for. */
  readonly count: number | undefined
  /** `@odata.deltaLink`: where a later call finds what has changed since; on the last page. */
  readonly deltaLink: string | undefined
}

/**
 * The pages of a collection, each asked for when the one before is done with.
 *
 * @throws EgressRefusedError (ERR_ENTRA_EGRESS_REFUSED) when a page's link leads to another host, or
 *   back to a page that was read.
 */
export async function* pagesOf<Item>(
  first: URL,
  read: (url: URL) => Promise<Record<string, unknown>>,
): AsyncGenerator<GraphPage<Item>, void, undefined> {
  const isAgain = cycleFinder()
  for (let url: URL | undefined = first; url !== undefined;) {
    if (isAgain(url.href)) throw leadsBack(url)
    const body = Object(await read(url)) as Readonly<Record<string, unknown>>
    const { value, '@odata.count': count, '@odata.deltaLink': deltaLink } = body
    yield Object.freeze({
      value: Array.isArray(value) ? (value as readonly Item[]) : [], // the caller says of what
      count: typeof count === 'number' ? count : undefined,
      deltaLink: typeof deltaLink === 'string' ? deltaLink : undefined,
    })
    url = nextOf(body['@odata.nextLink'], url.origin)
  }
}

function nextOf(link: unknown, origin: string): URL | undefined {
  if (typeof link !== 'string') return undefined
  const next = URL.canParse(link) ? new URL(link) : undefined
  if (next?.origin === origin) return next
  throw new EgressRefusedError(
    `Graph's @odata.nextLink leads to ${next?.origin ?? 'no address'} and not to another page of ` +
      `${origin}, so it is not followed.`,
  )
}

/**
 * Finds that pages come round again, within twice the length of the round, without keeping more than
 * one of them (Brent's algorithm).
 */
function cycleFinder(): (href: string) => boolean {
  let kept: string | undefined
  let since = 0
  let longest = 1
  return (href) => {
    if (href === kept) return true
    since += 1
    if (since === longest) {
      kept = href
      since = 0
      longest *= 2
    }
    return false
  }
}

function leadsBack({ origin }: URL): EgressRefusedError {
  return new EgressRefusedError(
    `Graph's @odata.nextLink leads to ${origin} back to a page that was read already, so it is not followed.`,
  )
}
