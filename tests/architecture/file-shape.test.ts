import { describe, expect, it } from 'vitest'
import { checkName, checkSize } from './file-shape.ts'

const linesOf = (count: number) => 'x\n'.repeat(count)

describe('the check of size', () => {
  it('refuses the line after 300', () => {
    expect(checkSize({ path: 'src/a.ts', text: linesOf(300) })).toEqual([])
    expect(checkSize({ path: 'src/a.ts', text: linesOf(301) })[0]?.rule).toContain('this has 301')
  })

  it('lets generated files be long', () => {
    expect(checkSize({ path: 'src/generated/a.ts', text: linesOf(999) })).toEqual([])
    expect(checkSize({ path: 'src/a.ts', text: `// @generated from the specs\n${linesOf(999)}` })).toEqual([])
  })
})

describe('the check of names', () => {
  it.each([
    'src/utils.ts',
    'src/date-utils.ts',
    'src/helpers/date.ts',
    'sync/core/common.ts',
    'src/sync-manager.ts',
    'src/syncs/sync.service.ts',
  ])('refuses %s', path => {
    expect(checkName({ path, text: '' })).toHaveLength(1)
  })

  it.each(['src/syncs/execute.ts', 'src/brands/commons-owner.ts', 'tests/support/serviceable.ts'])(
    'allows %s',
    path => {
      expect(checkName({ path, text: '' })).toEqual([])
    },
  )
})
