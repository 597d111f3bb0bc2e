import { context, propagation, type Attributes } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base'

/** One series of a metric: its labels, and how often it was recorded. */
export interface Series {
  readonly name: string
  readonly unit: string
  readonly attributes: Attributes
  readonly count: number
}

export interface Observatory {
  readonly tracerProvider: BasicTracerProvider
  readonly meterProvider: MeterProvider
  /** Spans that have ended, the first one first. */
  spans(): readonly ReadableSpan[]
  series(): Promise<readonly Series[]>
  /** Everything that was exported, as text. */
  exported(): Promise<string>
  forget(): void
  stop(): Promise<void>
}

/** OpenTelemetry's own SDK, with context and propagation registered as an app does it. */
export function startObservatory(): Observatory {
  const spans = new InMemorySpanExporter()
  const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({
    exporter: metrics,
    exportIntervalMillis: 3_600_000,
  })
  const tracerProvider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(spans)],
  })
  const meterProvider = new MeterProvider({ readers: [reader] })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())

  async function collected() {
    metrics.reset()
    await reader.forceFlush()
    return metrics
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics)
      .flatMap((scope) => scope.metrics)
  }

  return {
    tracerProvider,
    meterProvider,
    spans: () => spans.getFinishedSpans(),
    async series() {
      const all = await collected()
      return all.flatMap(({ descriptor: { name, unit }, dataPoints }) =>
        dataPoints.map(({ attributes, value }) => ({
          name,
          unit,
          attributes,
          count: typeof value === 'number' ? value : (value as { count: number }).count, // a histogram's
        })),
      )
    },
    async exported() {
      const told = spans
        .getFinishedSpans()
        .map(({ name, attributes, events, status }) => ({ name, attributes, events, status }))
      return JSON.stringify([told, await collected()])
    },
    forget: () => {
      spans.reset()
    },
    async stop() {
      context.disable()
      propagation.disable()
      await tracerProvider.shutdown()
      await meterProvider.shutdown()
    },
  }
}
