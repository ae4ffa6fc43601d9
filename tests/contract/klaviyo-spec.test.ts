import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import compact from '../../src/sandbox/klaviyo/klaviyo.schema.json' with { type: 'json' }
import { type Operation, operations } from '../../src/sandbox/klaviyo/operations.ts'
import { checkBody } from '../../src/sandbox/klaviyo/validate.ts'
import { type SandboxKlaviyo, startKlaviyo } from '../../src/sandbox/klaviyo.ts'
import { mutations } from './klaviyo-mutations.ts'
import { ask, createClock, idsBody, importBody, makeList } from './klaviyo-probe.ts'

const path = join(import.meta.dirname, '../../../shared/contracts/specs/klaviyo-openapi.ajv-safe.json')
const isThere = existsSync(path)
if (!isThere)
  console.warn(`SKIPPED: the vendor's OpenAPI file is not at ${path}; the sandbox's schema is not held against it`)

type Node = null | boolean | number | string | Node[] | { [name: string]: Node }
interface VendorOperation {
  operationId: string
  'x-klaviyo-ratelimit': Record<string, string>
  parameters: { in: string; name: string; schema: Record<string, unknown> & { items?: { enum: string[] } } }[]
  responses: Record<string, { content?: Record<string, { schema: object }> }>
  requestBody?: { content: Record<string, { schema: object }> }
}

const vendor = isThere ? JSON.parse(readFileSync(path, 'utf8')) : { paths: {}, components: {} }
const find = (operation: Operation): VendorOperation => {
  const { method, path } = operations[operation]
  const key = Object.keys(vendor.paths).find(one => one.replace('{job_id}', '{id}') === path) ?? ''
  return vendor.paths[key][method.toLowerCase()]
}

/** OpenAPI 3.0's `nullable` as JSON Schema; the marker text of the ajv-safe file stands for null. */
function withNull(node: Node): Node {
  if (Array.isArray(node)) return node.map(withNull)
  if (typeof node !== 'object' || node === null) return node
  if (JSON.stringify(node.enum) === '["__null__"]') return { type: 'null' }
  const copy = Object.fromEntries(Object.entries(node).map(([name, value]) => [name, withNull(value)]))
  if (copy.nullable !== true) return copy
  delete copy.nullable
  return { anyOf: [copy, { type: 'null' }] }
}

const ajv = new Ajv({ strict: false })
formats.default(ajv)
ajv.addSchema({ $id: 'vendor', components: withNull(vendor.components) } as object)
const compile = (schema: object): ValidateFunction =>
  ajv.compile(JSON.parse(JSON.stringify(withNull(schema as Node)).replaceAll('"#/components', '"vendor#/components')))

const json = 'application/vnd.api+json'
const isTaken = (check: () => void) => {
  try {
    check()
    return true
  } catch {
    return false
  }
}

describe.skipIf(!isThere)('the compact schema against the vendor’s OpenAPI file', () => {
  const profile = {
    type: 'profile',
    id: '01X',
    attributes: {
      email: 'a@example.com',
      phone_number: '+15550100001',
      external_id: 'c1',
      _kx: 'k',
      first_name: 'A',
      last_name: 'B',
      organization: 'O',
      locale: 'en-US',
      title: 'T',
      image: 'https://example.com/a.png',
      location: {
        address1: 'a',
        address2: 'b',
        city: 'c',
        country: 'd',
        latitude: 1.5,
        longitude: '2.5',
        region: 'e',
        zip: 'f',
        timezone: 'g',
        ip: 'h',
      },
      properties: { any: ['thing'] },
    },
    meta: {
      patch_properties: { append: { a: 1 }, unappend: { b: 2 }, unset: ['c'] },
      patch_identifiers: { append: {}, unappend: {} },
    },
  }
  const rich: Partial<Record<Operation, object>> = {
    create_list: { data: { type: 'list', attributes: { name: 'L', opt_in_process: 'single_opt_in' } } },
    add_profiles_to_list: idsBody(['01A', '01B']),
    remove_profiles_from_list: idsBody(['01A']),
    bulk_import_profiles: {
      data: {
        type: 'profile-bulk-import-job',
        attributes: { profiles: { data: [profile] } },
        relationships: { lists: { data: [{ type: 'list', id: 'L' }] } },
      },
    },
  }
  const withBody = (Object.keys(operations) as Operation[]).filter(id => operations[id].body !== undefined)

  it('has a rich example of every body', () => {
    expect(Object.keys(rich).sort()).toEqual([...withBody].sort())
  })

  it.each(withBody)(
    'takes and refuses the same bodies of %s: every place removed or replaced by each kind of value',
    id => {
      const validate = compile(find(id).requestBody?.content[json]?.schema ?? {})
      const bodies = [rich[id], ...mutations(rich[id] as object)]
      const differing = bodies.filter(body => validate(body) !== isTaken(() => checkBody(id, body)))
      expect(differing).toEqual([])
      const verdicts = bodies.map(body => validate(body))
      expect(verdicts[0]).toBe(true)
      expect(verdicts.filter(taken => !taken).length).toBeGreaterThan(5)
    },
  )

  it('is narrower on purpose: unknown attributes, which the vendor’s file lets pass and the vendor refuses', () => {
    const body = { data: { type: 'list', attributes: { name: 'L', colour: 'red' } } }
    expect(compile(find('create_list').requestBody?.content[json]?.schema ?? {})(body)).toBe(true)
    expect(isTaken(() => checkBody('create_list', body))).toBe(false)
  })

  it.each(Object.keys(operations) as Operation[])('has id, rates and query parameters of %s', id => {
    const theirs = find(id)
    expect(theirs.operationId).toBe(id)
    const { burst, steady, daily } = operations[id]
    const rates = {
      burst: `${burst}/s`,
      steady: `${steady}/m`,
      ...(daily === undefined ? {} : { daily: `${daily}/d` }),
    }
    expect(rates).toEqual(theirs['x-klaviyo-ratelimit'])
    const ours = compact.operations[id].query.properties as unknown as Record<string, { $ref?: string }>
    for (const [name, schema] of Object.entries(ours)) {
      const { example, description, ...their } = theirs.parameters.find(one => one.name === name)?.schema ?? {}
      if (!name.startsWith('fields[')) expect(schema).toEqual(their)
      else {
        const fields = compact.$defs[schema.$ref?.split('/').at(-1) as 'fields_list'].items.enum
        expect(their.items?.enum).toEqual(expect.arrayContaining(fields))
      }
    }
    const absent = theirs.parameters.filter(one => one.in === 'query' && !(one.name in ours)).map(one => one.name)
    const notSimulated =
      /^(include|sort|additional-fields\[profile\]|fields\[(flow|tag|conversation|push-token|list)\])$/
    expect(absent.filter(name => !notSimulated.test(name))).toEqual([])
  })
})

