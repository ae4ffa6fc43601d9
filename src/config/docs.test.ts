import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { packageDir } from './project.ts'
import { Brand, WinbackConfig } from './schema.ts'

describe('docs/config.md', () => {
  const text = readFileSync(join(packageDir, 'docs', 'config.md'), 'utf8')
  const keysOf = (schema: z.ZodType) =>
    Object.keys((z.toJSONSchema(schema, { io: 'input' }) as { properties: Record<string, unknown> }).properties)
  const guards = Object.keys(Brand.shape.guards.unwrap().shape)
  const keys = [...keysOf(WinbackConfig), ...keysOf(Brand), ...guards]

  it.each(keys)('names the key %s', key => {
    expect(text).toMatch(new RegExp(`[\`.]${key}[\`.[]`))
  })
})

describe('docs/winback.schema.json', () => {
  it('is the schema that the loader enforces (vitest -u writes it again)', async () => {
    const schema = z.toJSONSchema(WinbackConfig, { io: 'input' })
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(
      join(packageDir, 'docs', 'winback.schema.json'),
    )
  })
})
