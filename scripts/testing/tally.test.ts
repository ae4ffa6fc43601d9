import { describe, expect, it } from 'vitest'
import { addTallies, summary, tallyOne, tallyVitest } from './tally.ts'

const counts = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 }
const goodFile = { status: 'passed', assertionResults: [{ status: 'passed' }] }

describe('the tally of npm test', () => {
  it('counts passed, failed, skipped and todo tests of a report', () => {
    const report = {
      ...{ numPassedTests: 3, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 },
      testResults: [{ status: 'failed', assertionResults: [{ status: 'failed' }] }],
    }
    expect(tallyVitest(report, 1)).toEqual({ passed: 3, failed: 1, skipped: 3 })
  })

  it('counts a test file that does not load as one failure', () => {
    const report = { ...counts, testResults: [goodFile, { status: 'failed', assertionResults: [] }] }
    expect(tallyVitest(report, 1)).toEqual({ passed: 3, failed: 1, skipped: 0 })
  })

  it('counts an unhandled error, which fails the run and no test, as one failure', () => {
    expect(tallyVitest({ ...counts, testResults: [goodFile] }, 1).failed).toBe(1)
  })

  it('counts a run that left no report as one failure', () => {
    expect(tallyVitest(null, 0)).toEqual({ passed: 0, failed: 1, skipped: 0 })
  })

  it('adds lint and types as one check each', () => {
    const total = addTallies([tallyOne(0), tallyOne(2), { passed: 5, failed: 0, skipped: 0 }])
    expect(total).toEqual({ passed: 6, failed: 1, skipped: 0 })
  })

  it('ends with passed and failed, and names skipped tests only when there are any', () => {
    expect(summary({ passed: 12, failed: 0, skipped: 0 })).toBe('12 passed, 0 failed')
    expect(summary({ passed: 12, failed: 1, skipped: 2 })).toBe('12 passed, 1 failed, 2 skipped')
  })
})
