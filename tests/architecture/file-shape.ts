import type { Source, Violation } from './sources.ts'

const MAX_LINES = 300
const VAGUE = /^(?:.*[-_.])?(utils?|helpers?|common|managers?|services?)(?:[-_.].*)?$/

/** Files that grew beyond 300 lines; generated ones (a folder `generated`, or `@generated` near the top) may. */
export function checkSize({ path, text }: Source): Violation[] {
  const lines = text.trimEnd().split('\n').length
  const isGenerated = path.includes('/generated/') || text.slice(0, 300).includes('@generated')
  if (isGenerated || lines <= MAX_LINES) return []

  return [
    {
      file: path,
      line: null,
      text: '',
      rule: `a file has at most ${MAX_LINES} lines (aim at 30–150); this has ${lines}`,
      fix: 'split it by what its parts are about, each named after that',
    },
  ]
}

/** Files and folders whose name says nothing. */
export function checkName({ path }: Source): Violation[] {
  const vague = path.split('/').find(part => VAGUE.test(part))
  if (vague === undefined) return []

  return [
    {
      file: path,
      line: null,
      text: '',
      rule: `no file or folder is named utils, helpers, common, manager or service; this is ${vague}`,
      fix: 'name it after the noun it is about or the verb it does, and move what is about something else elsewhere',
    },
  ]
}
