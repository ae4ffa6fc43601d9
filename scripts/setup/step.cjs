const { spawn } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { cleanEnvironment } = require('./environment.cjs')
const { forgetChild, noteChild, endGroup } = require('./children.cjs')
const { steadyNode } = require('./node.cjs')
const places = require('./places.cjs')

const LEASH = path.join(__dirname, 'leash.cjs')
const KEPT_OUTPUT = 20_000
const running = new Set()
let node = null

/** What a command of the set-up left when it failed: its last output is kept, the whole of it is in .setup.log. */
class StepFailed extends Error {
  constructor(command, output) {
    super(`${command} failed`)
    this.output = output
  }
}

/** Runs one command quietly and resolves with its output; rejects with StepFailed. It never outlives this process. */
function runStep(command, args, extraEnvironment = {}) {
  node ??= steadyNode()
  return new Promise((resolve, reject) => {
    const token = `leash-${process.pid}-${Date.now()}-${running.size}`
    const child = spawn(node, [LEASH, token, command, ...args], {
      cwd: places.root,
      env: { ...cleanEnvironment(), ...extraEnvironment },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: !places.onWindows,
    })
    running.add(child)
    noteChild(child.pid, token)
    fs.appendFileSync(places.log, `\n$ ${command} ${args.join(' ')}\n`)

    let output = ''
    const keep = chunk => {
      output = (output + chunk).slice(-KEPT_OUTPUT)
      fs.appendFileSync(places.log, chunk)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('error', error => reject(new StepFailed(command, error.message)))
    child.on('close', code => {
      running.delete(child)
      forgetChild(token)
      if (code === 0) resolve(output)
      else reject(new StepFailed(command, output))
    })
  })
}

/** Ends every running command at once, with all that it started. */
function endSteps() {
  for (const child of running) {
    if (places.onWindows) child.kill()
    else endGroup(child.pid)
  }
}

module.exports = { runStep, endSteps, StepFailed }
