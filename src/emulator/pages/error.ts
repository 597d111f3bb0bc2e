import { documentOf, html } from './layout.js'
import { traceList, type Trace } from './trace.js'

export interface ErrorModel {
  /** The number of the AADSTS code. */
  code: number
  /** The sentence that follows the code, with or without its "AADSTS…: ". */
  message: string
  trace: Trace
}

/** The page for errors that must not be sent to a redirect URI, such as an unregistered one. */
export function errorPage({ code, message, trace }: ErrorModel): string {
  const prefix = `AADSTS${code}: `
  return documentOf({
    title: 'Sign-in failed',
    body: html`
      <h1>Sign-in failed</h1>
      <p>Sorry, we cannot sign you in. The application’s request was refused:</p>
      <p class="trouble">${message.startsWith(prefix) ? message : prefix + message}</p>
      ${traceList(trace, code)}
      <p class="quiet">
        Microsoft explains this code at
        <a href="https://login.microsoftonline.com/error?code=${code}" rel="noreferrer"
          >login.microsoftonline.com/error?code=${code}</a
        >.
      </p>
    `,
  })
}
