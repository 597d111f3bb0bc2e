import { describe, expect, it } from '@jest/globals'
import { aadstsTable, diagnose } from '../../src/protocol/aadsts.js'

const none = { error: undefined, suberror: undefined, codes: [] }

/** The numbers that an application of this kind meets, as Microsoft's pages and its answers have them. */
const numbersWeMeet = [
  16000, 16002, 160021, 28000, 28002, 28003, 50001, 500011, 500014, 50011, 50012, 700027, 7000274,
  50013, 500131, 500133, 50014, 50020, 50034, 51004, 90072, 50053, 50057, 50126, 50055, 50058,
  50059, 90019, 50072, 50074, 50076, 50078, 50079, 50105, 50131, 53000, 53001, 530002, 530003,
  50132, 50133, 50173, 50147, 50148, 501481, 50149, 50194, 50196, 50199, 53003, 530032, 530035,
  54005, 65001, 65002, 65004, 650052, 650056, 650057, 650059, 70000, 700003, 700005, 70001, 700011,
  700016, 70002, 7000215, 7000218, 7000222, 700024, 700025, 70003, 70005, 700051, 700054, 70008,
  700082, 700084, 70011, 1002012, 70043, 700022, 700023, 70021, 700213, 7000112, 7000114, 90002,
  90009, 90014, 900144, 9001023, 90023, 9002313, 90033, 90024, 90006, 90090, 50033, 90055, 90094,
  90095, 900971, 901002, 9010010, 1000031, 240002, 50048, 7000214, 7000277, 1000502, 700211, 700212,
  700229, 650053, 900439,
]

describe('the table of AADSTS numbers', () => {
  it('explains every number that an application meets', () => {
    const known = new Set(aadstsTable.flatMap((row) => row.codes))
    expect(numbersWeMeet.filter((code) => !known.has(code))).toEqual([])
  })

  it('has each number once', () => {
    const codes = aadstsTable.flatMap((row) => row.codes)
    expect(codes.filter((code, at) => codes.indexOf(code) !== at)).toEqual([])
  })

  it.each(aadstsTable.map((row) => [row.codes.join(', '), row] as const))(
    'says of %s what happened and what to do',
    (_, row) => {
      expect(row.codes.length).toBeGreaterThan(0)
      expect(row.kind).toMatch(/^[a-z-]+$/)
      expect(row.explanation).toMatch(/^[A-Z][\x20-\x7e]{15,}\.$/)
      expect(row.cure).toMatch(/^[A-Z][\x20-\x7e]{8,}\.$/)
      expect(row.cure).not.toBe(row.explanation)
    },
  )
})

describe('an error answer', () => {
  it.each([
    [65001, 'user-consent'],
    [90094, 'admin-consent'],
    [50079, 'interaction'],
    [53003, 'interaction'],
    [50105, 'denied'],
    [54005, 'restart'],
    [7000215, 'credential'],
    [500011, 'configuration'],
    [50196, 'throttled'],
    [90033, 'transient'],
    [50013, 'caller-token'],
    [7000114, 'caller-token'],
  ])('with AADSTS%i is of kind %s', (code, kind) => {
    const found = diagnose({ error: 'invalid_grant', suberror: 'message_only', codes: [999, code] })
    expect(found).toMatchObject({ kind, aadsts: code })
  })

  it('with AADSTS9002313 is about the grant when it says invalid_grant, else about the request', () => {
    const codes = [9002313]
    expect(diagnose({ ...none, error: 'invalid_grant', codes }).kind).toBe('interaction')
    expect(diagnose({ ...none, error: 'invalid_request', codes }).kind).toBe('configuration')
  })

  it.each([
    ['invalid_grant', 'consent_required', 'user-consent'],
    ['invalid_grant', 'basic_action', 'interaction'],
    ['invalid_grant', 'message_only', 'interaction'],
    ['invalid_grant', 'token_expired', 'interaction'],
    ['invalid_grant', 'something_new', 'interaction'],
    ['invalid_grant', undefined, 'interaction'],
    ['interaction_required', undefined, 'interaction'],
    ['login_required', undefined, 'interaction'],
    ['consent_required', undefined, 'user-consent'],
    ['access_denied', undefined, 'denied'],
    ['invalid_client', undefined, 'credential'],
    ['invalid_scope', undefined, 'configuration'],
    ['unauthorized_client', undefined, 'configuration'],
    ['invalid_resource', undefined, 'configuration'],
    ['unsupported_grant_type', undefined, 'configuration'],
    ['temporarily_unavailable', undefined, 'transient'],
    ['server_error', undefined, 'transient'],
    [undefined, undefined, 'configuration'],
  ])('with an unknown number, %s and %s is of kind %s', (error, suberror, kind) => {
    const found = diagnose({ error, suberror, codes: [123456789] })
    expect(found).toMatchObject({ kind, aadsts: 123456789 })
    expect(found.explanation).toMatch(/\.$/)
    expect(found.cure).toMatch(/\.$/)
  })
})
