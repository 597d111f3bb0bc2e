/** How a token is asked for, in the platform's own words. */
export type Grant =
  | 'authorization_code'
  | 'on-behalf-of'
  | 'client_credentials'
  | 'refresh_token'
  | 'managed_identity'
