import type { CustomFetch } from 'openid-client'

const largestAnswer = 1024 * 1024

/**
 * A fetch for openid-client whose answers are bounded: a body longer than 1 MiB fails as it is
 * read, and redirects are never followed, so that no credential reaches another address.
 */
export function boundedFetch(send: typeof fetch): CustomFetch {
  return async (url, options) => {
    const { body, ...rest } = options
    const response = await send(url, {
      ...rest,
      redirect: 'manual',
      ...(body === undefined ? {} : { body }),
    } as RequestInit) // openid-client leaves `signal` possibly undefined, which fetch accepts
    return response.body === null ? response : limited(response, response.body)
  }
}

function limited(response: Response, body: ReadableStream<Uint8Array>): Response {
  let seen = 0
  const counted = body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        seen += chunk.byteLength
        if (seen > largestAnswer) controller.error(new TypeError('The answer is too large.'))
        else controller.enqueue(chunk)
      },
    }),
  )
  return new Response(counted, response)
}
