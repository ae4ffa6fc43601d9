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

/** Says one of everything; what came out where. */
function said(o: { json: boolean; quiet: boolean }) {
  const to = { stdout: '', stderr: '' }
  const out = createOutput({
    ...{ ...o, color: false, tty: false, columns: 80, now: () => 0 },
    stdout: text => {
      to.stdout += text
    },
    stderr: text => {
      to.stderr += text
    },
  })
  out.line('a line')
  out.table(['heading'], [['cell']])
  out.note('a note')
  out.warn('a warning')
  const progress = out.progress('work')
  progress.update({ done: 1, total: 2 })
  progress.end('the end')
  return to
}

describe('with --json', () => {
  it('keeps stdout free for the document', () => {
    const { stdout, stderr } = said({ json: true, quiet: false })
    expect(stdout).toBe('')
    expect(stderr).toBe('a line\nheading\n───────\ncell\na note\n! a warning\nthe end\n')
  })
})

describe('with --quiet', () => {
  it('gives the answer and warnings, no remarks', () => {
    const { stdout, stderr } = said({ json: false, quiet: true })
    expect(stdout).toBe('a line\nheading\n───────\ncell\nthe end\n')
    expect(stderr).toBe('! a warning\n')
  })

  it('and --json leaves only the document and warnings', () => {
    expect(said({ json: true, quiet: true })).toEqual({ stdout: '', stderr: '! a warning\n' })
  })
})
