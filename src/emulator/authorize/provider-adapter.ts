import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider'

/** Where oidc-provider finds the clients of the directory. */
export type FindClient = (appId: string) => AdapterPayload | undefined

/** Storage for oidc-provider: one map for each of its models, gone with the emulator. */
export function createProviderAdapter(findClient: FindClient): AdapterFactory {
  const models = new Map<string, Map<string, AdapterPayload>>()
  return function adapterFor(model) {
    const stored = models.get(model) ?? new Map<string, AdapterPayload>()
    models.set(model, stored)
    return model === 'Client' ? clientAdapter(stored, findClient) : memoryAdapter(stored)
  }
}

function clientAdapter(stored: Map<string, AdapterPayload>, findClient: FindClient): Adapter {
  return { ...memoryAdapter(stored), find: (id) => Promise.resolve(findClient(id)) }
}

function memoryAdapter(stored: Map<string, AdapterPayload>): Adapter {
  return {
    upsert: (id, payload) => done(() => stored.set(id, payload)),
    find: (id) => Promise.resolve(stored.get(id)),
    findByUid: (uid) => Promise.resolve([...stored.values()].find((one) => one.uid === uid)),
    findByUserCode: () => Promise.resolve(undefined),
    consume: (id) => done(() => stored.set(id, { ...stored.get(id), consumed: true })),
    destroy: (id) => done(() => stored.delete(id)),
    revokeByGrantId: (grantId) =>
      done(() => {
        for (const [id, payload] of stored) if (payload.grantId === grantId) stored.delete(id)
      }),
  }
}

function done(action: () => unknown): Promise<undefined> {
  action()
  return Promise.resolve(undefined)
}
