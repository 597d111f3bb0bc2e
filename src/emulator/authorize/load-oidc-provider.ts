import type * as OidcProvider from 'oidc-provider'

let loading: Promise<typeof OidcProvider> | undefined

/** oidc-provider is an optional peer: who does not use the emulator does not need it. */
export function loadOidcProvider(): Promise<typeof OidcProvider> {
  return (loading ??= load())
}

async function load(): Promise<typeof OidcProvider> {
  const restore = withoutRuntimeWarning()
  try {
    return await import('oidc-provider')
  } catch (cause) {
    if (!isNotFound(cause)) throw cause
    throw new Error(
      'The emulator needs oidc-provider, which is not installed. Run: npm install --save-dev oidc-provider@9',
      { cause },
    )
  } finally {
    restore()
  }
}

function isNotFound(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND'
}

/**
 * On Node 20, oidc-provider warns while it loads that it would rather have 22. The emulator is
 * tested on 20 as well, so its users are spared the line; every other warning gets through.
 */
function withoutRuntimeWarning(): () => void {
  const { console: output } = globalThis
  const warn = output.warn.bind(output)
  output.warn = function warnExceptRuntime(...message: unknown[]): void {
    if (!String(message[0]).includes('oidc-provider WARNING: Unsupported runtime')) warn(...message)
  }
  return () => {
    output.warn = warn
  }
}
