import { describe, expect, it } from 'vitest'
import { createOutput, layout, progressText } from './output.ts'

describe('a table', () => {
  it('puts numbers to the right and gives the widest column’s end away at 30 columns', () => {
    const lines = layout(
      ['segment', 'customers'],
      [
        ['hibernating and then some more text', 1071],
        ['new', null],
      ],
      30,
    )
    expect(lines).toEqual([
      'segment              customers',
      '───────────────────  ─────────',
      'hibernating and th…       1071',
      'new                          –',
    ])
  })
})

describe('progress', () => {
  it('estimates the seconds left by the pace so far', () => {
    expect(progressText('build', 10, 40, 6)).toBe('build 10/40 (25 %), 18 s left') // 6 s for 10: 18 s for 30
  })

  it('gives no estimate before a tenth is done', () => {
    expect(progressText('build', 1, 40, 1)).toBe('build 1/40 (2 %)')
  })
})

describe('with --json', () => {
  it('keeps stdout free for the document', () => {
    let stdout = ''
    let stderr = ''
    const out = createOutput({
      json: true,
      quiet: false,
      color: false,
      tty: false,
      columns: 80,
      stdout: text => {
        stdout += text
      },
      stderr: text => {
        stderr += text
      },
      now: () => 0,
    })
    out.line('hello')
    out.table(['a'], [['b']])
    expect(stdout).toBe('')
    expect(stderr).toContain('hello')
  })
})
