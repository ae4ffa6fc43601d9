const { spawn } = require('node:child_process')
const os = require('node:os')
const tty = require('node:tty')

const FORWARDED = ['SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1']

/**
 * Runs `node ...args` in place of this process: same terminal, same folder, signals passed on, its exit code ours
 * (128 + number after a signal, so 130 on Ctrl-C). Returns at once; this process ends with the other.
 */
function hop(node, args) {
  const child = spawn(node, args, { stdio: 'inherit' })

  for (const signal of FORWARDED.filter(name => name in os.constants.signals)) {
    process.on(signal, () => child.kill(signal))
  }
  // The terminal sends Ctrl-C to both of us; only without a terminal is it ours to pass on.
  const atTerminal = [0, 1, 2].some(descriptor => tty.isatty(descriptor))
  process.on('SIGINT', () => atTerminal || child.kill('SIGINT'))

  child.on('error', error => {
    process.stderr.write(`${node} does not start: ${error.message}\n`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (os.constants.signals[signal] ?? 0)))
}

module.exports = { hop }
