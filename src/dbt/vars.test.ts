import { expect, it } from 'vitest'
import { WinbackConfig } from '../config/schema.ts'
import { buildVars } from './vars.ts'

it('tells dbt the data date and what winback.yml says, and no destination or secret', () => {
  const config = WinbackConfig.parse({
    version: 1,
    brands: [
      {
        slug: 'acme',
        label: 'Acme Gifts',
        currency: 'GBP',
        timezone: 'Europe/London',
        economics: { grossMarginShare: 0.4 },
        consentPolicy: { email: 'soft_opt_in_customers' },
        sources: [{ connector: 'csv', files: { orders: 'data/orders.csv' } }],
        destinations: [{ slug: 'klaviyo', type: 'klaviyo', settings: { apiKey: '${KLAVIYO_API_KEY}' } }],
      },
      { slug: 'zen', label: 'Zen', currency: 'JPY', timezone: 'Asia/Tokyo' },
    ],
  })
  expect(buildVars(config, '2026-11-22')).toEqual({
    as_of_date: '2026-11-22',
    winback: {
      brands: [
        {
          slug: 'acme',
          label: 'Acme Gifts',
          currency: 'GBP',
          timezone: 'Europe/London',
          gross_margin_share: 0.4,
          consent_policy: {
            email: 'soft_opt_in_customers',
            sms: 'opt_in',
            push: 'opt_in',
            ads: 'opt_in',
            mail: 'opt_in',
          },
        },
        {
          slug: 'zen',
          label: 'Zen',
          currency: 'JPY',
          timezone: 'Asia/Tokyo',
          gross_margin_share: null,
          consent_policy: { email: 'opt_in', sms: 'opt_in', push: 'opt_in', ads: 'opt_in', mail: 'opt_in' },
        },
      ],
      sources: [{ brand: 'acme', name: 'csv', connector: 'csv' }],
    },
  })
})
