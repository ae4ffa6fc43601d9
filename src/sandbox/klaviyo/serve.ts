import type { IncomingMessage, ServerResponse } from 'node:http'
import { answer, type Desk } from './answer.ts'
import { control } from './control.ts'
import type { ActiveFaults } from './faults.ts'
import { maskPath } from './mask.ts'
import { findRoute } from './operations.ts'
import { readBody } from './receive.ts'
import type { Fault, LogEntry, SandboxKlaviyo } from './types.ts'
import { garbageReply, reset, send, sendHalf, type WireReply } from './wire.ts'

/** What serving needs beside the answers. */
export interface Office {
  desk: () => Desk
  faults: ActiveFaults
  /** For the control paths. */
  sandbox: () => SandboxKlaviyo
  record: (entry: Omit<LogEntry, 'seq'>) => void
  keepBodies: boolean
  sleep: (ms: number) => Promise<void>
  down: (forMs: number | undefined) => Promise<void>
}

/** Serves one connection's request, faults included. Never rejects. */
export async function serve(office: Office, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const raw = await readBody(request).catch(() => null)
  if (raw === null) return
  const base = office.desk().base
  const url = URL.parse(request.url ?? '/', base) ?? new URL('/unreadable', base)
  if (url.pathname.startsWith('/__sandbox/')) return send(response, control(office.sandbox(), request, url, raw.body))

  const desk = office.desk()
  const route = findRoute(request.method ?? '', url.pathname)
  const fault = route !== null && route !== 'path' ? office.faults.match(route.operation) : null
  const said = isCutFirst(fault)
    ? { reply: null, operation: typeof route === 'object' ? (route?.operation ?? null) : null, rows: 0, applied: false }
    : answer(desk, request, url, raw, fault)
  const reply = fault?.kind === 'garbage' ? garbageReply : said.reply
  office.record({
    at: desk.now,
    method: request.method ?? '',
    path: maskPath(url.pathname, url.searchParams),
    operation: said.operation,
    status: reply === null || isCutAfter(fault) ? null : reply.status,
    rows: said.rows,
    bytes: raw.bytes,
    fault: fault?.kind ?? null,
    applied: said.applied,
    ...(office.keepBodies && raw.bytes > 0 ? { body: raw.body.toString() } : {}),
  })
  await deliver(office, response, reply, fault)
}

function isCutFirst(fault: Fault | null): boolean {
  return fault?.kind === 'reset_before' || fault?.kind === 'hang' || fault?.kind === 'down'
}

function isCutAfter(fault: Fault | null): boolean {
  if (fault?.kind === 'late_apply') return (fault.reply ?? 'reset') === 'reset' || fault.reply === 'hang'
  return fault?.kind === 'reset_after' || fault?.kind === 'truncated'
}

async function deliver(office: Office, response: ServerResponse, reply: WireReply | null, fault: Fault | null) {
  if (fault?.kind === 'down') return office.down(fault.delayMs)
  if (fault?.kind === 'hang' || (fault?.kind === 'late_apply' && fault.reply === 'hang')) return
  if (fault?.kind === 'truncated' && reply) return sendHalf(response, reply)
  if (reply === null || isCutAfter(fault)) return reset(response)
  if (fault?.kind === 'slow') await office.sleep(fault.delayMs ?? 1_000)
  if (!response.destroyed) send(response, reply)
}
