/** Everything the engine takes from outside: a simulation replaces it whole, so that a seed replays a run. */
export interface Effects {
  /** Milliseconds since 1970, UTC. */
  now(): number
  /** Resolves after `ms` milliseconds, or rejects at once when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Uniform in [0, 1). */
  random(): number
  /** A new lower-case ULID, without prefix. */
  uuid(): string
  /** One HTTP request; rejects on a socket failure, never on a status. */
  http(request: HttpRequest): Promise<HttpReply>
}

/** One request as the wire sees it. */
export interface HttpRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /** Absolute address. */
  url: string
  headers: Record<string, string>
  body?: Uint8Array | string
  /** Milliseconds until the reply's end; a later reply is a socket failure. */
  timeoutMs: number
  signal?: AbortSignal
}

/** One reply, body whole. */
export interface HttpReply {
  status: number
  /** Names in lower case. */
  headers: Record<string, string>
  body: string
}
