import { scope } from './tokens.js'

/** An Express middleware as a function of a token, with as little around it as it bears. */
export function asVerifier(middleware) {
  return (token) =>
    new Promise((resolve, reject) => {
      const request = requestWith({ host: 'localhost', authorization: `Bearer ${token}` })
      const response = {
        setHeader: () => response,
        end: () => reject(new Error('refused')),
      }
      middleware(request, response, (error) => (error ? reject(error) : resolve(request)))
    })
}

/** What middleware reads of a request of Express. */
function requestWith(headers) {
  return {
    method: 'GET',
    protocol: 'http',
    url: '/',
    query: {},
    headers,
    get: (name) => headers[name.toLowerCase()],
    is: () => false,
  }
}

/** The middleware, and then the scope that the route needs. */
export function scopeGuard(middleware, scopesIn) {
  return function guardWithScope(request, response, next) {
    middleware(request, response, (error) => {
      if (error) return next(error)
      if (scopesIn(request).split(' ').includes(scope)) next()
      else response.sendStatus(403)
    })
  }
}
