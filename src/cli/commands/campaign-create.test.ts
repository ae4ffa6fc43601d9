import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageDir } from '../../config/project.ts'
import { createOutput } from '../output.ts'
import { campaignCreate } from './campaign-create.ts'

const projectDir = mkdtempSync(join(tmpdir(), 'winback-create-'))

beforeAll(() => {
  cpSync(join(packageDir, 'tests', 'support', 'dbt-fixture', 'profiles.yml'), join(projectDir, 'profiles.yml'))
  writeFileSync(
    join(projectDir, 'winback.yml'),
    `version: 1
brands:
  - slug: acme
    label: Acme
    currency: GBP
    timezone: UTC
    destinations: [{ slug: klaviyo, type: klaviyo, settings: { apiKey: "\${NOBODY_SET_THIS_KEY}" } }]
`,
  )
})
afterAll(() => rmSync(projectDir, { recursive: true, force: true }))

function create(to: string) {
  const silent = { json: false, quiet: true, color: false, tty: false, columns: 80, now: () => 0 }
  const out = createOutput({ ...silent, stdout: () => {}, stderr: () => {} })
  const where = { projectDir, profilesDir: undefined, target: undefined, brand: undefined }
  const options = { audience: 'lapsed_vips', to: [to], holdout: '0.2', windowDays: '28', outcome: 'conversion' }
  return campaignCreate.run({ ...where, out, signal: new AbortController().signal }, ['autumn'], options)
}

describe('campaign create', () => {
  it('names the destination that was meant', async () => {
    await expect(create('klavio')).rejects.toMatchObject({
      code: 'destination.unknown',
      hint: "Did you mean 'klaviyo'?",
    })
  })

  it('writes the file without the platform’s key: nothing is sent yet', async () => {
    expect(await create('klaviyo')).toMatchObject({ json: { campaign: 'autumn', destinations: ['klaviyo'] } })
    expect(existsSync(join(projectDir, 'campaigns', 'autumn.yml'))).toBe(true)
  })
})
