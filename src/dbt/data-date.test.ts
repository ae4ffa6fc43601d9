import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { openDuckDb, raw } from '../../sync/index.ts'
import { projectPaths } from '../config/paths.ts'
import { WinbackConfig } from '../config/schema.ts'
import { duckDbSchemas } from '../config/schemas.ts'
import { resolveBuildDate } from './data-date.ts'
import { writeLastBuild } from './last-build.ts'

const now = new Date('2026-11-22T12:00:00Z')
const whole = { select: [], exclude: [] }
const part = { select: ['customers+'], exclude: [] }
const dir = mkdtempSync(join(tmpdir(), 'winback-data-date-'))
const project = {
  config: WinbackConfig.parse({
    version: 1,
    brands: [{ slug: 'acme', label: 'Acme', currency: 'GBP', timezone: 'UTC' }],
  }),
  paths: projectPaths(dir),
  names: duckDbSchemas('winback'),
}

/** A warehouse whose whole build counted to 1 November. */
async function builtAsOfNovember(record: { asOf: string; historical: boolean } | null): Promise<void> {
  mkdirSync(project.paths.state, { recursive: true })
  const db = await openDuckDb({ main: { path: project.paths.warehouse, as: 'warehouse' }, attach: [] })
  const call = { tag: { runId: 'test', purpose: 'test' } }
  await db.execute(raw('create schema warehouse.winback'), call)
  await db.execute(raw("create table warehouse.winback.build_info as select date '2026-11-01' as as_of_date"), call)
  await db.close()
  if (record === null) return
  const rest = { runId: 'r', invocationId: null, at: now.toISOString(), failures: [] }
  await writeLastBuild(project, { status: 'success', ...rest, ...record })
}

afterEach(() => rmSync(dir, { recursive: true, force: true }))

describe('the data date of a partial build', () => {
  it('is the last build’s, and so is whether it is historical', async () => {
    await builtAsOfNovember({ asOf: '2026-11-01', historical: false })
    const kept = { date: '2026-11-01', isHistorical: false }
    expect(await resolveBuildDate(project, { asOf: undefined, selection: part, now })).toEqual(kept)
    expect(await resolveBuildDate(project, { asOf: '2026-11-01', selection: part, now })).toEqual(kept)
    expect(
      await resolveBuildDate(project, { asOf: undefined, selection: { select: [], exclude: ['x'] }, now }),
    ).toEqual(kept)
  })

  it('cannot be another one', async () => {
    await builtAsOfNovember({ asOf: '2026-11-01', historical: true })
    await expect(resolveBuildDate(project, { asOf: '2026-11-15', selection: part, now })).rejects.toMatchObject({
      code: 'build.partial_as_of',
      exitCode: 2,
      message: 'A partial build keeps the data date 2026-11-01; --as-of 2026-11-15 would mix two',
      hint: 'Build without a selection to change the data date.',
    })
  })

  it('counts as historical when the last record is of a build that failed with another date', async () => {
    await builtAsOfNovember({ asOf: '2026-10-01', historical: false })
    expect(await resolveBuildDate(project, { asOf: undefined, selection: part, now })).toEqual({
      date: '2026-11-01',
      isHistorical: true,
    })
  })

  it('is --as-of or today before anything was built', async () => {
    expect(await resolveBuildDate(project, { asOf: undefined, selection: part, now })).toEqual({
      date: '2026-11-22',
      isHistorical: false,
    })
    expect(await resolveBuildDate(project, { asOf: '2026-11-01', selection: part, now })).toEqual({
      date: '2026-11-01',
      isHistorical: true,
    })
  })
})

describe('the data date of a whole build', () => {
  it('is --as-of or today, whatever was built before', async () => {
    await builtAsOfNovember({ asOf: '2026-11-01', historical: true })
    expect(await resolveBuildDate(project, { asOf: undefined, selection: whole, now })).toEqual({
      date: '2026-11-22',
      isHistorical: false,
    })
    expect((await resolveBuildDate(project, { asOf: '2026-10-01', selection: whole, now })).date).toBe('2026-10-01')
  })
})
