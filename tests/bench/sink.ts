import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

// A dumb mail platform in a process of its own: takes every body without reading it, finishes every job, knows everybody.
// Prints its port; GET /stats tells what came in.
const stats = { writes: 0, lookups: 0, polls: 0, bytes: 0 }
let jobs = 0
let listName = ''

const server = createServer((request, response) => {
  const path = request.url ?? ''
  const send = (status: number, body: unknown) => {
    response.writeHead(status, { 'content-type': 'application/vnd.api+json' })
    response.end(body === null ? undefined : JSON.stringify(body))
  }
  request.on('data', chunk => {
    stats.bytes += chunk.length
    if (path === '/api/lists') listName += chunk
  })
  request.on('end', () => {
    if (path === '/stats') return send(200, stats)
    if (path === '/reset') {
      Object.assign(stats, { writes: 0, lookups: 0, polls: 0, bytes: 0 })
      return send(200, {})
    }
    if (path === '/api/accounts') return send(200, { data: [{ type: 'account', id: 'A1' }] })
    if (path.startsWith('/api/lists?')) {
      const name = listName === '' ? null : JSON.parse(listName).data.attributes.name
      const data = name === null ? [] : [{ type: 'list', id: 'L1', attributes: { name } }]
      return send(200, { data, links: { next: null } })
    }
    if (path === '/api/lists') return send(201, { data: { type: 'list', id: 'L1' } })
    if (path.startsWith('/api/profiles?')) {
      stats.lookups++
      const values: string[] = JSON.parse(/any\(\w+,(\[.*\])\)/.exec(decodeURIComponent(path))?.[1] ?? '[]')
      return send(200, { data: values.map(value => ({ type: 'profile', id: `P-${value}` })), links: { next: null } })
    }
    if (path.startsWith('/api/profile-bulk-import-jobs/')) {
      stats.polls++
      const id = path.split('/')[3]
      return send(200, {
        data: { type: 'profile-bulk-import-job', id, attributes: { status: 'complete', failed_count: 0 } },
      })
    }
    if (request.method === 'GET') return send(200, { data: [], links: { next: null } })
    stats.writes++
    if (request.method === 'DELETE') return send(204, null)
    return send(202, { data: { type: 'profile-bulk-import-job', id: `J${++jobs}` } })
  })
})
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`)
})
process.on('disconnect', () => process.exit(0))
