import { expect, it } from 'vitest'
import { whyStopped } from './stopped.ts'

const ending = { exitCode: 2, signal: null, sawJson: true, dbt: '/venv/bin/dbt' }

// Left: what dbt 1.12.6 with dbt-duckdb 1.11.1 wrote when it was provoked. Right: code, exit code and message.
it.each([
  [
    '[ERROR]: Encountered an error:\nIO Error: Could not set lock on file "/p/warehouse.duckdb": Conflicting lock is held in /usr/bin/python3.11 (PID 8464). See also https://duckdb.org/docs/stable/connect/concurrency',
    ['warehouse.locked', 1, '/p/warehouse.duckdb is open for writing in another process (pid 8464)'],
  ],
  [
    '[ERROR]: Encountered an error:\nIO Error: The file "/p/warehouse.duckdb" exists, but it is not a valid DuckDB database file!',
    ['warehouse.unreadable', 1, '/p/warehouse.duckdb is not a DuckDB file, or is damaged'],
  ],
  [
    "[ERROR]: Encountered an error:\nRuntime Error\n  Could not find profile named 'winback'",
    ['profile.unknown', 2, "profiles.yml has no profile 'winback'"],
  ],
  [
    "[ERROR]: Encountered an error:\nCompilation Error\n  Model 'model.winback.bad' (models/marts/bad.sql) depends on a node named 'nope' which was not found",
    [
      'model.parse',
      1,
      "models/marts/bad.sql cannot be parsed: Model 'model.winback.bad' (models/marts/bad.sql) depends on a node named 'nope' which was not found",
    ],
  ],
  [
    "[ERROR]: Encountered an error:\nCompilation Error in model bad (models/marts/bad.sql)\n  unexpected end of template, expected 'end of print statement'.\n    line 1\n      select {{ if",
    [
      'model.parse',
      1,
      "models/marts/bad.sql:1 cannot be parsed: unexpected end of template, expected 'end of print statement'. select {{ if",
    ],
  ],
  [
    '[ERROR]: Encountered an error:\nParsing Error\n  Error reading winback: marts/marts.yml - Runtime Error\n    Syntax error near line 30\n    ------------------------------\n    27 |         rows: []\n    30 |   bad: [',
    [
      'model.parse',
      1,
      'marts/marts.yml:30 cannot be parsed: Error reading winback: marts/marts.yml - Runtime Error Syntax error near line 30',
    ],
  ],
  [
    'Runtime Error\n  Could not find selector named nope, expected one of {}',
    ['build.selection', 2, 'No selector named nope'],
  ],
  [
    'OSError: [Errno 28] No space left on device',
    ['disk.full', 1, 'The disk is full: the build was thrown away, the last good one is still in place'],
  ],
])('explains: %s', (text, [code, exitCode, message]) => {
  const error = whyStopped({ ...ending, tail: [text as string] })
  expect([error.code, error.exitCode, error.message]).toEqual([code, exitCode, message])
  expect(error.hint).not.toBe('')
})

it('tells a Python environment that is broken from a project that is', () => {
  const tail = ['Traceback (most recent call last):', "ModuleNotFoundError: No module named 'dbt'"]
  const error = whyStopped({ ...ending, exitCode: 1, sawJson: false, tail })
  expect(error.code).toBe('dbt.broken')
  expect(error.message).toBe("dbt does not start: ModuleNotFoundError: No module named 'dbt'")
  expect(error.hint).toContain('winback doctor')
})

it('names a signal from outside, and shows unknown words as they are', () => {
  expect(whyStopped({ ...ending, exitCode: null, signal: 'SIGKILL', tail: [] }).message).toBe(
    'dbt was ended from outside (SIGKILL)',
  )
  expect(whyStopped({ ...ending, tail: ['Encountered an error:\nsomething new'] }).message).toBe(
    'dbt stopped: something new',
  )
})
