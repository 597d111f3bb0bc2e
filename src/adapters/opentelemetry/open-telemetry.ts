import { channel } from 'node:diagnostics_channel'
import {
  context,
  diag,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
  type MeterProvider,
  type TracerProvider,
} from '@opentelemetry/api'
import type { Findings, Telemetry } from '../../protocol/telemetry.js'
import { endingOf, type Ending } from './ending.js'
import { createInstruments } from './instruments.js'
import { attributesAtEnd, attributesAtStart, spanNameOf } from './span.js'

export type { Telemetry }

/** Where spans and metrics go; the globally registered providers by default. */
export interface OpenTelemetryOptions {
  readonly tracerProvider?: TracerProvider
  readonly meterProvider?: MeterProvider
}

const scope = 'entrada'

/**
 * Tells OpenTelemetry of guards, tokens and token requests, as spans and as metrics, and carries the
 * trace on to Entra, Graph and other APIs. No span or metric holds a token, a secret, or a value
 * that a token or a request could choose, so the number of metric series is bounded.
 *
 * @example entra({ telemetry: openTelemetry() })
 */
export function openTelemetry(options: OpenTelemetryOptions = {}): Telemetry {
  const tracer = (options.tracerProvider ?? trace).getTracer(scope)
  const instruments = createInstruments(scope, options.meterProvider)

  return {
    observe(operation, work) {
      const span = tracer.startSpan(spanNameOf(operation), {
        kind: operation.kind === 'token-request' ? SpanKind.CLIENT : SpanKind.INTERNAL,
        attributes: attributesAtStart(operation),
      })
      const began = performance.now()
      const findings: Findings = {}

      function end(ending: Ending): void {
        const seconds = (performance.now() - began) / 1000
        whateverComesOfIt(() => instruments.record(operation, ending, seconds))
        whateverComesOfIt(() => {
          span.setAttributes(attributesAtEnd(operation, ending))
          if (ending.outcome === 'failed') span.setStatus({ code: SpanStatusCode.ERROR })
          span.end()
        })
      }

      return context.with(trace.setSpan(context.active(), span), async () => {
        try {
          const value = await work(findings)
          end({ outcome: 'succeeded', source: findings.source })
          return value
        } catch (error) {
          end(endingOf(error, findings))
          throw error
        }
      })
    },

    traceHeaders() {
      const headers: Record<string, string> = {}
      if (!isSentByOthers()) propagation.inject(context.active(), headers)
      return headers
    },

    tell(event) {
      whateverComesOfIt(() => instruments.count(event))
    },
  }
}

/** A provider that throws is not allowed to, and nobody's request fails for it. */
function whateverComesOfIt(record: () => void): void {
  try {
    record()
  } catch (error) {
    const name = error instanceof Error ? error.name : typeof error
    diag.error(`entrada: a telemetry provider threw (${name}).`)
  }
}

const fetchStarts = channel('undici:request:create')

/** An instrumentation of fetch adds these headers to every request; two of them would cancel out. */
function isSentByOthers(): boolean {
  return fetchStarts.hasSubscribers
}
