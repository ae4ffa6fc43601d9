import type { ImportChange, Job } from './account.ts'
import {
  importErrorResource,
  jobResource,
  profileIdentifier,
  profileResource,
  type Resource,
  sparse,
} from './documents.ts'
import { parseFilter } from './filter.ts'
import { malformed, type Row } from './identifiers.ts'
import { pageLinks, show } from './list-handlers.ts'
import { cutPage } from './page.ts'
import { invalid, notFound, Problem } from './problem.ts'
import type { IdentifierField } from './profiles.ts'
import type { ApiRequest, ImportBody, Plan } from './requests.ts'

// "Accepts up to 10,000 profiles per request. The maximum allowed payload size is 5MB. The maximum allowed payload size per-profile is 100KB": bulk_import_profiles.
// Read as decimal bytes, the stricter reading.
const maxRows = 10_000
const maxBytes = 5_000_000
const maxRowBytes = 100_000

const rowsPointer = '/data/attributes/profiles/data'

/** GET /api/profiles: all, or those that a filter names, oldest first. */
export function getProfiles({ account, query, base, url }: ApiRequest): Plan {
  const { profiles } = account
  let keys: readonly number[]
  if (typeof query.filter === 'string') {
    const { field, values } = parseFilter(query.filter, ['id', 'email', 'phone_number', 'external_id'])
    const found = values.flatMap(value => profiles.find(field as IdentifierField | 'id', value)?.ordinal ?? [])
    keys = [...new Set(found)].sort((a, b) => a - b)
  } else {
    keys = [...profiles.all.keys()]
  }
  const page = cutPage(keys, query, 20)
  const found = page.keys.flatMap(key => profiles.all[key] ?? [])
  const data = found.map(profile => sparse(profileResource(base, profile), query['fields[profile]']))
  return show({ data, links: pageLinks(url, page.next) })
}

/** POST /api/profile-bulk-import-jobs: rows are checked whole or later (settings), applied when the job ends. */
export function bulkImportProfiles(request: ApiRequest): Plan {
  const { data } = request.body as ImportBody
  const rows = data.attributes.profiles.data
  const listIds = (data.relationships?.lists?.data ?? []).map(list => list.id)
  checkSizes(rows, request.bytes)
  // A public log of refused requests (2026-09) shows a 400 that points at /data, not a 404, for a list that is not there.
  const strange = listIds.find(id => !request.account.lists.has(id))
  if (strange !== undefined) throw invalid(`List ID ${strange} does not exist.`, { pointer: '/data' })
  if (request.settings.malformedRows === 'bad_request') refuseMalformed(rows)

  const { queuedMs, processingMs } = request.settings
  const change: ImportChange = { type: 'import', rows, listIds, queuedMs, processingMs }
  return {
    change,
    reply: job => {
      if (!job) throw new Error('an import has a job')
      const resource = jobResource(request.base, job, request.now)
      const data = sparse(resource, request.query['fields[profile-bulk-import-job]'])
      return { status: 202, document: { data, links: resource.links } }
    },
  }
}

/** GET /api/profile-bulk-import-jobs/{id}. */
export function getJob(request: ApiRequest): Plan {
  const resource = jobResource(request.base, findJob(request), request.now)
  return show({ data: sparse(resource, request.query['fields[profile-bulk-import-job]']), links: resource.links })
}

/** GET /api/profile-bulk-import-jobs/{id}/import-errors: empty until the job is complete. */
export function getJobErrors(request: ApiRequest): Plan {
  const job = findJob(request)
  return jobPage(request, [...job.errors.keys()], key => {
    const error = job.errors[key]
    return error ? [sparse(importErrorResource(job, error), request.query['fields[import-error]'])] : []
  })
}

/** GET /api/profile-bulk-import-jobs/{id}/profiles: those created or updated. */
export function getJobProfiles(request: ApiRequest): Plan {
  return jobPage(request, findJob(request).profiles, ordinal => {
    const profile = request.account.profiles.all[ordinal]
    return profile ? [sparse(profileResource(request.base, profile), request.query['fields[profile]'])] : []
  })
}

/** GET /api/profile-bulk-import-jobs/{id}/relationships/profiles. */
export function getJobProfileIds(request: ApiRequest): Plan {
  return jobPage(request, findJob(request).profiles, ordinal => [profileIdentifier(ordinal)])
}

function jobPage(request: ApiRequest, keys: readonly number[], resources: (key: number) => Resource[]): Plan {
  const page = cutPage(keys, request.query, 20)
  return show({ data: page.keys.flatMap(resources), links: pageLinks(request.url, page.next) })
}

function findJob({ account, id }: ApiRequest): Job {
  const job = account.findJob(id)
  if (!job) throw notFound('profile-bulk-import-job', id)
  return job
}

function checkSizes(rows: readonly Row[], bytes: number): void {
  if (bytes > maxBytes) throw tooLarge(bytes)
  if (rows.length > maxRows)
    throw invalid(`At most ${maxRows} profiles per request, not ${rows.length}.`, { pointer: rowsPointer })
  if (bytes <= maxRowBytes) return
  const large = rows.findIndex(row => Buffer.byteLength(JSON.stringify(row)) > maxRowBytes)
  if (large >= 0)
    throw invalid(`A profile may have at most ${maxRowBytes} bytes.`, { pointer: `${rowsPointer}/${large}` })
}

/** 413 of a body over 5 MB; the server asks before it parses. */
export function tooLarge(bytes: number): Problem {
  const detail = `The payload has ${bytes} bytes; at most ${maxBytes} are allowed.`
  return new Problem(413, 'request_entity_too_large', 'Payload too large.', detail)
}

/** Largest body in bytes that any operation takes. */
export { maxBytes }

function refuseMalformed(rows: readonly Row[]): void {
  for (const [index, row] of rows.entries()) {
    const error = malformed(row)
    if (!error) continue
    const field = error.field === null ? '' : `/attributes/${error.field}`
    throw invalid(error.detail, { pointer: `${rowsPointer}/${index}${field}` })
  }
}
