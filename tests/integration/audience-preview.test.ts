import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { getAudience, listAudiences } from '../../src/audiences/list.ts'
import { previewAudience } from '../../src/audiences/preview.ts'
import type { Project } from '../../src/config/project.ts'
import { createCampaignProject, writeSmallBuild } from '../support/campaign-project.ts'

let project: Project
const audience = (name: string, text: string) => writeFileSync(join(project.dir, 'models-sql', `${name}.sql`), text)
const front = (fields: string) => `/*\nlabel: X\nfields: [${fields}]\n*/\n`

beforeAll(() => {
  project = createCampaignProject({ acme: 'http://127.0.0.1:1', zen: 'http://127.0.0.1:1' })
})

describe('previewAudience', () => {
  it('asks for a build when there is none', async () => {
    await expect(previewAudience(project, 'lapsed', { brand: 'acme' })).rejects.toMatchObject({
      code: 'build.missing',
      exitCode: 2,
    })
  })

  it('counts, gives the share of the brand’s customers and a sample', async () => {
    await writeSmallBuild(project, {
      asOf: '2026-10-01',
      people: [
        { brand: 'acme', id: '1' },
        { brand: 'acme', id: '2', away: 70 },
        { brand: 'acme', id: 'eve@example.com', away: 90 },
        { brand: 'acme', id: '4', away: 5 },
        { brand: 'zen', id: '1', away: 300 },
      ],
    })
    const preview = await previewAudience(project, 'lapsed', { brand: 'acme', limit: 3 })
    expect(preview).toMatchObject({
      total: 3,
      share: 0.75,
      duplicates: 0,
      withoutId: 0,
      columns: ['customer_id', 'first_name', 'days_since_order'],
    })
    expect(preview.rows.map(row => row.days_since_order)).toEqual([100, 70, 90])
    expect(preview.rows.map(row => row.customer_id)).toEqual(['1', '2', 'e•••@example.com'])
  })

  it('counts a customer selected twice', async () => {
    audience(
      'twice',
      `${front('')}select customer_id from {{ ref('customers') }} union all select customer_id from {{ ref('customers') }} where days_since_order > 95`,
    )
    expect(await previewAudience(project, 'twice', { brand: 'acme' })).toMatchObject({ total: 5, duplicates: 1 })
  })

  it('names the missing column, its line and the nearest', async () => {
    audience('typo', `${front('')}select customer_id from {{ ref('customers') }}\nwhere days_since_oder > 1`)
    await expect(previewAudience(project, 'typo', { brand: 'acme' })).rejects.toMatchObject({
      code: 'audience.column',
      message: "models-sql/typo.sql:6: no column 'days_since_oder' in customers",
      hint: "Did you mean 'days_since_order'?",
      exitCode: 2,
    })
  })

  it('stops a query that takes too much memory', async () => {
    const cross = "select a.customer_id from {{ ref('customers') }} a cross join {{ ref('customers') }} b"
    audience('cross', `${front('')}${cross} order by repeat(a.first_name, 1000)`)
    await expect(previewAudience(project, 'cross', { brand: 'acme' })).rejects.toThrow('repeat() is not for audiences')
  })

  it('can be stopped', async () => {
    await expect(
      previewAudience(project, 'lapsed', { brand: 'acme', signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: 'run.cancelled' })
  })
})

describe('listAudiences', () => {
  it('lists the project’s own and the shipped ones, broken files with what is wrong', async () => {
    audience('broken', 'select 1')
    const listed = await listAudiences(project)
    expect(listed.map(one => one.slug)).toEqual(
      expect.arrayContaining(['about_to_lapse', 'broken', 'lapsed', 'lapsed_vips', 'one_time_buyers_gone_quiet']),
    )
    expect(listed.find(one => one.slug === 'broken')).toMatchObject({
      file: 'models-sql/broken.sql',
      error: expect.any(Error),
    })
  })

  it('lets a project replace a shipped audience by one of the same name', async () => {
    audience('lapsed_vips', `${front('')}select customer_id from {{ ref('customers') }}`)
    expect((await getAudience(project, 'lapsed_vips')).label).toBe('X')
  })

  it('suggests the audience that was meant', async () => {
    await expect(getAudience(project, 'high_value_at_rsk')).rejects.toMatchObject({
      code: 'audience.unknown',
      hint: "Did you mean 'high_value_at_risk'?",
    })
  })
})
