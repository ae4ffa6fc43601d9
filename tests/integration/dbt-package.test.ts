import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { dbtProject, runDbt } from '../support/dbt-workbench.ts'

it('is a package that a data team’s own project includes by one line', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'winback-package-'))
  try {
    mkdirSync(join(dir, 'models'))
    writeFileSync(
      join(dir, 'dbt_project.yml'),
      "name: shop\nversion: '1.0'\nprofile: winback\nmodels: {shop: {+materialized: table}}\nvars: {state_lost_ratio: 9}\n",
    )
    writeFileSync(join(dir, 'packages.yml'), `packages:\n  - local: ${dbtProject}\n`)
    writeFileSync(
      join(dir, 'models', 'lapsed_big_spenders.sql'),
      "select brand, customer_id, net_revenue from {{ ref('winback', 'customers') }} where state = 'lapsed' and net_revenue > 500\n",
    )
    const paths = ['--project-dir', dir, '--profiles-dir', join(dbtProject, 'profiles')]
    await runDbt(dir, ['deps', ...paths])
    const printed = await runDbt(dir, ['build', ...paths, '--exclude-resource-type', 'unit_test', 'test'])
    expect(printed).toContain('OK created sql table model winback.customers')
    expect(printed).toContain('OK created sql table model winback.lapsed_big_spenders')
    expect(printed).toMatch(/Done\. PASS=\d+ WARN=0 ERROR=0/)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}, 180_000)
