/** Where in the request the fault lies: a JSON pointer into the body, or the name of a query parameter. */
export type Source = { pointer: string } | { parameter: string }

/** A refusal in the vendor's shape; thrown by checks and turned into a JSON:API reply by the server. */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly source: Source
  readonly headers: Record<string, string>

  constructor(
    status: number,
    code: string,
    title: string,
    detail: string,
    source: Source = { pointer: '/data/' },
    headers: Record<string, string> = {},
  ) {
    super(detail)
    this.status = status
    this.code = code
    this.title = title
    this.source = source
    this.headers = headers
  }
}

/** 400 `invalid`: the request as a whole is refused. */
export function invalid(detail: string, source: Source): Problem {
  return new Problem(400, 'invalid', 'Invalid input.', detail, source)
}

/** 404: `A list with id XXXXXX does not exist.` */
export function notFound(what: string, id: string, source?: Source): Problem {
  return new Problem(404, 'not_found', 'Not found.', `A ${what} with id ${id} does not exist.`, source)
}

/** 429 with the vendor's body (klaviyo-api-node #66) and `Retry-After` in whole seconds, at least 1. */
export function throttled(seconds: number): Problem {
  const detail = `Request was throttled. Expected available in ${seconds} second${seconds === 1 ? '' : 's'}.`
  const retry = { 'Retry-After': String(seconds) }
  return new Problem(429, 'throttled', 'Request was throttled.', detail, { pointer: '/data/' }, retry)
}

/** The JSON:API document of a refusal. */
export function problemDocument(problem: Problem, id: string): string {
  const { status, code, title, message: detail, source } = problem
  return JSON.stringify({ errors: [{ id, status, code, title, detail, source, links: {}, meta: {} }] })
}
