/** One tag as it stands in the source, with the text that follows it up to the next tag. */
export interface Tag {
  name: string
  closing: boolean
  attributes: ReadonlyMap<string, string>
  /** The text after the tag, entities decoded. */
  text: string
}

/** Reads the tags of an HTML page in order. Comments and the insides of scripts and styles go. */
export function tagsOf(html: string): Tag[] {
  const source = html
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/(<(script|style)\b[^>]*>)[\s\S]*?(<\/\2\s*>)/gi, '$1$3')
  return [...source.matchAll(tagPattern)].map(
    ([, slash, name = '', attributes = '', text = '']) => ({
      name: name.toLowerCase(),
      closing: slash === '/',
      attributes: attributesOf(attributes),
      text: decodeEntities(text),
    }),
  )
}

/** The text between a tag and its end, tags inside left out, whitespace folded. */
export function textInside(tags: readonly Tag[], start: number): string {
  const name = tags[start]?.name
  const end = tags.findIndex((tag, index) => index > start && tag.closing && tag.name === name)
  const inside = tags.slice(start, end === -1 ? undefined : end)
  return inside
    .map(({ text }) => text)
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim()
}

const tagPattern = /<(\/?)([a-z][a-z\d-]*)((?:\s+|\/|[^\s"'>/=]+|=|"[^"]*"|'[^']*')*)>([^<]*)/gi
const attributePattern = /([^\s"'>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g

function attributesOf(source: string): Map<string, string> {
  const pairs = [...source.matchAll(attributePattern)].map(
    ([, name = '', double, single, bare]): [string, string] => [
      name.toLowerCase(),
      decodeEntities(double ?? single ?? bare ?? ''),
    ],
  )
  return new Map(pairs)
}

const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
}

function decodeEntities(text: string): string {
  return text.replace(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (typeof hex === 'string') return String.fromCodePoint(Number.parseInt(hex, 16))
    if (typeof decimal === 'string') return String.fromCodePoint(Number(decimal))
    return named[String(name).toLowerCase()] ?? whole
  })
}
