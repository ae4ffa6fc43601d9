import { once } from 'node:events'
import { resolve } from 'node:path'
import { Cancelled, ConfigError, WinbackError } from '../../errors.ts'
import { startKlaviyo } from '../../sandbox/klaviyo.ts'
import { formatEntry } from '../../sandbox/log-line.ts'
import type { Command, Context, Options } from '../command.ts'

/** `winback sandbox klaviyo`: a stand-in platform on this machine until Ctrl-C. */
export const sandbox: Command = {
  name: 'sandbox',
  about: 'Run a stand-in platform that enforces the real one’s limits, to try things against',
  arguments: [{ name: '<platform>', about: 'klaviyo' }],
  options: [
    { flags: '--port <number>', about: 'TCP port on 127.0.0.1; 0 takes a free one', default: '4010' },
    { flags: '--state <file>', about: 'keep lists and profiles in this file and go on from it' },
    { flags: '--seed <text>', about: 'ids and fault draws follow from it', default: '1' },
    { flags: '--verbose', about: 'one line per request on stderr, without identities' },
  ],
  example: 'winback sandbox klaviyo --port 4010',
  run: async (ctx, [platform], options) => {
    if (platform !== 'klaviyo')
      throw new ConfigError('sandbox.unknown', `There is no sandbox for ${String(platform)}.`, 'Platforms: klaviyo.')

    const running = await start(ctx, options)
    ctx.out.line(`Sandbox Klaviyo listens on ${ctx.out.bold(running.endpoint)}`)
    ctx.out.line(`It accepts the API key ${ctx.out.bold(running.apiKey)}. Ctrl-C ends it.`)
    for (const list of running.lists()) ctx.out.note(`List ${list.id} "${list.name}" has ${list.members} members.`)

    if (!ctx.signal.aborted) await once(ctx.signal, 'abort')
    await running.stop()
    const count = running.log.length
    throw new Cancelled(
      'sandbox.stopped',
      `The sandbox stopped after ${count} ${count === 1 ? 'request' : 'requests'}.`,
    )
  },
}

async function start(ctx: Context, options: Options) {
  const port = Number(options.port)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new ConfigError(
      'sandbox.port',
      `--port ${String(options.port)} is not a port.`,
      'Give a number from 0 to 65535.',
    )
  const isVerbose = options.verbose === true
  try {
    return await startKlaviyo({
      port,
      seed: String(options.seed ?? '1'),
      ...(typeof options.state === 'string' ? { stateFile: resolve(options.state) } : {}),
      ...(isVerbose ? { onRequest: entry => ctx.out.note(formatEntry(entry)) } : {}),
    })
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE')
      throw new WinbackError(
        'sandbox.port_taken',
        `Port ${port} is taken.`,
        'Give another --port, or 0 for a free one.',
        { cause },
      )
    throw new WinbackError('sandbox.failed', cause instanceof Error ? cause.message : String(cause), '', { cause })
  }
}
