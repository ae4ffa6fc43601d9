import { styleText } from 'node:util'

/**
 * Where a command speaks to a person. With `--json` everything here goes to stderr, so that stdout holds one document.
 * `--quiet` leaves the answer (`line`, `table`) and warnings, and silences remarks and progress.
 */
export interface Output {
  readonly json: boolean
  /** One line of the answer. */
  line(text?: string): void
  /** A remark beside the answer: dim, on stderr. */
  note(text: string): void
  /** Something that needs the person's eye, on stderr. */
  warn(text: string): void
  /** Rows under headings, numbers to the right, no wider than the terminal. */
  table(columns: readonly string[], rows: readonly (readonly (string | number | null)[])[]): void
  /** A running count of long work: a bar on a TTY, one plain line each 10 s otherwise. */
  progress(label: string): Progress
  bold(text: string): string
  dim(text: string): string
  green(text: string): string
  red(text: string): string
  amber(text: string): string
}

/** Progress of one long task; `total` may become known later. */
export interface Progress {
  update(state: { done: number; total?: number | null; detail?: string }): void
  /** Ends the bar; `text` replaces it as a line of the answer. */
  end(text?: string): void
}

/** How the terminal is: columns, and whether it draws. */
export interface Terminal {
  json: boolean
  quiet: boolean
  color: boolean
  tty: boolean
  columns: number
  stdout: (text: string) => void
  stderr: (text: string) => void
  now: () => number
}

/** Builds the output of one command run. */
export function createOutput(t: Terminal): Output {
  const paint = (format: Parameters<typeof styleText>[0], text: string) =>
    t.color ? styleText(format, text, { validateStream: false }) : text
  // With --json the document is the answer, and --quiet silences what is said beside it.
  const say = (text: string) => {
    if (!t.json) t.stdout(`${text}\n`)
    else if (!t.quiet) t.stderr(`${text}\n`)
  }
  return {
    json: t.json,
    line: (text = '') => say(text),
    note: text => {
      if (!t.quiet) t.stderr(`${paint('dim', text)}\n`)
    },
    warn: text => t.stderr(`${paint('yellow', `! ${text}`)}\n`),
    table: (columns, rows) => {
      for (const text of layout(columns, rows, t.columns)) say(text)
    },
    progress: label => createProgress(t, label, say),
    bold: text => paint('bold', text),
    dim: text => paint('dim', text),
    green: text => paint('green', text),
    red: text => paint('red', text),
    amber: text => paint('yellow', text),
  }
}

function createProgress(t: Terminal, label: string, say: (text: string) => void): Progress {
  const started = t.now()
  let spoken = started
  let drawn = false
  return {
    update: ({ done, total, detail }) => {
      if (t.quiet) return
      const text = progressText(label, done, total ?? null, (t.now() - started) / 1000, detail)
      if (t.tty) {
        t.stderr(`\r\u001b[2K${text.slice(0, t.columns - 1)}`)
        drawn = true
      } else if (t.now() - spoken >= 10_000) {
        spoken = t.now()
        t.stderr(`${text}\n`)
      }
    },
    end: text => {
      if (drawn) t.stderr('\r\u001b[2K')
      if (text !== undefined) say(text)
    },
  }
}

/** `label 12/40 (30 %), 8 s left`: seconds left by the pace so far, absent until a tenth is done. */
export function progressText(label: string, done: number, total: number | null, seconds: number, detail = ''): string {
  const tail = detail === '' ? '' : `  ${detail}`
  if (total === null || total === 0) return `${label} ${done.toLocaleString('en-GB')}${tail}`
  const share = Math.min(1, done / total)
  const left = share >= 0.1 && share < 1 ? `, ${Math.ceil((seconds / share) * (1 - share))} s left` : ''
  const count = `${done.toLocaleString('en-GB')}/${total.toLocaleString('en-GB')}`
  return `${label} ${count} (${Math.floor(share * 100)} %)${left}${tail}`
}

/** Lines of a table no wider than `width`: the widest text column gives way first. */
export function layout(
  columns: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
  width: number,
): string[] {
  const text = rows.map(row => row.map(cell => (cell === null ? '–' : String(cell)).replaceAll('\n', ' ')))
  const numeric = columns.map((_, i) => rows.every(row => typeof row[i] === 'number' || row[i] === null))
  const sizes = columns.map((name, i) => Math.max(name.length, ...text.map(row => (row[i] ?? '').length)))
  const used = () => sizes.reduce((sum, size) => sum + size, 0) + 2 * (sizes.length - 1)
  while (used() > width && Math.max(...sizes) > 8) {
    const widest = sizes.indexOf(Math.max(...sizes))
    sizes[widest] = (sizes[widest] ?? 0) - 1
  }
  const cut = (cell: string, i: number) => {
    const size = sizes[i] ?? 0
    const short = cell.length > size ? `${cell.slice(0, size - 1)}…` : cell
    return numeric[i] ? short.padStart(size) : short.padEnd(size)
  }
  const line = (row: readonly string[]) => row.map(cut).join('  ').trimEnd()
  return [line(columns), sizes.map(size => '─'.repeat(size)).join('  '), ...text.map(line)]
}
