import { z } from 'zod'
import { redactPeople } from './redact.ts'

/** What dbt's log tells while it works. Progress only: the truth is run_results.json and the exit code. */
export type DbtEvent =
  | { type: 'version'; version: string }
  | { type: 'started'; node: string; name: string; done: number; total: number | null }
  | {
      type: 'finished'
      node: string
      name: string
      /** success, error, skipped, pass, warn, fail … in dbt's words. */
      status: string
      seconds: number
      done: number
      total: number | null
    }
  | { type: 'log'; level: 'warn' | 'error'; text: string }
  /** A line of the answer, such as one of `dbt ls`. */
  | { type: 'print'; text: string }

const FINISHED = new Set([
  'LogModelResult',
  'LogTestResult',
  'LogSeedResult',
  'LogSnapshotResult',
  'LogNodeNoOpResult',
  'LogFunctionResult',
  'LogNodeResult',
  'LogUnitTestResult',
  'SkippingDetails',
  'LogSkipBecauseError',
])

const Line = z.object({
  info: z.object({
    name: z.string(),
    level: z.string().catch('info'),
    msg: z.string().catch(''),
    invocation_id: z.string().nullable().catch(null),
  }),
  data: z
    .object({
      total: z.number().nullable().catch(null),
      status: z.string().catch(''),
      execution_time: z.number().catch(0),
      version: z.string().catch(''),
      msg: z.string().catch(''),
      node_info: z
        .object({
          unique_id: z.string().catch(''),
          node_name: z.string().catch(''),
          node_status: z.string().catch(''),
          resource_type: z.string().catch(''),
        })
        .nullable()
        .catch(null),
    })
    .catch({ total: null, status: '', execution_time: 0, version: '', msg: '', node_info: null }),
})

/**
 * Reads dbt's JSON log line by line. Unknown events and missing fields are passed over; what is not JSON (a Python
 * traceback) is kept in `tail`, as are warnings and errors: the last 60 of them.
 */
export function createEventReader(onEvent: (event: DbtEvent) => void) {
  const done = new Set<string>()
  const tail: string[] = []
  const state = { invocationId: null as string | null, total: null as number | null, sawJson: false }
  const keep = (text: string) => {
    tail.push(text)
    if (tail.length > 60) tail.shift()
  }
  const line = (text: string) => {
    const parsed = parseLine(text)
    if (parsed === null) return keep(redactPeople(text))
    const { info, data } = parsed
    state.sawJson = true
    state.invocationId ??= info.invocation_id
    const node = data.node_info
    if (info.name === 'MainReportVersion') onEvent({ type: 'version', version: data.version.replace(/^=/, '') })
    else if (info.name === 'PrintEvent') onEvent({ type: 'print', text: data.msg || info.msg })
    else if (info.name === 'LogStartLine' && node !== null) {
      state.total ??= data.total
      onEvent({ type: 'started', node: node.unique_id, name: node.node_name, done: done.size, total: state.total })
    } else if (FINISHED.has(info.name) && node !== null) {
      state.total ??= data.total
      done.add(node.unique_id)
      onEvent({
        type: 'finished',
        node: node.unique_id,
        name: node.node_name,
        status: finishedStatus(info.name, node.node_status, data.status),
        seconds: data.execution_time,
        done: done.size,
        total: state.total,
      })
    }
    if (info.level === 'error' || info.level === 'warn') {
      const said = redactPeople(info.msg)
      keep(said)
      onEvent({ type: 'log', level: info.level, text: said })
    }
  }
  return { line, state, tail }
}

// Unit tests carry the text "None" as node_status (dbt 1.12): data.status has the word then. Skips may carry neither.
function finishedStatus(event: string, nodeStatus: string, status: string): string {
  if (nodeStatus !== '' && nodeStatus !== 'None') return nodeStatus
  if (event === 'SkippingDetails' || event === 'LogSkipBecauseError') return 'skipped'
  return status.toLowerCase()
}

function parseLine(text: string): z.infer<typeof Line> | null {
  if (!text.startsWith('{')) return null
  try {
    const parsed = Line.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}
