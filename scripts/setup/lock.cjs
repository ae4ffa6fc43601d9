const crypto = require('node:crypto')
const fs = require('node:fs')
const os = require('node:os')
const places = require('./places.cjs')
const { say } = require('./speech.cjs')

const HEARTBEAT_MS = 3_000
const STALE_MS = 30_000
const POLL_MS = 200

/**
 * Runs `work` while holding the set-up lock of this clone; waits for another holder and says so. A holder that died
 * (kill -9 too) or whose heartbeat stopped for 30 s is replaced.
 */
async function withLock(work) {
  const mine = `${os.hostname()} ${process.pid} ${crypto.randomUUID()}`
  await acquire(mine)
  const heartbeat = setInterval(() => touch(places.lock), HEARTBEAT_MS)
  try {
    return await work()
  } finally {
    clearInterval(heartbeat)
    releaseLock(mine)
  }
}

async function acquire(mine) {
  let told = false
  while (!tryCreate(places.lock, mine)) {
    const holder = read(places.lock)
    if (holder === null) continue
    if (isAbandoned(holder)) removeAbandoned(holder)
    else if (!told) {
      say(`another set-up is at work (process ${holder.split(' ')[1] ?? 'just starting'}); waiting for it`)
      told = true
    }
    await new Promise(resolve => setTimeout(resolve, POLL_MS))
  }
}

function isAbandoned(holder) {
  const [host, pid] = holder.split(' ')
  const holderIsDead = host === os.hostname() && pid !== undefined && !isAlive(Number(pid))
  return holderIsDead || ageMs(places.lock) > STALE_MS
}

/**
 * Only one of several waiters may remove a given dead holder's lock, and never the next holder's: the removal is
 * itself guarded by a file named after the dead holder, and the lock is read again under that guard.
 */
function removeAbandoned(holder) {
  const guard = `${places.lock}.${holder.split(' ')[2] ?? 'empty'}`
  if (!tryCreate(guard, '')) {
    if (ageMs(guard) > STALE_MS) fs.rmSync(guard, { force: true })
    return
  }
  if (read(places.lock) === holder) fs.rmSync(places.lock, { force: true })
  fs.rmSync(guard, { force: true })
}

/** Removes the lock if it is still ours. */
function releaseLock(mine) {
  if (read(places.lock) === mine) fs.rmSync(places.lock, { force: true })
}

function tryCreate(file, text) {
  try {
    fs.writeFileSync(file, text, { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

function ageMs(file) {
  const stat = fs.statSync(file, { throwIfNoEntry: false })
  return stat ? Date.now() - stat.mtimeMs : 0
}

function touch(file) {
  try {
    fs.utimesSync(file, new Date(), new Date())
  } catch {
    // taken over after a long sleep of this machine: the new holder's file is not ours to make
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

module.exports = { withLock }
