import { z } from 'zod'
import { RequestFailed } from '../../core/failures.ts'
import { pointersOf } from '../../core/vendor-errors.ts'
import { defineDestination } from '../destination.ts'
import * as api from './api.ts'

const Settings = z.strictObject({
  apiKey: z.string().min(1).meta({ label: 'Private API key', secret: true }),
})

/**
 * Klaviyo lists. Members are upserted by bulk import jobs (row errors come later), and leave by their Klaviyo ids; consent,
 * subscriptions and suppressions are never touched.
 */
export const klaviyo = defineDestination({
  slug: 'klaviyo',
  label: 'Klaviyo',
  channel: 'email',
  settings: Settings,
  identityModel: 'identities_klaviyo',
  identity: ['email', 'phone', 'external_id'],
  endpoint: 'https://a.klaviyo.com',
  // Jobs finish within minutes; a day covers a request that a proxy held.
  taintMs: 24 * 3_600_000,
  confirmMs: 30 * 60_000,
  // @see Klaviyo's OpenAPI, x-klaviyo-ratelimit of revision 2026-07-15; jobs: 10,000 profiles, 5 MB, 100 KB a profile
  limits: {
    upsert: { rows: 10_000, bytes: 5_000_000, itemBytes: 100_000 },
    remove: { rows: 1_000, bytes: 5_000_000 },
    concurrency: 4,
    quotas: [
      { operations: ['accounts'], perSecond: 1, perMinute: 15 },
      { operations: ['lists'], perSecond: 75, perMinute: 750 },
      { operations: ['list-create'], perSecond: 10, perMinute: 150, perDay: 150 },
      { operations: ['list-profiles'], perSecond: 75, perMinute: 750 },
      { operations: ['list-remove'], perSecond: 10, perMinute: 150 },
      { operations: ['profiles'], perSecond: 75, perMinute: 750 },
      { operations: ['import'], perSecond: 10, perMinute: 150 },
      { operations: ['import-status'], perSecond: 10, perMinute: 150 },
      { operations: ['import-errors'], perSecond: 10, perMinute: 150 },
    ],
  },
  headers: settings => ({
    authorization: `Klaviyo-API-Key ${settings.apiKey}`,
    revision: api.REVISION,
    accept: 'application/vnd.api+json',
    'content-type': 'application/vnd.api+json',
  }),
  secrets: settings => [settings.apiKey],
  // A 400 that names no profile speaks of the request itself, such as a list that is gone: cutting the batch would not help.
  classify: (status, body) => {
    const pointers = status === 400 ? pointersOf(body) : []
    const isOfRows = pointers.some(pointer => pointer.startsWith('/data/attributes/profiles'))
    return pointers.length > 0 && !isOfRows ? 'config' : null
  },
  check: async call => ({ account: await api.getAccount(call.http) }),
  findList: async (call, name) => {
    const listId = await api.findListByName(call.http, name)
    return listId === null ? null : { listId }
  },
  isListEmpty: (call, listId) => api.isListEmpty(call.http, listId),
  ensureList: async (call, name) => {
    const known = await api.findListByName(call.http, name)
    if (known !== null) return { listId: known }
    try {
      return { listId: await api.createList(call.http, name) }
    } catch (error) {
      // It may have been created although the answer was lost: look before anybody creates a second one.
      const late =
        error instanceof RequestFailed && error.outcome === 'ambiguous'
          ? await api.findListByName(call.http, name)
          : null
      if (late === null) throw error
      return { listId: late }
    }
  },
  body: api.importBody,
  upsert: async (call, _listId, batch) => {
    if (!('body' in batch)) throw new RequestFailed('split', 'Klaviyo takes rendered bodies only')
    return { rejections: [], receipt: await api.startImport(call.http, batch.body) }
  },
  remove: async (call, listId, members) => {
    const ids = await api.findProfileIds(call.http, members)
    for (let i = 0; i < ids.length; i += 1_000) {
      await api.removeFromList(call.http, listId, ids.slice(i, i + 1_000))
    }
    return { rejections: [], receipt: null }
  },
  confirm: async (call, receipt, batch) => {
    const job = await api.getImport(call.http, receipt)
    if (job === 'pending') return 'pending'
    if (job === 'cancelled') throw new RequestFailed('ambiguous', 'Klaviyo cancelled an import job')
    if (job.failed === 0) return []
    const rejections = await api.listImportErrors(call.http, receipt, batch)
    if (rejections.length >= (job.failed ?? 0)) return rejections
    throw new RequestFailed(
      'ambiguous',
      `Klaviyo refused ${job.failed} rows of a job and names ${rejections.length} of them`,
    )
  },
})
