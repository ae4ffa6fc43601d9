import { describe, expect, it } from 'vitest'
import { blank } from './blank.ts'

const code = (text: string) => blank(text, { strings: true })

describe('blanking what is not code', () => {
  it('keeps code, lines and columns', () => {
    expect(code('a // fetch()\nb')).toBe('a           \nb')
    expect(code('/* x\ny */ z')).toBe('    \n     z')
  })

  it('blanks strings, and not the code inside a template', () => {
    expect(code(`f('it\\'s', "a") + g`)).toBe(`f('     ', " ") + g`)
    expect(code('`a ${b + `c${d}`} e` + f')).toBe('`  ${b + ` ${d}`}  ` + f')
    expect(code('`a` + { b: `c` }')).toBe('` ` + { b: ` ` }')
  })

  it('counts letters beyond the basic plane as the language does', () => {
    expect(code(`f('🎁') // 🎁\ng`)).toBe(`f('  ')      \ng`)
  })

  it('takes slashes in strings and quotes in patterns for what they are', () => {
    expect(blank(`'http://x' + y // z`, { strings: false })).toBe(`'http://x' + y     `)
    expect(code("x.replace(/[`'/]/g, y) / 2 // z")).toBe('x.replace(/      g, y) / 2     ')
  })
})
