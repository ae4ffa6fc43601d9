import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import spec from './klaviyo.schema.json' with { type: 'json' }
import { type Operation, operations } from './operations.ts'
import { invalid, type Problem } from './problem.ts'

const ajv = new Ajv({ strict: false, verbose: true, useDefaults: false })
ajv.addSchema({ $id: 'klaviyo', $defs: spec.$defs })

const bodies = new Map<Operation, ValidateFunction>()
const queries = new Map<Operation, ValidateFunction>()
for (const [id, { body }] of Object.entries(operations)) {
  const operation = id as Operation
  if (body !== undefined) bodies.set(operation, ajv.compile({ $ref: `klaviyo#/$defs/${body}` }))
  const query = JSON.stringify(spec.operations[operation].query).replaceAll('#/$defs', 'klaviyo#/$defs')
  queries.set(operation, ajv.compile(JSON.parse(query)))
}

/** Checks a parsed body against the operation's schema; throws a 400 whose pointer names the first wrong place. */
export function checkBody(operation: Operation, body: unknown): void {
  const validate = bodies.get(operation)
  if (!validate || validate(body)) return
  throw bodyProblem(validate.errors?.[0])
}

/** Query values by name, lists split and whole numbers read, as the operation's schema types them. Throws a 400 that names the parameter. */
export function parseQuery(operation: Operation, search: URLSearchParams): Query {
  const known: Record<string, { type?: string; $ref?: string }> = spec.operations[operation].query.properties
  const query: Record<string, string | number | string[]> = {}
  for (const [name, text] of search) {
    if (name in query) throw invalid(`The parameter '${name}' is given twice.`, { parameter: name })
    const type = known[name]?.$ref === undefined ? known[name]?.type : 'array'
    if (type === 'array') query[name] = text.split(',')
    else query[name] = type === 'integer' && /^-?\d{1,9}$/.test(text) ? Number(text) : text
  }
  const validate = queries.get(operation)
  if (validate && !validate(query)) throw queryProblem(validate.errors?.[0])
  return query
}

/** Checked query values. */
export type Query = Readonly<Record<string, string | number | string[]>>

function bodyProblem(error: ErrorObject | undefined): Problem {
  const at = error?.instancePath ?? ''
  const resource = error?.parentSchema?.title ?? 'request'
  if (error?.keyword === 'required') {
    const name = String(error.params.missingProperty)
    return invalid(`'${name}' is a required field for the resource '${resource}'.`, { pointer: `${at}/${name}` })
  }
  if (error?.keyword === 'additionalProperties') {
    const name = String(error.params.additionalProperty)
    return invalid(`'${name}' is not a valid field for the resource '${resource}'.`, { pointer: `${at}/${name}` })
  }
  return invalid(`Invalid input: ${error?.message ?? 'the body does not fit'}.`, { pointer: at === '' ? '/data' : at })
}

function queryProblem(error: ErrorObject | undefined): Problem {
  const unknown: unknown = error?.params.additionalProperty
  if (typeof unknown === 'string')
    return invalid(`'${unknown}' is not a valid parameter for this operation.`, { parameter: unknown })
  const parameter = decodeURIComponent(error?.instancePath.split('/')[1] ?? '')
  return invalid(`Invalid value for '${parameter}': ${error?.message ?? 'it does not fit'}.`, { parameter })
}
