/** Not of the Web, but in every engine that servers run on; where it is missing, setting it is no harm. */
interface ErrorConstructor {
  stackTraceLimit: number
}
