import spec from './klaviyo.schema.json' with { type: 'json' }

/** The vendor's operation ids (OpenAPI `operationId`) that Winback uses and the sandbox answers. */
export type Operation = keyof typeof spec.operations

/** One operation of the compact schema. */
export interface OperationSpec {
  method: string
  /** `/api/lists/{id}`. */
  path: string
  /** Requests per second, per minute and per day: fixed windows (the vendor's `x-klaviyo-ratelimit`). */
  burst: number
  steady: number
  daily?: number
  /** Name of the body's schema under `$defs`; absent when the operation takes no body. */
  body?: string
}

/** Every operation by id. */
export const operations: Readonly<Record<Operation, OperationSpec>> = spec.operations

const routes = Object.entries(operations).map(([operation, { method, path }]) => ({
  operation: operation as Operation,
  method,
  pattern: new RegExp(`^${path.replace('{id}', '([^/]+)')}/?$`),
}))

/** What a method and path lead to: an operation with its id, or how far it got (`path`: the path exists under another method). A closing slash is allowed. */
export function findRoute(method: string, path: string): { operation: Operation; id: string } | 'path' | null {
  const known = routes.filter(route => route.pattern.test(path))
  const route = known.find(one => one.method === method)
  if (!route) return known.length > 0 ? 'path' : null
  return { operation: route.operation, id: route.pattern.exec(path)?.[1] ?? '' }
}
