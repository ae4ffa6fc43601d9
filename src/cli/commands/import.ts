import { getBrand, loadProject, type Project } from '../../config/project.ts'
import { ConfigError } from '../../errors.ts'
import { importProject, type ProjectImport } from '../../import/import-project.ts'
import { withRun } from '../../runs/with-run.ts'
import type { Command, Context } from '../command.ts'

/** `winback import`: lands every file that winback.yml names in the raw tables. */
export const importFiles: Command = {
  name: 'import',
  about: 'land the files that winback.yml names in the raw tables; unchanged files are skipped',
  arguments: [{ name: '[connector]', about: 'csv (default: every source)' }],
  example: 'winback --project-dir shop import',
  async run(ctx, [connector]) {
    if (connector !== undefined && connector !== 'csv') {
      throw new ConfigError('import.connector', `There is no connector '${String(connector)}'`, 'Known: csv.')
    }
    const project = loadProject(ctx)
    const brands = ctx.brand === undefined ? project.config.brands : [getBrand(project, ctx.brand)]
    const started = performance.now()
    const progress = ctx.out.progress('importing')
    try {
      const done = await withRun(
        project,
        { kind: 'import', input: { brands: brands.map(brand => brand.slug) } },
        { signal: ctx.signal, onWait: text => ctx.out.note(text) },
        async run => {
          const to = { id: run.id, signal: run.signal, now: new Date().toISOString() }
          const result = await importProject(project, brands, to, ({ file, done, total }) =>
            progress.update({ done, total, detail: file }),
          )
          await run.event('import', { tables: result.tables })
          return result
        },
      )
      const seconds = Math.round(performance.now() - started) / 1000
      progress.end()
      print(ctx, project, done, seconds)
      const isEmpty = done.files.some(file => file.state !== 'removed' && file.rows === 0 && file.rejected > 0)
      return {
        json: { tables: done.tables, files: done.files, reasons: done.reasons, seconds },
        exitCode: isEmpty ? 1 : 0,
      }
    } finally {
      progress.end()
    }
  },
}

function print({ out }: Context, project: Project, { tables, files, reasons }: ProjectImport, seconds: number): void {
  const several = project.config.brands.length > 1
  out.table(
    [...(several ? ['brand'] : []), 'file', 'table', 'rows', 'rejected', ''],
    files.map(file => [
      ...(several ? [file.brand] : []),
      file.file,
      `csv_${file.entity}`,
      file.rows,
      file.rejected,
      file.state === 'loaded' ? '' : file.state,
    ]),
  )
  const rows = tables.reduce((sum, table) => sum + table.rows, 0)
  const rejected = tables.reduce((sum, table) => sum + table.rejected, 0)
  out.line()
  out.line(
    `${count(rows, 'row')} in ${project.names.raw}, ${count(rejected, 'record')} rejected, in ${seconds.toFixed(1)} s.`,
  )
  if (rejected === 0) return
  out.line()
  out.table(
    ['rejected', 'file', 'first line', 'column', 'reason'],
    reasons.slice(0, 10).map(r => [r.count, r.file, r.line, r.column, r.reason]),
  )
  out.note(`Each of them: table ${project.names.raw.split('.').at(-1)}.rejects of .winback/raw.duckdb`)
  for (const file of files) {
    if (file.rows === 0 && file.rejected > 0)
      out.warn(`${file.file}: every record was rejected, so csv_${file.entity} has nothing of it.`)
  }
}

const count = (n: number, word: string) => `${n.toLocaleString('en-GB')} ${word}${n === 1 ? '' : 's'}`
