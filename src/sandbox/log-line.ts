import type { LogEntry } from './klaviyo/types.ts'

/** One line of a request for a person, without identities: `18:02:11 POST /api/profile-bulk-import-jobs 202 1,000 rows 180 kB [slow]`. */
export function formatEntry(entry: LogEntry): string {
  const parts = [new Date(entry.at).toISOString().slice(11, 19), entry.method, entry.path, entry.status ?? 'cut']
  if (entry.rows > 0) parts.push(`${entry.rows.toLocaleString('en-GB')} ${entry.rows === 1 ? 'row' : 'rows'}`)
  if (entry.bytes > 0) parts.push(`${Math.ceil(entry.bytes / 1000).toLocaleString('en-GB')} kB`)
  if (entry.fault !== null) parts.push(`[${entry.fault}]`)
  return parts.join(' ')
}
