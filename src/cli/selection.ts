import type { Selection } from '../dbt/invocation.ts'
import { ConfigError } from '../errors.ts'
import type { Option, Options } from './command.ts'

/** dbt's selection flags, as every command that takes them shows them. */
export const selectionOptions: Option[] = [
  { flags: '-s, --select <nodes...>', about: 'dbt selection, e.g. customers+ tag:scored', many: true },
  { flags: '--exclude <nodes...>', about: 'dbt selection to leave out', many: true },
  { flags: '--selector <name>', about: 'a selector of selectors.yml' },
]

/** Reads the flags that dbt gets as they are. Throws ConfigError for a thread count that is none. */
export function readSelection(options: Options): Selection {
  const threads = text(options.threads)
  if (threads !== undefined && !/^[1-9]\d?$/.test(threads)) {
    throw new ConfigError(
      'usage',
      `--threads ${threads} is not a number from 1 to 99`,
      'Leave it out to use the profile’s.',
    )
  }
  return {
    select: words(options.select),
    exclude: words(options.exclude),
    selector: text(options.selector),
    fullRefresh: options.fullRefresh === true,
    failFast: options.failFast === true,
    threads: threads === undefined ? undefined : Number(threads),
  }
}

// `--select "a b"` means the same as `--select a b`, as in dbt.
const words = (value: Options[string]): string[] =>
  Array.isArray(value) ? value.flatMap(item => item.split(/\s+/)).filter(word => word !== '') : []

const text = (value: Options[string]): string | undefined => (typeof value === 'string' ? value : undefined)
