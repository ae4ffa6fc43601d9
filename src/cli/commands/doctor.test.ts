import { describe, expect, it } from 'vitest'
import { createOutput } from '../output.ts'
import { doctor } from './doctor.ts'

const captured = () => {
  const text: string[] = []
  const write = (chunk: string) => void text.push(chunk)
  const terminal = { json: false, quiet: false, color: false, tty: false, columns: 200, now: () => 0 }
  return { text, out: createOutput({ ...terminal, stdout: write, stderr: write }) }
}

describe('winback doctor', () => {
  it('shows Node, Python, dbt, disk and ports, and returns the same as JSON', async () => {
    const { text, out } = captured()
    const context = { projectDir: '/nowhere', profilesDir: undefined, target: undefined, brand: undefined }
    const result = await doctor.run({ ...context, out, signal: new AbortController().signal }, [], {})
    const { checks } = result.json as { checks: { name: string; status: string; found: string }[] }
    expect(checks.map(check => check.name)).toEqual([
      ...['Node', 'npm', 'Python', 'venv', 'node modules', 'dbt', 'disk', 'port 4010'],
    ])
    for (const { name, found } of checks)
      expect(text.join('')).toMatch(new RegExp(`[✓!✗]\\s+${name}\\s+.*${found.slice(0, 5)}`))
    expect(result.exitCode).toBe(checks.some(check => check.status === 'fail') ? 1 : 0)
  })
})
