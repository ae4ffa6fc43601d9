const { checkAll } = require('./checks.cjs')

const MARKS = { ok: '✓', warn: '!', fail: '✗' }

/** `winback doctor` before there are any node modules: the same checks, plain lines. Resolves with the exit code. */
async function report(argv) {
  const checks = await checkAll()
  const healthy = checks.every(check => check.status !== 'fail')

  if (argv.includes('--json')) process.stdout.write(`${JSON.stringify({ ok: healthy, checks }, null, 2)}\n`)
  else process.stdout.write(checks.map(line).join(''))
  return healthy ? 0 : 1
}

function line({ name, status, found, fix }) {
  return `${MARKS[status]} ${name.padEnd(13)} ${found}${fix ? `\n    → ${fix}` : ''}\n`
}

module.exports = { report }
