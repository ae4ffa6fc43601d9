import { createServer, type RequestListener } from 'node:http'

/** A server on 127.0.0.1 that can go away and come back on its port. */
export interface Listener {
  readonly port: number
  /** Refuses connections and cuts the open ones; after `forMs` of real time, where given, it listens again. */
  down(forMs?: number): Promise<void>
  up(): Promise<void>
  /** As `down`, for good; idempotent. */
  stop(): Promise<void>
}

/** Listens on the port, or on a free one for 0. Rejects with the socket's error. */
export async function listen(port: number, serve: RequestListener): Promise<Listener> {
  const server = createServer({ keepAliveTimeout: 60_000, maxHeaderSize: 65_536 }, serve)
  let bound = port
  let timer: NodeJS.Timeout | undefined
  let isStopped = false

  const up = () =>
    new Promise<void>((resolve, reject) => {
      if (server.listening || isStopped) return resolve()
      server.once('error', reject)
      server.listen(bound, '127.0.0.1', () => {
        server.off('error', reject)
        resolve()
      })
    })

  const down = (forMs?: number) =>
    new Promise<void>(resolve => {
      clearTimeout(timer)
      if (forMs !== undefined) timer = setTimeout(() => void up(), forMs)
      if (!server.listening) return resolve()
      server.close(() => resolve())
      server.closeAllConnections()
    })

  await up()
  const address = server.address()
  if (typeof address === 'object' && address !== null) bound = address.port
  return {
    port: bound,
    down,
    up: () => {
      clearTimeout(timer)
      return up()
    },
    stop: () => {
      isStopped = true
      return down()
    },
  }
}
