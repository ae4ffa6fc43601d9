import { explainCustomer } from '../../campaigns/explain.ts'
import { loadProject } from '../../config/project.ts'
import { ConfigError } from '../../errors.ts'
import type { Command } from '../command.ts'

/** Why someone is in, out or held out. */
export const explainCommand: Command = {
  name: 'explain',
  about: 'why a customer is in, out or held out of a campaign, step by step',
  arguments: [{ name: '<customer>', about: 'the customer’s id' }],
  options: [{ flags: '--campaign <slug>', about: 'the campaign' }],
  example: 'winback explain 12346 --campaign autumn',
  async run(ctx, [customer], options) {
    if (typeof options.campaign !== 'string')
      throw new ConfigError('explain.campaign', '--campaign is missing', 'winback explain 12346 --campaign autumn')
    const follow = { signal: ctx.signal, onWait: (text: string) => ctx.out.note(text) }
    const told = await explainCustomer(loadProject(ctx), ctx.brand, String(customer), options.campaign, follow)
    ctx.out.line(ctx.out.bold(told.sentence))
    for (const step of told.steps) {
      const mark = step.ok === null ? '·' : step.ok ? ctx.out.green('✓') : ctx.out.red('✗')
      ctx.out.line(`  ${mark} ${step.text}`)
    }
    return { json: told }
  },
}