describe.skipIf(!isThere)('the sandbox’s replies against the vendor’s OpenAPI file', () => {
  const clock = createClock()
  let sandbox: SandboxKlaviyo
  beforeAll(async () => {
    sandbox = await startKlaviyo({ now: clock.now, jobs: { queuedMs: 1_000, processingMs: 0 }, quotas: false })
  })
  afterAll(() => sandbox.stop())

  /** `next` and `prev` are null where there is no such page; the file types them as text only. */
  const withoutNullLinks = (document: { links?: Record<string, unknown> }) => ({
    ...document,
    ...(document.links
      ? { links: Object.fromEntries(Object.entries(document.links).filter(([, link]) => link !== null)) }
      : {}),
  })

  it('have the shapes of the file, refusals too', async () => {
    const list = await makeList(sandbox, 'L')
    const rows = [
      { email: 'ann@example.com', location: { city: 'X', latitude: 1 }, properties: { a: 1 } },
      { email: 'nope' },
    ]
    const job = (await ask(sandbox, 'POST', '/api/profile-bulk-import-jobs', importBody(rows, [list]))).json.data.id
    const visits: [Operation, string, unknown?][] = [
      ['get_accounts', '/api/accounts'],
      ['get_lists', '/api/lists?page[size]=1'],
      [
        'create_list',
        '/api/lists',
        { data: { type: 'list', attributes: { name: 'M', opt_in_process: 'single_opt_in' } } },
      ],
      ['get_list', `/api/lists/${list}?additional-fields[list]=profile_count`],
      ['get_bulk_import_profiles_job', `/api/profile-bulk-import-jobs/${job}`],
      ['get_bulk_import_profiles_job', `/api/profile-bulk-import-jobs/${job}`],
      ['get_errors_for_bulk_import_profiles_job', `/api/profile-bulk-import-jobs/${job}/import-errors`],
      ['get_profile_ids_for_bulk_import_profiles_job', `/api/profile-bulk-import-jobs/${job}/relationships/profiles`],
      ['get_profiles_for_bulk_import_profiles_job', `/api/profile-bulk-import-jobs/${job}/profiles`],
      ['bulk_import_profiles', '/api/profile-bulk-import-jobs', importBody(rows)],
      ['get_profiles', '/api/profiles?page[size]=1'],
      ['get_profiles_for_list', `/api/lists/${list}/profiles`],
      ['get_profile_ids_for_list', `/api/lists/${list}/relationships/profiles`],
    ]
    for (const [operation, url, body] of visits) {
      const seen = await ask(sandbox, operations[operation].method, url, body)
      const schema = find(operation).responses[seen.status]?.content?.[json]?.schema
      expect(schema, `${operation} ${seen.status}`).toBeDefined()
      const validate = compile(schema ?? {})
      expect(validate(withoutNullLinks(seen.json as object)), `${operation}: ${ajv.errorsText(validate.errors)}`).toBe(
        true,
      )
      clock.advance(1_000)
    }
    const refused = await ask(sandbox, 'POST', '/api/lists', {})
    const validate = compile(vendor.components.responses.ClientError.content[json].schema)
    expect(validate(refused.json), ajv.errorsText(validate.errors)).toBe(true)
  })
})
