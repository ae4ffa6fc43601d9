import { expect, it } from 'vitest'
import { createLineSplitter } from './lines.ts'

function split(chunks: (string | Buffer)[], max?: number): string[] {
  const lines: string[] = []
  const splitter = createLineSplitter(line => lines.push(line), max)
  for (const chunk of chunks) splitter.push(Buffer.from(chunk as string))
  splitter.end()
  return lines
}

it('joins what chunks cut apart, within a character too', () => {
  const euro = Buffer.from('a€b\n')
  expect(split(['one\ntw', 'o\r\n', euro.subarray(0, 2), euro.subarray(2), 'last'])).toEqual([
    'one',
    'two',
    'a€b',
    'last',
  ])
})

it('keeps only the beginning of a line without an end', () => {
  expect(split(['x'.repeat(50), 'y'.repeat(50), '\nnext\n'], 10)).toEqual(['x'.repeat(10), 'next'])
})
