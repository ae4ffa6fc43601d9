import { expect, it } from 'vitest'
import { createEventReader, type DbtEvent } from './events.ts'

// Lines as dbt 1.12.6 writes them, shortened to the fields that are read.
const line = (name: string, data: object, info: object = {}) =>
  JSON.stringify({ data, info: { name, level: 'info', msg: '', invocation_id: 'inv-1', ...info } })
const node = (id: string, status: string) => ({
  unique_id: id,
  node_name: id.split('.')[2],
  node_status: status,
  resource_type: id.split('.')[0],
})

function read(lines: string[]) {
  const events: DbtEvent[] = []
  const reader = createEventReader(event => events.push(event))
  for (const text of lines) reader.line(text)
  return { events, reader }
}

it('counts what is done of what there is', () => {
  const { events, reader } = read([
    line('MainReportVersion', { version: '=1.12.6', log_version: 3 }),
    line('LogStartLine', { index: 1, total: 3, node_info: node('model.winback.customers', 'started') }),
    line('LogModelResult', {
      index: 1,
      total: 3,
      status: 'OK',
      execution_time: 0.21,
      node_info: node('model.winback.customers', 'success'),
    }),
    line('SkippingDetails', { index: 2, total: 3, status: null, node_info: node('model.winback.scores', 'None') }),
  ])
  expect(events).toEqual([
    { type: 'version', version: '1.12.6' },
    { type: 'started', node: 'model.winback.customers', name: 'customers', done: 0, total: 3 },
    {
      type: 'finished',
      node: 'model.winback.customers',
      name: 'customers',
      status: 'success',
      seconds: 0.21,
      done: 1,
      total: 3,
    },
    {
      type: 'finished',
      node: 'model.winback.scores',
      name: 'scores',
      status: 'skipped',
      seconds: 0,
      done: 2,
      total: 3,
    },
  ])
  expect(reader.state).toEqual({ invocationId: 'inv-1', total: 3, sawJson: true })
})

it('takes a unit test’s status from the data, since its node says "None"', () => {
  const { events } = read([
    line(
      'LogTestResult',
      { status: 'fail', node_info: node('unit_test.winback.a.b', 'None') },
      { level: 'error', msg: 'FAIL 1' },
    ),
  ])
  expect(events[0]).toMatchObject({ type: 'finished', status: 'fail' })
})

it('survives what is no event, and keeps it for the explanation', () => {
  const { events, reader } = read([
    'Traceback (most recent call last):',
    '{"half": ',
    '{}',
    '[1]',
    line('SomethingNew', { anything: [1] }),
    line('LogModelResult', { node_info: null }),
    '{"info":{"name":"LogModelResult"},"data":{"node_info":{"unique_id":7}}}',
  ])
  expect(events).toHaveLength(1)
  expect(reader.tail).toEqual(['Traceback (most recent call last):', '{"half": ', '{}', '[1]'])
})

it('hands on errors with people masked, and remembers the last sixty', () => {
  const lines = Array.from({ length: 70 }, (_, i) =>
    line('RunResultError', {}, { level: 'error', msg: `${i}: bob@example.com` }),
  )
  const { events, reader } = read(lines)
  expect(events[0]).toEqual({ type: 'log', level: 'error', text: '0: ***@***' })
  expect(reader.tail).toHaveLength(60)
  expect(reader.tail.at(-1)).toBe('69: ***@***')
})
