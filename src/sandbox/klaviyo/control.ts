import type { IncomingMessage } from 'node:http'
import type { Fault, SandboxKlaviyo } from './types.ts'
import type { WireReply } from './wire.ts'

/**
 * The sandbox's own paths, for another process on this machine: GET and POST and DELETE /__sandbox/faults, GET /__sandbox/lists, GET /__sandbox/membership?list=,
 * GET /__sandbox/log?since=, POST /__sandbox/reset. Plain JSON, no key; refused when a browser page asks (it would carry an Origin) or under another host name.
 */
export function control(sandbox: SandboxKlaviyo, request: IncomingMessage, url: URL, body: Buffer): WireReply {
  const isLocal = /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? '')
  if (!isLocal || request.headers.origin !== undefined) return json(403, { error: 'only for programs on this machine' })
  switch (`${request.method} ${url.pathname}`) {
    case 'GET /__sandbox/faults':
      return json(200, { faults: sandbox.faults.list() })
    case 'POST /__sandbox/faults':
      return addFaults(sandbox, body)
    case 'DELETE /__sandbox/faults':
      sandbox.faults.clear(url.searchParams.get('id') ?? undefined)
      return json(200, { faults: sandbox.faults.list() })
    case 'GET /__sandbox/lists':
      return json(200, { lists: sandbox.lists() })
    case 'GET /__sandbox/membership':
      return membership(sandbox, url.searchParams.get('list'))
    case 'GET /__sandbox/log': {
      const since = Number(url.searchParams.get('since') ?? 0)
      return json(200, { log: sandbox.log.filter(entry => entry.seq > since) })
    }
    case 'POST /__sandbox/reset':
      sandbox.reset()
      return json(200, { reset: true })
    default:
      return json(404, { error: `no such control path: ${request.method} ${url.pathname}` })
  }
}

function addFaults(sandbox: SandboxKlaviyo, body: Buffer): WireReply {
  const ids: string[] = []
  try {
    const given: unknown = JSON.parse(body.toString())
    const faults = [given].flat() as Fault[]
    const endless = faults.find(fault => fault.kind === 'down' && fault.delayMs === undefined)
    if (endless) throw new RangeError('fault: down needs delayMs here, since nothing could end it')
    for (const fault of faults) ids.push(sandbox.faults.add(fault))
    return json(201, { ids })
  } catch (error) {
    for (const id of ids) sandbox.faults.clear(id)
    return json(400, { error: error instanceof Error ? error.message : 'not a fault' })
  }
}

function membership(sandbox: SandboxKlaviyo, list: string | null): WireReply {
  if (list === null) return json(400, { error: 'say which: ?list=<id or name>' })
  const found = sandbox.lists().find(one => one.id === list) ?? sandbox.lists().find(one => one.name === list)
  if (!found) return json(404, { error: `no list ${list}` })
  const members = sandbox.members(found.id)
  return json(200, { list: found.id, name: found.name, count: members.length, members })
}

function json(status: number, document: object): WireReply {
  return { status, headers: { 'Content-Type': 'application/json' }, body: `${JSON.stringify(document)}\n` }
}
