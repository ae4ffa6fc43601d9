/** First day of the campaign: the first build's exclusive `as_of_date`, and the day people are assigned. */
export const CAMPAIGN_START = '2026-10-24'

/** Days that each person is watched. */
export const WINDOW_DAYS = 28

/** The second build's exclusive `as_of_date`: the window is over, and the data (its last day is 2026-11-20) too. */
export const CAMPAIGN_END = addDays(CAMPAIGN_START, WINDOW_DAYS)

/** The days of the campaign as ISO text, oldest first. */
export const campaignDays: readonly string[] = Array.from({ length: WINDOW_DAYS }, (_, i) => addDays(CAMPAIGN_START, i))

/** The calendar day `days` after an ISO day. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}
