import { findingKinds, type FindingId, type Severity } from './finding-kinds.js'

/** Something that is not as it should be, and what to do about it. */
export interface Finding {
  readonly id: FindingId
  readonly severity: Severity
  readonly found: string
  readonly expected: string
  readonly cure: string
  /** A page of this package or of Microsoft. */
  readonly docs: string
}

export interface FindingWords {
  readonly found: string
  readonly expected: string
  readonly cure: string
}

export function finding(id: FindingId, { found, expected, cure }: FindingWords): Finding {
  const { severity, docs } = findingKinds[id]
  return { id, severity, found, expected, cure, docs }
}
