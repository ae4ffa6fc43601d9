import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { Project } from '../config/project.ts'
import { dataDate } from './data-date.ts'
import { invocation, type Selection, selectionFlags } from './invocation.ts'
import { runDbt } from './run.ts'
import { buildVars } from './vars.ts'

/** One node as `dbt ls` names it. */
export const Listed = z.object({
  name: z.string(),
  /** model, seed, snapshot, source, test, unit_test … */
  resource_type: z.string(),
  unique_id: z.string(),
  tags: z.array(z.string()).default([]),
  original_file_path: z.string().default(''),
})
export type Listed = z.infer<typeof Listed>

const KEYS = 'name unique_id resource_type tags original_file_path'

/**
 * What a selection means, by `dbt ls`. It opens no database and works in a folder of its own, so it may run beside a build;
 * it starts from the build's partial parse. Throws ConfigError when nothing matches.
 */
export async function listNodes(
  project: Project,
  o: { selection: Selection; resourceType?: string | undefined; signal: AbortSignal },
): Promise<Listed[]> {
  const dir = await mkdtemp(join(tmpdir(), 'winback-ls-'))
  try {
    const file = 'partial_parse.msgpack'
    const targetPath = join(dir, 'target')
    await mkdir(targetPath)
    await copyFile(join(project.paths.target(project.target.target), file), join(targetPath, file)).catch(() => {})
    const vars = buildVars(project.config, await dataDate(project, new Date()))
    const at = (name: string) => join(dir, `${name}.duckdb`)
    const copy = { dir, warehouse: at('warehouse'), raw: at('raw'), ledger: at('ledger') }
    const type = o.resourceType === undefined ? [] : ['--resource-type', o.resourceType]
    const args = [
      'ls',
      ...selectionFlags(o.selection),
      ...type,
      '--output',
      'json',
      '--output-keys',
      ...KEYS.split(' '),
    ]
    const call = invocation(project, { id: 'ls', signal: o.signal, copy, vars }, args)
    const ran = await runDbt({ ...call, targetPath, logPath: dir })
    return ran.lines.flatMap(line => {
      const parsed = Listed.safeParse(toJson(line))
      return parsed.success ? [parsed.data] : []
    })
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

function toJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
