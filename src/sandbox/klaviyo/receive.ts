import type { IncomingMessage } from 'node:http'
import { type Operation, operations } from './operations.ts'
import { invalid, Problem } from './problem.ts'
import { maxBytes, tooLarge } from './profile-handlers.ts'
import type { Quotas, Standing } from './quota.ts'

const revisions = ['2026-07-15', '2026-10-15'] // contracts/destinations.md §1.1 and §13.1
const contentTypes = ['application/vnd.api+json', 'application/json']
const drainBytes = 64_000_000

/** The body's bytes; what lies beyond the limit is read and thrown away, so that the caller gets its answer. `bytes` counts all of it. Rejects when the caller hangs up. */
export async function readBody(request: IncomingMessage): Promise<{ body: Buffer; bytes: number }> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes <= maxBytes) chunks.push(chunk)
    if (bytes > drainBytes) break
  }
  return { body: Buffer.concat(chunks), bytes }
}

/** Refuses a request without the account's private key: 401. */
export function checkKey(request: IncomingMessage, apiKey: string): void {
  const [scheme, key] = (request.headers.authorization ?? '').split(' ', 2)
  if (scheme !== 'Klaviyo-API-Key' || !key) {
    const detail = 'Missing or invalid authorization scheme. Please use Klaviyo-API-Key.'
    throw new Problem(401, 'not_authenticated', 'Authentication credentials were not provided.', detail)
  }
  if (key === apiKey) return
  throw new Problem(401, 'authentication_failed', 'Incorrect authentication credentials.', 'Invalid API key.')
}

/** Counts the request; asking for `profile_count` has a rate of its own (get_list: 1/s, 15/m). */
export function takeQuota(quotas: Quotas, operation: Operation, search: URLSearchParams): Standing {
  const isCounting = operation === 'get_list' && search.has('additional-fields[list]')
  if (isCounting) return quotas.take('get_list profile_count', { burst: 1, steady: 15 })
  return quotas.take(operation, operations[operation])
}

/** Refuses a missing or unknown `revision` (400) and, where there is a body, a content type that is not JSON (415). */
export function checkHeaders(request: IncomingMessage, operation: Operation): void {
  const revision = request.headers.revision
  if (typeof revision !== 'string' || !revisions.includes(revision)) {
    const known = revisions.join(' or ')
    throw invalid(`The header 'revision' must be ${known}, not ${revision === undefined ? 'absent' : 'this one'}.`, {
      pointer: '/data/',
    })
  }
  if (operations[operation].body === undefined) return
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  if (contentTypes.includes(type) && request.headers['content-encoding'] === undefined) return
  const detail = `Unsupported content type; send ${contentTypes[0]} without content encoding.`
  throw new Problem(415, 'unsupported_media_type', 'Unsupported media type.', detail)
}

/** The parsed body of an operation that takes one; undefined otherwise. 413 before it is parsed, 400 when it is not JSON in UTF-8. */
export function parseBody(operation: Operation, body: Buffer, bytes: number): unknown {
  if (bytes > maxBytes) throw tooLarge(bytes)
  if (operations[operation].body === undefined) return undefined
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    throw new Problem(400, 'parse_error', 'Malformed request.', 'The body is not JSON.', { pointer: '/data' })
  }
}

/** Rows a request is about: profiles of its body, whatever else is wrong with it. */
export function countRows(operation: Operation, body: unknown): number {
  if (typeof body !== 'object' || body === null || !('data' in body)) return 0
  const path = operation === 'bulk_import_profiles' ? ['attributes', 'profiles', 'data'] : []
  let at: unknown = body.data
  for (const name of path) at = typeof at === 'object' && at !== null ? Reflect.get(at, name) : undefined
  return Array.isArray(at) ? at.length : 0
}
