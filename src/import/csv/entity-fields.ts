import type { Entity } from '../../config/schema.ts'
import { channel, consentState, type Field, messageEvent } from './field.ts'

/** One entity of the input contract as files give it. */
export interface EntityFields {
  /** In the raw table's order. */
  fields: readonly Field[]
  /** Each inner list: at least one of these columns must be in the file, and filled in every row. */
  oneOf: readonly (readonly string[])[]
  /** The column whose value may stand once in a file; null where nothing identifies a row. */
  key: string | null
}

const field = (name: string, kind: Field['kind'], more: Partial<Field> = {}): Field => ({ name, kind, ...more })
const required = { isRequired: true } as const
const utm = (...parts: string[]) => parts.map(part => field(`utm_${part}`, 'text'))

/**
 * The entities of the CSV connector: the contract's columns (data-model.md; dbt's `in_*` models), required ones first.
 * `dbt/macros/staging/raw_columns.sql` reads these columns. An order without an id gets one there from (customer, day);
 * `currency` defaults to the brand's here.
 */
export const entityFields: Readonly<Record<Entity, EntityFields>> = {
  orders: {
    fields: [
      field('order_id', 'id'),
      field('ordered_at', 'instant', required),
      field('status', 'text'),
      field('currency', 'currency'),
      field('total_amount', 'money', required),
      field('customer_id', 'id'),
      field('email', 'text'),
      field('subtotal', 'money'),
      field('discount', 'money'),
      field('tax', 'money'),
      field('shipping', 'money'),
      field('refunded_amount', 'money'),
      field('channel', 'text'),
      field('discount_code', 'text'),
      field('is_subscription', 'flag'),
      field('is_test', 'flag'),
      field('cancelled_at', 'instant'),
      field('fx_rate', 'unit'),
      field('landing_url', 'text'),
      ...utm('source', 'medium', 'campaign', 'content', 'term'),
      field('country_code', 'text'),
    ],
    oneOf: [],
    key: 'order_id',
  },
  order_lines: {
    fields: [
      field('order_id', 'id'),
      field('line_id', 'id'),
      field('quantity', 'quantity'),
      field('line_amount', 'unit'),
      field('product_id', 'id'),
      field('variant_id', 'id'),
      field('sku', 'text'),
      field('product_name', 'text'),
      field('category', 'text'),
      field('vendor', 'text'),
      field('line_discount', 'unit'),
      field('is_gift_card', 'flag'),
      field('customer_id', 'id'),
      field('email', 'text'),
      field('ordered_at', 'instant'),
      field('currency', 'currency'),
      field('status', 'text'),
      field('channel', 'text'),
      field('country_code', 'text'),
      field('discount_code', 'text'),
      field('unit_price', 'unit'),
    ],
    oneOf: [
      ['order_id', 'ordered_at'],
      ['line_amount', 'unit_price'],
      ['line_amount', 'quantity'],
    ],
    key: null,
  },
  refunds: {
    fields: [
      field('refund_id', 'id', required),
      field('refunded_at', 'instant', required),
      field('amount', 'money', required),
      field('order_id', 'id'),
      field('line_id', 'id'),
      field('reason', 'text'),
      field('customer_id', 'id'),
    ],
    oneOf: [],
    key: 'refund_id',
  },
  customers: {
    fields: [
      field('customer_id', 'id', required),
      field('created_at', 'instant'),
      field('email', 'text'),
      field('phone_e164', 'text', { alias: 'phone' }),
      field('first_name', 'text'),
      field('last_name', 'text'),
      field('country_code', 'text'),
      field('language', 'text'),
      field('timezone', 'text'),
      field('is_test', 'flag'),
      field('is_deleted', 'flag'),
      field('updated_at', 'instant'),
      field('attributes_json', 'json'),
    ],
    oneOf: [],
    key: 'customer_id',
  },
  consents: {
    fields: [
      field('customer_id', 'id'),
      field('email', 'text'),
      field('phone', 'text'),
      field('channel', 'choice', { ...required, choices: channel }),
      field('state', 'choice', { ...required, choices: consentState }),
      field('captured_at', 'instant', required),
      field('legal_basis', 'text'),
      field('source_system', 'text'),
      field('double_opt_in', 'flag'),
      field('evidence_ref', 'text'),
    ],
    oneOf: [['customer_id', 'email', 'phone']],
    key: null,
  },
  products: {
    fields: [
      field('product_id', 'id', required),
      field('category', 'text'),
      field('price', 'unit'),
      field('cost', 'unit'),
    ],
    oneOf: [],
    key: 'product_id',
  },
  messages: {
    fields: [
      field('message_event_id', 'id', required),
      field('channel', 'choice', { ...required, choices: channel }),
      field('event_type', 'choice', { ...required, choices: messageEvent }),
      field('occurred_at', 'instant', required),
      field('customer_id', 'id'),
      field('email', 'text'),
      field('campaign_id', 'id'),
      field('flow_id', 'id'),
      field('variant', 'text'),
      field('link_url', 'text'),
      field('is_bot_open', 'flag'),
    ],
    oneOf: [['customer_id', 'email']],
    key: 'message_event_id',
  },
  touchpoints: {
    fields: [
      field('touch_id', 'id', required),
      field('occurred_at', 'instant', required),
      field('anonymous_id', 'text'),
      field('customer_id', 'id'),
      ...utm('source', 'medium', 'campaign', 'content', 'term'),
      field('referrer', 'text'),
      field('landing_url', 'text'),
      field('channel_hint', 'text'),
      field('click_id', 'text'),
    ],
    oneOf: [['anonymous_id', 'customer_id']],
    key: 'touch_id',
  },
  ad_spend: {
    fields: [
      field('spend_date', 'day', required),
      field('channel', 'text', required),
      field('campaign', 'text', required),
      field('currency', 'currency'),
      field('spend', 'money', required),
      field('impressions', 'count'),
      field('clicks', 'count'),
    ],
    oneOf: [],
    key: null,
  },
  subscriptions: {
    fields: [
      field('subscription_id', 'id', required),
      field('customer_id', 'id', required),
      field('status', 'text', required),
      field('started_at', 'instant', required),
      field('ended_at', 'instant'),
      field('cancel_at', 'instant'),
      field('mrr', 'money'),
      field('interval', 'text'),
      field('plan', 'text'),
    ],
    oneOf: [],
    key: 'subscription_id',
  },
}
