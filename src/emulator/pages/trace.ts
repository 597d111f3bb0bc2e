import { html, type Html } from './layout.js'

/** What support would ask for: the same three values that end every AADSTS description. */
export interface Trace {
  traceId: string
  correlationId: string
  timestamp: string
}

export function traceList({ traceId, correlationId, timestamp }: Trace, code?: number): Html {
  return html`<h2>Troubleshooting details</h2>
    <dl class="trace">
      ${
        code !== undefined &&
        html`<dt>Error code</dt>
          <dd>AADSTS${code}</dd>`
      }
      <dt>Trace ID</dt>
      <dd>${traceId}</dd>
      <dt>Correlation ID</dt>
      <dd>${correlationId}</dd>
      <dt>Timestamp</dt>
      <dd>${timestamp}</dd>
    </dl>`
}
