import { z } from 'zod'
import type { Entity } from '../config/schema.ts'

/** How far an import is: bytes of the files that have to be read. */
export interface ImportProgress {
  file: string
  done: number
  total: number
}

/** What one file of a source ended as. */
export interface ImportedFile {
  entity: Entity
  file: string
  rows: number
  rejected: number
  /** `unchanged`: same bytes read by the same recipe as last time; `removed`: no longer in winback.yml. */
  state: 'loaded' | 'unchanged' | 'removed'
}

/** What one raw table holds of a source after an import. */
export interface ImportedTable {
  brand: string
  source: string
  /** Without its schema: `csv_orders`. */
  table: string
  rows: number
  rejected: number
}

/** One reason for rejects. */
export const Reason = z.object({
  entity: z.string(),
  file: z.string(),
  column: z.string().nullable(),
  reason: z.string(),
  count: z.number(),
  /** The first such line. */
  line: z.number(),
})
export type Reason = z.infer<typeof Reason>
