import { isAbsolute, relative, resolve } from 'node:path'
import { packageDir } from '../../config/project.ts'
import { demoDocument } from '../../demo/document.ts'
import { DemoOptions } from '../../demo/progress.ts'
import { runDemo } from '../../demo/story.ts'
import { tellNext } from '../../demo/tell-next.ts'
import { tellResult } from '../../demo/tell-result.ts'
import { ConfigError } from '../../errors.ts'
import type { Command } from '../command.ts'

/** `winback demo`: everything at once on the shipped data with the stand-in platform. */
export const demo: Command = {
  name: 'demo',
  about: 'the whole line on shipped data and a stand-in platform: from orders to what a campaign caused',
  arguments: [{ name: '[dir]', about: 'project folder to make, or to go on with (default: ./demo)' }],
  options: [
    {
      flags: '--p <share>',
      about: 'chance that the campaign makes a person order who would not have',
      default: '0.15',
    },
    { flags: '--salt <text>', about: 'another salt holds out other people', default: 'demo' },
    { flags: '--fresh', about: 'start anew, forgetting what is in the folder’s .winback' },
  ],
  example: 'winback demo --p 0 --fresh',
  run: async ({ out, signal }, [given], options) => {
    const parsed = DemoOptions.safeParse({ p: toShare(options.p), salt: options.salt })
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      throw new ConfigError(
        'demo.option',
        `--${issue?.path.join('.')}: ${issue?.message}`,
        'See `winback demo --help`.',
      )
    }
    const dir = resolve(typeof given === 'string' ? given : 'demo')
    out.line(out.bold('Winback: a shop’s orders, a campaign with a holdout, and what it caused'))
    const result = await runDemo(dir, parsed.data, { fresh: options.fresh === true, now: new Date(), signal, out })
    out.line()
    for (const line of tellResult(result.readout, result.truth)) out.line(line)
    out.line()
    // As seen from here, unless that is longer than the whole path.
    const shown = (path: string) => {
      const from = relative(process.cwd(), path) || '.'
      return from.length < path.length ? from : path
    }
    const bin = resolve(packageDir, 'bin/winback.cjs')
    const folder = shown(dir)
    for (const line of tellNext(folder, isAbsolute(folder) ? bin : shown(bin))) out.line(line)
    return { json: demoDocument(result) }
  },
}

// An empty text is no number, though Number('') is 0.
const toShare = (text: unknown) => (typeof text === 'string' && text.trim() !== '' ? Number(text) : Number.NaN)
