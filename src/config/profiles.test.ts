import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findProfilesDir, loadTarget } from './profiles.ts'

function profiles(text: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'winback-profiles-'))
  writeFileSync(join(dir, 'profiles.yml'), text)
  return dir
}

const good = `winback:
  target: duckdb
  outputs:
    duckdb:
      type: duckdb
      path: "{{ env_var('WINBACK_WAREHOUSE_PATH', 'warehouse.duckdb') }}"
      schema: "{{ env_var('WINBACK_SCHEMA', 'winback') }}"
      threads: "{{ env_var('WINBACK_THREADS', '2') | as_number }}"
`
const wanted = { profile: 'winback', target: undefined }

describe('profiles.yml', () => {
  it('reads env_var with defaults and filters, and remembers the names for dbt', () => {
    const target = loadTarget(profiles(good), wanted, { WINBACK_THREADS: '4' })
    expect(target).toMatchObject({ target: 'duckdb', schema: 'winback', threads: 4 })
    expect(target.envVars).toEqual(['WINBACK_SCHEMA', 'WINBACK_THREADS', 'WINBACK_WAREHOUSE_PATH'])
  })

  it.each([
    [
      'other Jinja',
      good.replace("env_var('WINBACK_SCHEMA', 'winback')", 'target.name'),
      /profiles\.yml:7: only env_var/,
    ],
    [
      'a variable without value or default',
      good.replace(", 'winback'", ''),
      /profiles\.yml:7: WINBACK_SCHEMA is not set/,
    ],
    [
      'a schema called like the catalog',
      good.replace("'winback') }}\"\n      threads", "'warehouse') }}\"\n      threads"),
      /must not be `warehouse`/,
    ],
    [
      'an unknown warehouse type',
      good.replace('type: duckdb', 'type: oracle'),
      /profiles\.yml:5: warehouse type 'oracle'/,
    ],
  ])('refuses %s', (_, text, message) => {
    expect(() => loadTarget(profiles(text), wanted, {})).toThrow(message)
  })

  it('names the targets there are when the wanted one is not', () => {
    expect(() => loadTarget(profiles(good), { profile: 'winback', target: 'prod' }, {})).toThrow("has no target 'prod'")
  })

  it('takes the folder of the flag before the project’s own', () => {
    const flag = profiles(good)
    const project = profiles(good)
    expect(findProfilesDir(project, flag, {})).toBe(flag)
    expect(findProfilesDir(project, undefined, {})).toBe(project)
  })
})
