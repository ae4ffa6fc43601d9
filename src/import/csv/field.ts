/** How a text becomes a value: docs/import.md says each kind's rule. */
export type Kind =
  | 'id'
  | 'text'
  | 'json'
  | 'currency'
  | 'choice'
  | 'money'
  | 'unit'
  | 'quantity'
  | 'count'
  | 'instant'
  | 'day'
  | 'flag'

/** One column of a raw table. */
export interface Field {
  /** The contract's name, snake_case. */
  name: string
  kind: Kind
  /** The file must have the column, and every row a value. */
  isRequired?: boolean
  /** Another header that means the same. */
  alias?: string
  /** Of a `choice`: lower-case text as found → the contract's word. */
  choices?: Readonly<Record<string, string>>
}

/** The SQL type of each kind; money has 4 decimals, unit prices and line amounts 6. */
export const sqlTypes: Readonly<Record<Kind, string>> = {
  id: 'varchar',
  text: 'varchar',
  json: 'varchar',
  currency: 'varchar',
  choice: 'varchar',
  money: 'decimal(18,4)',
  unit: 'decimal(18,6)',
  quantity: 'decimal(18,4)',
  count: 'bigint',
  instant: 'timestamp',
  day: 'date',
  flag: 'boolean',
}

const words = (groups: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(groups).flatMap(([word, others]) =>
      [word, ...others.split(' ').filter(Boolean)].map(o => [o, word]),
    ),
  )

/** Channels a person can consent to, or be written to by. */
export const channel = words({ email: 'e-mail', sms: 'text', push: '', ads: '', mail: 'post' })

/** Consent: yes, no, or not known (which counts as no). */
export const consentState = words({
  granted: 'subscribed confirmed opt_in opted_in opt-in true yes 1',
  denied: 'unsubscribed revoked withdrawn opt_out opted_out opt-out false no 0',
  unknown: 'never_subscribed not_subscribed pending',
})

/** What happened to a message. */
export const messageEvent = words({
  sent: '',
  delivered: '',
  open: 'opened',
  click: 'clicked',
  bounce: 'bounced',
  complaint: 'spam complained',
  unsubscribe: 'unsubscribed',
})
