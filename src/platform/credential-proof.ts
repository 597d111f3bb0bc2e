export type CredentialKind = 'secret' | 'certificate' | 'federated'

/** The parameters of a token request by which the app proves who it is. */
export type ClientProof = Readonly<Record<string, string>>

/** One secret, certificate or federated identity. Holds no secret in a visible field. */
export interface ProofSource {
  readonly kind: CredentialKind
  /**
   * A proof for one request.
   *
   * @param tokenEndpoint The address the request is sent to.
   * @throws an error of this library when there is nothing to prove the app's identity with.
   */
  proofFor(tokenEndpoint: string): Promise<ClientProof>
}

/** A signed statement in place of a secret (RFC 7523 section 2.2). */
export function assertionProof(assertion: string): ClientProof {
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
  }
}
