// Runs one command and ends it, with everything it started, as soon as the set-up that started it is gone.
// usage: node leash.cjs TOKEN COMMAND [arguments...]   stdin: a pipe that the set-up keeps open as long as it lives
const { spawn } = require('node:child_process')

const [command, ...args] = process.argv.slice(3)
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], shell: process.platform === 'win32' })

child.on('error', error => {
  process.stderr.write(`${error.message}\n`)
  process.exit(127)
})
child.on('exit', code => process.exit(code ?? 1))

process.stdin.on('end', endAll).on('error', endAll).resume()

function endAll() {
  if (process.platform === 'win32') child.kill()
  else process.kill(-process.pid, 'SIGKILL') // the leash leads its own process group
}
