import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { getBrand, type Project } from '../../src/config/project.ts'
import { closeAppDb, openAppDb } from '../../src/db/client.ts'
import { endRun, insertRun } from '../../src/runs/store.ts'
import { readBuildState } from '../../src/syncs/build-state.ts'
import { openLedger } from '../../src/syncs/open.ts'
import { createCampaignProject, type SmallBuild, writeSmallBuild } from '../support/campaign-project.ts'

const now = new Date('2026-11-22T00:10:00Z')
const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000)
const small: SmallBuild = { asOf: '2026-11-21', people: [{ brand: 'acme', id: '1' }], builtAt: hoursAgo(6) }
const endpoints = { acme: 'http://127.0.0.1:9', zen: 'http://127.0.0.1:9' }
let project: Project

beforeEach(() => {
  project = createCampaignProject(endpoints, { hasSource: true })
})
afterEach(() => closeAppDb(project.paths))

const imported = async (brands: string[], at: Date, status: 'done' | 'failed' = 'done') => {
  const db = await openAppDb(project.paths)
  const id = `run_${brands.join('_')}_${at.getTime()}_${status}`
  await insertRun(db, { id, kind: 'import', input: { brands }, at: at.toISOString() })
  await endRun(db, id, { status, at: at.toISOString() })
}
const health = async (build: SmallBuild, after?: string) => {
  await writeSmallBuild(project, build)
  const warehouse = await openLedger(project, { tag: { runId: 'run_test', purpose: 'testing' } })
  try {
    const o = { now, runId: 'run_test', ...(after !== undefined && { after }) }
    return (await readBuildState(project, getBrand(project, 'acme'), warehouse, o)).health
  } finally {
    await warehouse.close()
  }
}

describe('the age of a build', () => {
  beforeEach(() => imported(['acme'], hoursAgo(1)))

  it('is that of the marts, not of the record that a partial build rewrites', async () => {
    const stale = await health({ ...small, builtAt: hoursAgo(50), recordedAt: hoursAgo(1) })
    expect(stale).toMatchObject({ buildOk: false, reason: 'The build is 50 hours old; guards.maxBuildAgeHours is 48' })
  })

  it('is that of the marts with --after too, whatever the manifest says or leaves out', async () => {
    const path = join(project.paths.state, 'manifest.json')
    const results = { metadata: { invocation_id: 'inv_test' }, results: [{ unique_id: 'model.x', status: 'success' }] }
    writeFileSync(join(project.paths.state, 'run_results.json'), JSON.stringify(results))
    expect(await health({ ...small, builtAt: hoursAgo(50) }, path)).toMatchObject({
      buildOk: false,
      reason: 'The build is 50 hours old; guards.maxBuildAgeHours is 48',
    })
    const manifest = JSON.parse(readFileSync(path, 'utf8'))
    const other = join(project.dir, 'manifest.json')
    writeFileSync(other, JSON.stringify({ ...manifest, metadata: { ...manifest.metadata, generated_at: undefined } }))
    writeFileSync(join(project.dir, 'run_results.json'), JSON.stringify(results))
    expect(await health({ ...small, builtAt: hoursAgo(50) }, other)).toMatchObject({ buildOk: false })
    expect(await health(small, other)).toMatchObject({ buildOk: true, historical: false })
  })
})

describe('the age of the data', () => {
  it('is that of the brand’s own newest import', async () => {
    await imported(['acme'], hoursAgo(60))
    await imported(['zen'], hoursAgo(1))
    await imported(['acme'], hoursAgo(1), 'failed')
    expect(await health(small)).toMatchObject({
      buildOk: false,
      reason: 'The last import is 60 hours old; guards.maxImportAgeHours is 48',
    })
    await imported(['acme', 'zen'], hoursAgo(2))
    expect(await health(small)).toMatchObject({ buildOk: true, reason: null })
  })

  it('is that of the newest loaded order when no import is on record', async () => {
    expect(await health({ ...small, loadedAt: hoursAgo(60) })).toMatchObject({
      buildOk: false,
      reason: 'The last import is 60 hours old; guards.maxImportAgeHours is 48',
    })
    expect(await health({ ...small, loadedAt: hoursAgo(3) })).toMatchObject({ buildOk: true })
  })

  it('blocks when neither is known', async () => {
    expect(await health(small)).toMatchObject({
      buildOk: false,
      reason: 'No import is on record, so the data’s age is not known',
    })
  })

  it('is nobody’s to ask where winback.yml names no source', async () => {
    project = createCampaignProject(endpoints)
    expect(await health(small)).toMatchObject({ buildOk: true })
  })
})

describe('a build synced after midnight', () => {
  it('is not historical when it was made as of its own day', async () => {
    await imported(['acme'], hoursAgo(1))
    expect(await health(small)).toMatchObject({ historical: false })
  })

  it('is historical when its record says so', async () => {
    await imported(['acme'], hoursAgo(1))
    expect(await health({ ...small, historical: true })).toMatchObject({ historical: true })
  })
})
