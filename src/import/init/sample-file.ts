import { z } from 'zod'
import { ConfigError, openDuckDb, raw } from '../../../sync/index.ts'
import type { Entity } from '../../config/schema.ts'
import { literal } from '../csv/literal.ts'
import { readTextHeader } from '../csv/plan-file.ts'
import { openSourceFile } from '../csv/source-file.ts'

/** A file's header and first records: what a mapping is guessed from. */
export interface FileSample {
  header: string[]
  records: string[][]
}

/** Reads a file's header and up to some thousand records. Throws ConfigError when it cannot be imported at all. */
export async function sampleFile(
  path: string,
  name: string,
  entity: Entity,
  given: Readonly<Record<string, string>>,
): Promise<FileSample> {
  const file = await openSourceFile(path, name)
  if (file.format !== 'parquet') return readTextHeader(file, entity, given)
  const warehouse = await openDuckDb({ main: { path: ':memory:', as: 'scratch' }, attach: [], memoryLimitMb: 256 })
  try {
    const [row] = await warehouse.query(
      raw(
        `select list(columns(*)::varchar) from (select * from read_parquet(${literal(path)}, binary_as_string = true) limit 1000)`,
      ),
      z.record(z.string(), z.array(z.string().nullable()).nullable()),
      { tag: { runId: 'init', purpose: `reading ${name}` } },
    )
    const header = Object.keys(row ?? {})
    const count = Math.max(0, ...Object.values(row ?? {}).map(values => values?.length ?? 0))
    const records = Array.from({ length: count }, (_, i) => header.map(column => row?.[column]?.[i] ?? ''))
    return { header, records }
  } catch (cause) {
    throw new ConfigError('import.parquet_broken', `${name} cannot be read as Parquet`, 'Copy or export it again.', {
      cause,
    })
  } finally {
    await warehouse.close()
  }
}
