import type { IncomingMessage } from 'node:http'
import type { Account, Change } from './account.ts'
import { handlers } from './handlers.ts'
import { countValues } from './mask.ts'
import { findRoute, type Operation } from './operations.ts'
import { Problem, problemDocument } from './problem.ts'
import type { Quotas, Standing } from './quota.ts'
import { checkHeaders, checkKey, countRows, parseBody, takeQuota } from './receive.ts'
import type { AccountSettings } from './requests.ts'
import { planChanges, problemOf, serverError } from './strike.ts'
import type { Fault } from './types.ts'
import { checkBody, parseQuery } from './validate.ts'
import type { WireReply } from './wire.ts'

/** What an answer draws on. */
export interface Desk {
  account: Account
  quotas: Quotas | null
  settings: AccountSettings
  apiKey: string
  base: string
  now: number
  /** Records and commits one change. Throws when it cannot be recorded. */
  commit: (change: Change, at: number) => ReturnType<Account['commit']>
  nextErrorId: () => string
}

/** An answer and what the log says of it. */
export interface Answer {
  reply: WireReply
  operation: Operation | null
  rows: number
  applied: boolean
}

/** Answers one whole request: checks it, commits what it changes as the fault decides, and renders the reply. Never throws. */
export function answer(
  desk: Desk,
  request: IncomingMessage,
  url: URL,
  raw: { body: Buffer; bytes: number },
  fault: Fault | null,
): Answer {
  const said: Omit<Answer, 'reply'> = { operation: null, rows: 0, applied: false }
  let standing: Standing | null = null
  try {
    const route = findRoute(request.method ?? '', url.pathname)
    if (route === null) throw new Problem(404, 'not_found', 'Not found.', 'The path does not exist.')
    if (route === 'path') throw new Problem(405, 'method_not_allowed', 'Method not allowed.', 'Not with this method.')
    const { operation, id } = route
    said.operation = operation

    const struck = fault && problemOf(fault)
    if (struck) throw struck
    checkKey(request, desk.apiKey)
    standing = desk.quotas ? takeQuota(desk.quotas, operation, url.searchParams) : null
    checkHeaders(request, operation)
    const query = parseQuery(operation, url.searchParams)
    const body = parseBody(operation, raw.body, raw.bytes)
    said.rows = typeof query.filter === 'string' ? countValues(query.filter) : countRows(operation, body)
    checkBody(operation, body)

    const { account, base, now, settings } = desk
    const plan = handlers[operation]({ account, id, query, body, bytes: raw.bytes, base, url, now, settings })
    const changes = plan.change ? planChanges(plan.change, fault, now, account.newListId) : []
    const [job = null] = changes.map(({ change, at }) => desk.commit(change, at))
    said.applied = changes.length > 0
    account.advance(now)

    if (fault?.kind === 'error_after' || (fault?.kind === 'late_apply' && fault.reply === 'error'))
      throw serverError(fault)
    const { status, document } = plan.reply(job)
    return { ...said, reply: render(status, document === null ? '' : JSON.stringify(document), standing) }
  } catch (error) {
    const problem = error instanceof Problem ? error : broken(error)
    const reply = render(problem.status, problemDocument(problem, desk.nextErrorId()), standing)
    return { ...said, reply: { ...reply, headers: { ...reply.headers, ...problem.headers } } }
  }
}

function render(status: number, body: string, standing: Standing | null): WireReply {
  const headers: Record<string, string> = body === '' ? {} : { 'Content-Type': 'application/vnd.api+json' }
  if (standing !== null) {
    headers['RateLimit-Limit'] = String(standing.limit)
    headers['RateLimit-Remaining'] = String(standing.remaining)
    headers['RateLimit-Reset'] = String(standing.resetSeconds)
  }
  return { status, headers, body }
}

/** Our own failure, a full disk under the state file most likely. */
function broken(error: unknown): Problem {
  const detail =
    error instanceof Error && 'code' in error ? `The sandbox broke: ${String(error.code)}.` : 'The sandbox broke.'
  return new Problem(500, 'error', 'A server error occurred.', detail)
}
