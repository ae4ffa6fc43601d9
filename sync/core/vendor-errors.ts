import { z } from 'zod'
import { redact } from './redact.ts'

// JSON:API's errors array (Klaviyo); others say `error.message` or `message`.
const Reply = z.object({
  errors: z
    .array(
      z.object({
        code: z.string().optional(),
        title: z.string().optional(),
        detail: z.string().optional(),
        source: z.object({ pointer: z.string().optional(), parameter: z.string().optional() }).nullish(),
      }),
    )
    .optional(),
  error: z.object({ message: z.string().optional() }).or(z.string()).optional(),
  message: z.string().optional(),
})

/** The first error of a vendor's reply in its own words, redacted, led by a colon; empty when there are none. */
export function describeReply(body: string, secrets: readonly string[]): string {
  const reply = read(body)
  const first = reply?.errors?.[0]
  const other = typeof reply?.error === 'string' ? reply.error : reply?.error?.message
  const words = first === undefined ? (other ?? reply?.message ?? '') : (first.detail ?? first.title ?? '')
  const code = first?.code === undefined ? '' : `${redact(first.code, secrets, 60)}: `
  const more = (reply?.errors?.length ?? 0) > 1 ? ` (and ${(reply?.errors?.length ?? 1) - 1} more)` : ''
  const text = `${code}${redact(words, secrets)}${more}`
  return text === '' ? '' : `: ${text}`
}

/** The JSON Pointers the vendor complains about; digits and field names only. */
export function pointersOf(body: string): string[] {
  const pointers = read(body)?.errors?.map(error => error.source?.pointer ?? '') ?? []
  return pointers.filter(pointer => /^(\/[a-z0-9_-]+)+$/i.test(pointer))
}

function read(body: string): z.infer<typeof Reply> | undefined {
  try {
    return Reply.safeParse(JSON.parse(body)).data
  } catch {
    return undefined
  }
}
