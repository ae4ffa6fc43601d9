import { request } from 'node:http'
import type { SandboxKlaviyo } from '../../src/sandbox/klaviyo.ts'

/** A reply as the wire brought it. */
export interface Seen {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
  /** Parsed body; undefined when it is no JSON. */
  json: Document
}

/** The parts of the vendor's documents that the tests look at. */
export interface Document {
  data: Resource & Resource[]
  links: { self: string; next: string | null }
  errors: {
    status: number
    code: string
    title: string
    detail: string
    source: { pointer?: string; parameter?: string }
  }[]
}

/** A resource with loosely typed attributes. */
export interface Resource {
  type: string
  id: string
  attributes: Record<string, unknown> & { source: { pointer: string }; original_payload: { attributes: object } }
}

/** Asks the sandbox as the vendor's documents say, over a real socket of its own; rejects with the socket's error. `headers` overwrite, undefined leaves one out. */
export function ask(
  sandbox: SandboxKlaviyo,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string | undefined> = {},
): Promise<Seen> {
  const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
  const all = {
    Authorization: `Klaviyo-API-Key ${sandbox.apiKey}`,
    revision: '2026-07-15',
    Accept: 'application/vnd.api+json',
    ...(text === undefined
      ? {}
      : { 'Content-Type': 'application/vnd.api+json', 'Content-Length': `${Buffer.byteLength(text)}` }),
    ...headers,
  }
  const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
  return new Promise((resolve, reject) => {
    const call = request(
      new URL(path, sandbox.endpoint),
      { method, headers: sent as Record<string, string>, agent: false },
      reply => {
        const chunks: Buffer[] = []
        reply.on('data', (chunk: Buffer) => chunks.push(chunk))
        reply.on('error', reject)
        reply.on('end', () => {
          const seen = Buffer.concat(chunks).toString()
          resolve({ status: reply.statusCode ?? 0, headers: reply.headers, text: seen, json: parse(seen) })
        })
      },
    )
    call.on('error', reject)
    call.end(text)
  })
}

/** A clock that only the test moves; starts at 2026-11-22T00:00:00Z. */
export function createClock() {
  let at = Date.parse('2026-11-22T00:00:00Z')
  return {
    now: () => at,
    advance: (ms: number) => {
      at += ms
    },
  }
}

/** Body of create_list. */
export function listBody(name: unknown) {
  return { data: { type: 'list', attributes: { name } } }
}

/** Body of bulk_import_profiles. */
export function importBody(profiles: readonly object[], lists: readonly string[] = []) {
  const data = profiles.map(attributes => ({ type: 'profile', attributes }))
  return {
    data: {
      type: 'profile-bulk-import-job',
      attributes: { profiles: { data } },
      ...(lists.length === 0 ? {} : { relationships: { lists: { data: lists.map(id => ({ type: 'list', id })) } } }),
    },
  }
}

/** Body of add_profiles_to_list and remove_profiles_from_list. */
export function idsBody(ids: readonly unknown[]) {
  return { data: ids.map(id => ({ type: 'profile', id })) }
}

/** Creates a list and returns its id. */
export async function makeList(sandbox: SandboxKlaviyo, name: string): Promise<string> {
  return (await ask(sandbox, 'POST', '/api/lists', listBody(name))).json.data.id
}

function parse(text: string): Document {
  try {
    return JSON.parse(text)
  } catch {
    return undefined as unknown as Document
  }
}
