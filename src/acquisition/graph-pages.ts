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
 *   back to the page itself.
 */
export async function* pagesOf<Item>(
  first: URL,
  read: (url: URL) => Promise<Record<string, unknown>>,
): AsyncGenerator<GraphPage<Item>, void, undefined> {
  for (let url: URL | undefined = first; url !== undefined;) {
    const body = Object(await read(url)) as Readonly<Record<string, unknown>>
    const { value, '@odata.count': count, '@odata.deltaLink': deltaLink } = body
    yield Object.freeze({
      value: Array.isArray(value) ? (value as readonly Item[]) : [], // the caller says of what
      count: typeof count === 'number' ? count : undefined,
      deltaLink: typeof deltaLink === 'string' ? deltaLink : undefined,
    })
    url = nextOf(body['@odata.nextLink'], url)
  }
}

function nextOf(link: unknown, page: URL): URL | undefined {
  if (typeof link !== 'string') return undefined
  const next = URL.canParse(link) ? new URL(link) : undefined
  if (next !== undefined && next.origin === page.origin && next.href !== page.href) return next
  throw new EgressRefusedError(
    `Graph's @odata.nextLink leads to ${next?.origin ?? 'no address'} and not to another page of ` +
      `${page.origin}, so it is not followed.`,
  )
}
