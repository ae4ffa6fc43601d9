import { ConfigError } from '../../sync/index.ts'

/** One `{{ ref('x') }}` of a body. */
export interface Ref {
  /** Stands in the text in its place: as long, line breaks kept, so that positions stay true. */
  placeholder: string
  model: string
  /** Where it stands in the text, in characters from 0. */
  offset: number
  /** 1-based line in the file. */
  line: number
}

/** A body whose refs are plain table names. */
export interface Templated {
  text: string
  refs: Ref[]
}

/** The text with `write(ref)` in place of each placeholder, found by where it stands: a name that merely looks like one stays. */
export function fillRefs(text: string, refs: readonly Ref[], write: (ref: Ref) => string): string {
  let filled = ''
  let end = 0
  for (const ref of refs) {
    filled += text.slice(end, ref.offset) + write(ref)
    end = ref.offset + ref.placeholder.length
  }
  return filled + text.slice(end)
}

/** Replaces each `{{ ref('model') }}` by a table name. Throws ConfigError `audience.jinja` for any other Jinja. */
export function readRefs(file: string, body: string): Templated {
  const refs: Ref[] = []
  const line = (offset: number) => body.slice(0, offset).split('\n').length
  const reserved = /\bwb\d+__/i.exec(body)
  if (reserved !== null) {
    throw new ConfigError(
      'audience.jinja',
      `${file}:${line(reserved.index)}: names like '${reserved[0]}' are kept for Winback`,
      'Choose another name.',
    )
  }
  const text = body.replaceAll(/\{\{\s*ref\(\s*(['"])([A-Za-z_]\w*)\1\s*\)\s*\}\}/g, (whole, _quote, model, offset) => {
    const placeholder = `wb${refs.length}__`
    refs.push({ placeholder, model: String(model), offset: Number(offset), line: line(Number(offset)) })
    return placeholder + whole.slice(placeholder.length).replaceAll(/[^\n]/g, ' ')
  })
  const other = /\{\{|\{%|\{#/.exec(text)
  if (other !== null) {
    const shown = text.slice(other.index).split('\n')[0]?.slice(0, 40) ?? ''
    throw new ConfigError(
      'audience.jinja',
      `${file}:${line(other.index)}: only {{ ref('model') }} is known here, not '${shown}'`,
      'Put logic into a dbt model and select from it.',
    )
  }
  return { text, refs }
}
