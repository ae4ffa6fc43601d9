const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const places = require('./places.cjs')
const { say } = require('./speech.cjs')

const PATIENCE_MS = 5_000
const noted = new Map()

/** Writes down a running command, so that the next set-up can end it if this one is killed. */
function noteChild(pid, token) {
  noted.set(token, pid)
  save()
}

/** Strikes out a command that has ended. */
function forgetChild(token) {
  noted.delete(token)
  save()
}

function save() {
  const lines = [...noted].map(([token, pid]) => `${pid} ${token}\n`)
  if (lines.length > 0) fs.writeFileSync(places.children, lines.join(''))
  else fs.rmSync(places.children, { force: true })
}

/**
 * Ends what a killed set-up left running. The leash does that by itself within milliseconds; this waits for it, and
 * does it if the leash was killed too: two installers in one folder would ruin each other's work. Call under the lock.
 */
async function endOrphans() {
  const text = fs.existsSync(places.children) ? fs.readFileSync(places.children, 'utf8') : ''
  for (const line of text.split('\n').filter(Boolean)) {
    const [pid, token] = line.split(' ')
    await endOrphan(Number(pid), token)
  }
  fs.rmSync(places.children, { force: true })
}

async function endOrphan(pid, token) {
  const deadline = Date.now() + PATIENCE_MS
  let told = false
  while (!places.onWindows && groupIsAlive(pid) && isLeash(pid, token) && Date.now() < deadline) {
    if (!told) say(`ending a step that an interrupted set-up left behind (process ${pid})`)
    told = true
    endGroup(pid)
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

/**
 * Process numbers are used again, so the token in the leash's command line must agree. A group whose leader has ended
 * (no command line, or an empty one until it is reaped) is still ours: its number is free again only after the group.
 */
function isLeash(pid, token) {
  const seen = commandLine(pid)
  return !seen || seen.includes(token)
}

function commandLine(pid) {
  if (fs.existsSync('/proc/self/cmdline')) {
    try {
      return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    } catch {
      return null
    }
  }
  const ps = spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
  return ps.status === 0 ? ps.stdout : null
}

function groupIsAlive(pid) {
  try {
    process.kill(-pid, 0)
    return !fs.existsSync('/proc/self/stat') || hasLivingMember(pid)
  } catch {
    return false
  }
}

// In a container without an init process the dead are never reaped, and a signal still finds them.
function hasLivingMember(group) {
  const processes = fs.readdirSync('/proc').filter(name => /^\d+$/.test(name))
  return processes.some(name => {
    try {
      const [state, , processGroup] = fs
        .readFileSync(`/proc/${name}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')
      return Number(processGroup) === group && state !== 'Z'
    } catch {
      return false
    }
  })
}

/** Kills a process group; one that is gone is no error. */
function endGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // gone
  }
}

module.exports = { noteChild, forgetChild, endOrphans, endGroup }
