import { type Check, checkEnvironment, isHealthy } from '../../doctor/checks.ts'
import type { Command } from '../command.ts'
import type { Output } from '../output.ts'

/** `winback doctor`: is this machine ready? Needs no project, no database and no network. */
export const doctor: Command = {
  name: 'doctor',
  about: 'check this machine: Node, Python, dbt and its adapters, disk, ports',
  example: 'winback doctor',
  async run({ out }) {
    const checks = await checkEnvironment()
    const ok = isHealthy(checks)
    out.table(
      ['', 'check', 'found'],
      checks.map(({ status, name, found }) => [mark(status), name, found]),
    )
    out.line()
    for (const { status, name, fix } of checks) {
      if (fix !== '') out.line(`${paint(out, status)} ${name}: ${fix}`)
    }
    if (ok) out.line(out.green('Everything that Winback needs is here.'))
    return { json: { ok, checks }, exitCode: ok ? 0 : 1 }
  },
}

function mark(status: Check['status']): string {
  return { ok: '✓', warn: '!', fail: '✗' }[status]
}

function paint(out: Output, status: Check['status']): string {
  return status === 'fail' ? out.red(mark(status)) : out.amber(mark(status))
}
