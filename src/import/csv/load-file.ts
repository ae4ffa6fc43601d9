import { z } from 'zod'
import { type Call, raw, type Sql, sql, type Warehouse, WinbackError } from '../../../sync/index.ts'
import { createWitnesses, decideMarks, type Evidence, gatherEvidence, wouldReadOtherwise } from './evidence.ts'
import type { DecimalMark } from './number-sql.ts'
import type { FilePlan } from './plan-file.ts'
import { deleteFile, ensureRawTable, type FileKey, inTransaction } from './raw-tables.ts'
import {
  createStageSql,
  keySlot,
  landSql,
  parquetSegmentSql,
  spoolSegmentSql,
  stageSegmentSql,
  textSlot,
} from './segment-sql.ts'
import { spoolText } from './spool.ts'
import { rawTable } from './value-sql.ts'

/** Where a file is loaded. */
export interface LoadTarget {
  warehouse: Warehouse
  /** S_raw as SQL writes it. */
  schema: string
  call: Call
  /** A folder of our own for segments; its files are removed as they are read. */
  spoolDir: string
  brand: string
  source: string
  currency: string
  timezone: string
  /** The import's instant, ISO text. */
  now: string
}

/** How a file ended: its records are rows or rejects. */
export interface Loaded {
  rows: number
  rejected: number
}

/** Replaces a file's rows, rejects and state in one transaction. On any error, abort or crash the raw tables stay as they were. */
export async function loadFile(to: LoadTarget, plan: FilePlan, onBytes: (done: number) => void): Promise<Loaded> {
  const key: FileKey = { brand: to.brand, source: to.source, entity: plan.entity, file: plan.file.name }
  await ensureRawTable(to.warehouse, to.schema, plan.entity, to.call)
  let marks: ReadonlyMap<string, DecimalMark> | null = null
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      return await inTransaction(to.warehouse, to.call, () => replaceFile(to, plan, key, marks, onBytes))
    } catch (error) {
      if (!(error instanceof ReadOtherwise)) throw error
      marks = decideMarks(error.evidence)
    }
  }
  throw new WinbackError(
    'import.marks',
    `The numbers of ${plan.file.name} were read in two ways; nothing was imported`,
    'This is a bug in Winback: please report it.',
  )
}

/** Rolls an attempt back whose later rows showed another decimal mark than its first segment. */
class ReadOtherwise extends Error {
  readonly evidence: Evidence
  constructor(evidence: Evidence) {
    super('read otherwise')
    this.evidence = evidence
  }
}

/** The work of one transaction; `given` are the decimal marks, or null to take those that the first segment shows. */
async function replaceFile(
  to: LoadTarget,
  plan: FilePlan,
  key: FileKey,
  given: ReadonlyMap<string, DecimalMark> | null,
  onBytes: (done: number) => void,
): Promise<Loaded> {
  const { warehouse, schema, call } = to
  const stage = `${schema}.import_stage`
  await deleteFile(warehouse, schema, key, call)
  await warehouse.execute(raw(createStageSql(stage, plan.fields)), call)
  let marks = given
  const append = async (evidence: Evidence, done: number) => {
    marks ??= decideMarks(evidence)
    const plain = new Set([...evidence].flatMap(([name, shown]) => (shown.isPlain ? [name] : [])))
    const by = { currency: to.currency, timezone: to.timezone, marks, plain }
    await warehouse.execute(raw(stageSegmentSql(stage, plan, by)), call)
    onBytes(done)
  }
  const { records, evidence } =
    plan.dialect === null ? await readParquet(to, plan, append) : await readText(to, plan, append)
  if (marks !== null && wouldReadOtherwise(marks, evidence)) throw new ReadOtherwise(evidence)
  const loaded = await landStage(to, plan, key, stage)
  assertBalance(plan, records, loaded)
  await warehouse.execute(raw(`drop table ${stage}`), call)
  await warehouse.execute(stateSql(to, plan, key, loaded), call)
  return loaded
}

type Append = (evidence: Evidence, done: number) => Promise<void>

