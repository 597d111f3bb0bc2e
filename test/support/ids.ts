/** Tenants, apps and users of the tests. */
export const ids = {
  contoso: '7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77',
  fabrikam: 'b24f6c1e-93d7-4f0a-9a55-6e1c7d20f8e4',
  personal: '9188040d-6c67-4c5b-b112-36a304b66dad',
  api: '1c8b5a3e-0f4d-4c2b-8e19-7a6d9b3f2c10',
  web: '5e7f2d91-6b3a-4e88-a1c4-9d0b8f7e6a52',
  daemon: '8a2e4c6f-1b3d-4f59-b7a0-c5d3e1f90264',
  ada: '3f0b6a52-7c1e-4d0b-9b7a-2a6d5b8e1c11',
  service: 'e4a1b7c3-58d2-4690-9f0e-3b6c8d2a7f15',
}

export type Payload = Record<string, unknown>
