import { basename, join, relative, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import type { Entity } from '../../config/schema.ts'
import { Cancelled, ConfigError } from '../../errors.ts'
import { configText, settingVariables } from '../../import/init/config-text.ts'
import { editColumns } from '../../import/init/edit-columns.ts'
import { columnsToWrite, type GuessedColumn, guessColumns } from '../../import/init/guess-columns.ts'
import { type Maps, type ProjectFile, readDestinations, readFiles, readMaps } from '../../import/init/read-flags.ts'
import { assertNoProject, checkConfigText, writeProject } from '../../import/init/write-project.ts'
import type { Command, Context, Options } from '../command.ts'

/** `winback init`: makes a project folder around a shop's files. */
export const init: Command = {
  name: 'init',
  about:
    'make a project folder: winback.yml with the columns guessed from your files, profiles.yml, an example audience',
  arguments: [{ name: '[dir]', about: 'project folder, made when absent (default: here)' }],
  options: [
    { flags: '--connector <name>', about: 'the shape of your data: csv', default: 'csv' },
    { flags: '--file <entity=path>', about: 'a file or glob of one entity', many: true },
    {
      flags: '--map <entity.field=Column>',
      about: 'which column holds a field; Column:%d/%m/%Y for a date',
      many: true,
    },
    { flags: '--destination <type>', about: 'a platform to deliver to', many: true },
    { flags: '--endpoint <type=url>', about: 'another address for it: a proxy or the sandbox', many: true },
    { flags: '--label <text>', about: 'the brand’s name for people (default: its slug)' },
    { flags: '--currency <code>', about: 'ISO 4217 code of the brand’s money, such as GBP' },
    { flags: '--timezone <zone>', about: 'IANA zone of its days, such as Europe/London', default: 'UTC' },
    { flags: '--locale <tag>', about: 'BCP 47 tag of its customers’ language', default: 'en-GB' },
    { flags: '--yes', about: 'accept the guessed columns without asking' },
  ],
  example: 'winback init shop --file orders=orders.csv --brand acme --currency USD --yes',
  async run(ctx, [given], options) {
    if (options.connector !== 'csv') {
      throw new ConfigError('init.connector', `There is no connector '${String(options.connector)}'`, 'Known: csv.')
    }
    const dir = resolve(typeof given === 'string' ? given : ctx.projectDir)
    assertNoProject(dir)
    const slug =
      ctx.brand ??
      basename(dir)
        .toLowerCase()
        .replace(/[^a-z0-9_-]+/g, '-')
    const maps = readMaps(list(options.map), list(options.file))
    const files = await readFiles(list(options.file), dir, maps)
    const to = readDestinations(list(options.destination), list(options.endpoint))
    const brand = {
      slug,
      label: text(options.label) ?? slug,
      currency: currency(options),
      timezone: text(options.timezone) ?? 'UTC',
      locale: text(options.locale) ?? 'en-GB',
    }
    const paths = Object.fromEntries(Object.entries(files).map(([entity, file]) => [entity, file.written]))
    const config = (columns: Partial<Record<Entity, Record<string, string>>>) =>
      configText({ brand, files: paths, columns, destinations: to })
    checkConfigText(config({}))
    const columns = await chooseColumns(ctx, files, maps, options.yes === true)
    const { written, kept } = await writeProject(dir, config(columns))
    for (const name of written) ctx.out.line(`${ctx.out.green('✓')} ${name}`)
    for (const name of kept) ctx.out.note(`${name} was there already and stays as it is`)
    tellNext(ctx, dir, to)
    return { json: { dir, written, kept, columns } }
  },
}

async function chooseColumns(
  ctx: Context,
  files: Partial<Record<Entity, ProjectFile>>,
  maps: Maps,
  isYes: boolean,
): Promise<Maps> {
  const entities = Object.keys(files) as Entity[]
  const guess = (entity: Entity, given: Record<string, string>) => {
    const { header = [], records = [] } = files[entity]?.sample ?? {}
    return guessColumns(entity, header, records, given, entities)
  }
  const columns: Maps = {}
  for (const entity of entities) {
    let given = maps[entity] ?? {}
    let guesses = guess(entity, given)
    show(ctx, entity, files[entity], guesses)
    if (!isYes) {
      if (process.stdin.isTTY !== true) {
        throw new ConfigError(
          'init.not_a_terminal',
          'The guessed columns need a yes, and there is no terminal to ask on',
          'Look at the table above, correct it with --map, and add --yes.',
        )
      }
      const ask = createInterface({ input: process.stdin, output: process.stderr })
      try {
        given = await editColumns({
          entity,
          header: files[entity]?.sample.header ?? [],
          given,
          show: next => {
            guesses = guess(entity, next)
            show(ctx, entity, files[entity], guesses)
            return guesses
          },
          ask: question => ask.question(question, { signal: ctx.signal }),
          say: line => ctx.out.warn(line),
        })
      } catch (cause) {
        if (ctx.signal.aborted) throw new Cancelled('run.cancelled', 'Stopped; nothing was written', '', { cause })
        throw cause
      } finally {
        ask.close()
      }
      guesses = guess(entity, given)
    }
    const open = guesses.find(row => row.problem !== null)
    if (open !== undefined) {
      throw new ConfigError(
        'init.columns',
        `${entity}.${open.field}: ${open.problem}`,
        `Its columns: ${(files[entity]?.sample.header ?? []).filter(Boolean).join(', ')}. Say --map '${entity}.${open.field}=Column'.`,
      )
    }
    columns[entity] = columnsToWrite(guesses, given)
  }
  return columns
}

function show(ctx: Context, entity: Entity, file: ProjectFile | undefined, guesses: readonly GuessedColumn[]): void {
  const used = new Set(guesses.map(row => row.column))
  const rest = (file?.sample.header ?? []).filter(name => name !== '' && !used.has(name))
  ctx.out.line(ctx.out.bold(`${entity}  ${file?.written ?? ''}`))
  ctx.out.table(
    ['field', 'column', 'format', 'sample', 'why'],
    guesses.map(row => [
      row.field,
      row.column ?? '?',
      row.format ?? (row.kind === 'instant' || row.kind === 'day' ? 'ISO' : ''),
      mask(row),
      row.problem ?? { given: 'as you said', name: 'same name', guess: 'a guess: check it' }[row.by],
    ]),
  )
  if (rest.length > 0) ctx.out.note(`Not imported: ${rest.join(', ')}`)
  ctx.out.line()
}

// A terminal's scrollback outlives the session: addresses and names are not shown.
function mask({ kind, sample, field }: GuessedColumn): string {
  const isPersonal = kind === 'text' && /email|phone|name/.test(field) && field !== 'product_name'
  return isPersonal ? sample.replace(/\p{L}/gu, 'a').replace(/\p{N}/gu, '9') : sample.slice(0, 30)
}

function tellNext(ctx: Context, dir: string, to: readonly { type: string }[]): void {
  const shown = relative(process.cwd(), dir) || '.'
  const variables = to.flatMap(({ type }) => settingVariables(type)).map(variable => variable.name)
  ctx.out.line()
  ctx.out.line(
    `Next:${variables.length === 0 ? '' : ` set ${variables.join(', ')} (or write them into ${join(shown, '.env')}), then`}`,
  )
  const flag = shown === '.' ? '' : ` --project-dir ${shown}`
  ctx.out.line(`  winback${flag} import`)
  ctx.out.line(`  winback${flag} build`)
}

function currency(options: Options): string {
  const code = text(options.currency)
  if (code !== undefined) return code
  throw new ConfigError(
    'init.currency',
    'The brand’s currency is not given',
    'Add --currency with its ISO 4217 code, such as --currency GBP.',
  )
}

const list = (value: Options[string]) => (Array.isArray(value) ? value : [])
const text = (value: Options[string]) => (typeof value === 'string' && value !== '' ? value : undefined)