async function readText(to: LoadTarget, plan: FilePlan, append: Append) {
  const witnesses = createWitnesses(plan.fields, to.currency)
  const places = [...new Set(plan.fields.map(field => field.position))].sort((a, b) => a - b)
  const snapshot = (): Evidence => new Map([...witnesses].map(([field, { shown }]) => [field.name, { ...shown }]))
  const records = await spoolText(
    plan,
    { wanted: plan.header.map((_, i) => places.includes(i)), witnesses },
    { dir: to.spoolDir, signal: to.call.signal },
    () => {
      const evidence = snapshot()
      return async (path, done) => {
        await to.warehouse.execute(raw(spoolSegmentSql(path, places, plan.fields)), to.call)
        await append(evidence, done)
      }
    },
  )
  return { records, evidence: snapshot() }
}

async function readParquet(to: LoadTarget, plan: FilePlan, append: Append) {
  await to.warehouse.execute(raw(parquetSegmentSql(plan.file.path, plan.fields)), to.call)
  const columns = plan.fields.map((field, i) => [textSlot(i), field] as const)
  const evidence = await gatherEvidence(to, columns, to.currency)
  await append(evidence, plan.file.bytes)
  const [row] = await to.warehouse.query(
    raw('select count(*) as n from import_segment'),
    z.object({ n: z.number() }),
    to.call,
  )
  return { records: row?.n ?? 0, evidence }
}

/** Makes rows and rejects of the stage. Of records with the same key the first in the file is kept. */
async function landStage(to: LoadTarget, plan: FilePlan, key: FileKey, stage: string): Promise<Loaded> {
  const { warehouse, schema, call } = to
  const slot = keySlot(plan)
  const doubled = slot === null ? null : doubledSql(stage, slot)
  const keyColumn = plan.fields.find(field => field.name === plan.key)?.column ?? null
  const head = sql`insert into ${raw(schema)}.rejects select ${key.brand}, ${key.source}, ${key.entity}, ${key.file}, line`
  const at = sql`cast(${to.now} as timestamp)`
  const untyped = await warehouse.execute(
    sql`${head}, "column", reason, sample, ${at} from ${raw(stage)} where reason is not null`,
    call,
  )
  const double =
    doubled === null
      ? { rows: 0 }
      : await warehouse.execute(
          sql`${head}, ${keyColumn}, 'stands already on line ' || first, null, ${at} from (${raw(doubled)})`,
          call,
        )
  const { columns, values } = landSql(plan, to.currency)
  const others = doubled === null || double.rows === 0 ? '' : `and line not in (select line from (${doubled}))`
  const rows = await warehouse.execute(
    sql`insert into ${raw(`${schema}.${rawTable(plan.entity)}`)} (brand, source, ${raw(columns)}, _file, _line, _loaded_at)
      select ${key.brand}, ${key.source}, ${raw(values)}, ${key.file}, line, ${at}
      from ${raw(stage)} where reason is null ${raw(others)}`,
    call,
  )
  return { rows: rows.rows ?? 0, rejected: (untyped.rows ?? 0) + (double.rows ?? 0) }
}

// Lines whose key stands on an earlier good line, with that line.
function doubledSql(stage: string, slot: string): string {
  return `select s.line, d.first from ${stage} s join (
    select ${slot} as value, min(line) as first from ${stage} where reason is null and ${slot} is not null group by 1 having count(*) > 1
  ) d on s.${slot} = d.value where s.reason is null and s.line > d.first`
}

function assertBalance(plan: FilePlan, records: number, { rows, rejected }: Loaded): void {
  if (records === rows + rejected) return
  throw new WinbackError(
    'import.balance',
    `${plan.file.name} holds ${records} records, but ${rows} rows and ${rejected} rejects came of them; nothing was imported`,
    'This is a bug in Winback: please report it with the file’s first lines.',
  )
}

function stateSql(to: LoadTarget, plan: FilePlan, key: FileKey, loaded: Loaded): Sql {
  return sql`insert into ${raw(to.schema)}.imports
    (brand, source, entity, file, fingerprint, bytes, "rows", rejected, loaded_at, recipe, checked_at)
    values (${key.brand}, ${key.source}, ${key.entity}, ${key.file}, ${plan.fingerprint}, ${plan.file.bytes},
      ${loaded.rows}, ${loaded.rejected}, cast(${to.now} as timestamp), ${plan.recipe}, cast(${to.now} as timestamp))`
}
