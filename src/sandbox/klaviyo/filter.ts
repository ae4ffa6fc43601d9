import { invalid } from './problem.ts'

/** A parsed `filter`: the field must equal one of the values. */
export interface Filter {
  field: string
  values: readonly string[]
}

const maxValues = 100 // "≤100 items per list filter", Klaviyo API overview, filtering

/**
 * Parses `equals(field,"value")` or `any(field,["a","b"])` on one of the allowed fields; texts in double or single quotes. Other operators of the vendor
 * and lists of filters are not simulated. Throws a 400 that points at the parameter.
 */
export function parseFilter(text: string, allowed: readonly string[]): Filter {
  const parsed = /^\s*(equals|any)\s*\(\s*([\w.]+)\s*,([\s\S]*)\)\s*$/.exec(text)
  if (!parsed) throw wrong('Only equals(field,"value") and any(field,["value",…]) are understood.')
  const [, operator = '', field = '', rest = ''] = parsed
  if (!allowed.includes(field)) throw wrong(`'${field}' is not a filterable field here: ${allowed.join(', ')}.`)

  const value = parseValue(rest.trim())
  const values = operator === 'any' ? value : [value]
  if (!Array.isArray(values) || !values.every(one => typeof one === 'string'))
    throw wrong(`${operator} takes ${operator === 'any' ? 'a list of texts' : 'one text'}.`)
  if (values.length === 0 || values.length > maxValues)
    throw wrong(`any takes 1 to ${maxValues} values, not ${values.length}.`)
  return { field, values }
}

function parseValue(text: string): unknown {
  const doubled = text.replace(/'((?:[^'\\]|\\.)*)'|"(?:[^"\\]|\\.)*"/g, (whole, single?: string) =>
    single === undefined ? whole : JSON.stringify(single.replace(/\\(.)/g, '$1')),
  )
  try {
    return JSON.parse(doubled)
  } catch {
    throw wrong('The value is neither a quoted text nor a list of them.')
  }
}

function wrong(detail: string) {
  return invalid(`Invalid filter provided. ${detail}`, { parameter: 'filter' })
}
