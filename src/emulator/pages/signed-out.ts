import { continueScript } from './continue-script.js'
import { documentOf, html, Html } from './layout.js'

export interface SignedOutModel {
  /** The front-channel logout addresses of the session's applications, with their `sid`. */
  frontChannelUrls: readonly string[]
  /** Where the user goes when every application has answered, or after two seconds. */
  continueUrl?: string | undefined
}

/** The end of a session. Send it with `pageHeaders({ frames: frontChannelUrls })`. */
export function signedOutPage({ frontChannelUrls, continueUrl }: SignedOutModel): string {
  const frames = frontChannelUrls.map(
    (address) => html`<iframe src="${address}" title="Signing out" hidden></iframe>`,
  )
  if (continueUrl === undefined) {
    return documentOf({
      title: 'Signed out',
      body: html`<h1>You are signed out</h1>
        <p>You may close this window.</p>
        ${frames}`,
    })
  }
  return documentOf({
    title: 'Signed out',
    // The same journey for a browser that runs no scripts.
    head: html`<noscript>
      <meta http-equiv="refresh" content="2;url=${continueUrl}" />
    </noscript>`,
    body: html`<h1>You are signed out</h1>
      <p>Taking you back to the application. <a id="continue" href="${continueUrl}">Continue</a></p>
      ${frames} ${new Html(`<script>${continueScript}</script>`)}`,
  })
}
