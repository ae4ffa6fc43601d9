import type { ServerResponse } from 'node:http'
import { STATUS_CODES } from 'node:http'

/** A reply ready for the wire. */
export interface WireReply {
  status: number
  headers: Record<string, string>
  /** Empty for 204. */
  body: string
}

/** Sends it whole. */
export function send(response: ServerResponse, reply: WireReply): void {
  response.writeHead(reply.status, { ...reply.headers, 'Content-Length': String(Buffer.byteLength(reply.body)) })
  response.end(reply.body)
}

/** Cuts the connection with a TCP reset: the caller sees ECONNRESET. */
export function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy()
}

/** Promises the whole body, sends half of it and closes; a reply without body breaks off within its status line. */
export function sendHalf(response: ServerResponse, reply: WireReply): void {
  const status = `HTTP/1.1 ${reply.status} ${STATUS_CODES[reply.status] ?? ''}`
  if (reply.body === '') {
    response.socket?.end(status.slice(0, status.length / 2))
    return
  }
  const body = Buffer.from(reply.body)
  const headers = Object.entries({ ...reply.headers, 'Content-Length': String(body.length) })
  const head = [status, ...headers.map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n')
  response.socket?.end(Buffer.concat([Buffer.from(head), body.subarray(0, Math.floor(body.length / 2))]))
}

/** The 200 of a captive portal or a proxy in between. */
export const garbageReply: WireReply = {
  status: 200,
  headers: { 'Content-Type': 'text/html; charset=utf-8' },
  body: '<!doctype html><html><head><title>Please wait</title></head><body><p>We will be right back.</p></body></html>\n',
}
