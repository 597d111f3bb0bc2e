/**
 * Why the path of a call would not lead where it says; undefined when it does. Paths are often made of
 * what a user typed, so it is looked for however it is written.
 */
export function pathFaultIn(path: unknown): string | undefined {
  if (typeof path !== 'string') return `is ${path === null ? 'null' : typeof path}`
  if (!path.startsWith('/')) return 'does not begin with "/"'
  if (path.includes('#')) return 'holds "#", and what follows is never sent'
  const [segments = ''] = path.split('?', 1)
  // The URL parser drops control characters, and reads a backslash as a slash.
  if (!/^[\x20-\x5b\x5d-\x7e\u0080-\uffff]+$/.test(segments)) {
    return 'holds a control character or a backslash'
  }
  return segments.split('/').some(isDotted) ? 'holds "." or ".." as a segment' : undefined
}

/** Also for a server that decodes once more than it should, or that takes `..;` for a parameter of `..`. */
function isDotted(segment: string): boolean {
  let text = segment
  for (let round = 0; round < 3 && text.includes('%'); round += 1) text = decoded(text)
  return text.split(/[\\/]/).some((part) => /^\.\.?(?:;|$)/.test(part))
}

function decoded(text: string): string {
  return text.replaceAll(/%([2-7][0-9a-f])/gi, (_whole, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  )
}
