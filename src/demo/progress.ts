import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'

const share = 'must be a number from 0 to 1'

/** What makes one demo another one. */
export const DemoOptions = z.object({
  /** Share (0..1) of the delivered people who order because of the campaign. */
  p: z.number(share).min(0, share).max(1, share),
  /** Decides who is held out. */
  salt: z.string().regex(/^[A-Za-z0-9_.-]{1,100}$/, 'may hold letters, digits, _ . and - only'),
})
export type DemoOptions = z.infer<typeof DemoOptions>

/** How far a demo has come: `.winback/demo.json`, rewritten whole after each step. */
const DemoProgress = z.object({
  version: z.literal(1),
  options: DemoOptions,
  startedAt: z.string(),
  /** Facts of each finished step by its name: what the story needs when it is told again. */
  steps: z.record(z.string(), z.record(z.string(), z.union([z.number(), z.string(), z.null()]))),
})
export type DemoProgress = z.infer<typeof DemoProgress>

/** Facts that a step leaves behind; no identities. */
export type Facts = Record<string, number | string | null>

/** Reads the progress, or null when there is none; a file that is not ours counts as none. */
export function readProgress(file: string): DemoProgress | null {
  try {
    const parsed = DemoProgress.safeParse(JSON.parse(readFileSync(file, 'utf8')))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

/** Writes the progress in one rename: killed at any instant, the old or the new text stands. */
export function writeProgress(file: string, progress: DemoProgress): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.part`, `${JSON.stringify(progress, null, 2)}\n`)
  renameSync(`${file}.part`, file)
}
