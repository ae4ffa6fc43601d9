type Part = 'code' | 'comment' | 'string'

/**
 * TypeScript with its comments blanked, and with `strings` also the text of strings and templates: line and column of
 * everything else stay. A scanner, not a parser: a regular expression is told from a division by what stands before it.
 */
export function blank(text: string, { strings }: { strings: boolean }): string {
  const parts = classify(text)
  const hidden: Part[] = strings ? ['comment', 'string'] : ['comment']
  return text
    .split('')
    .map((char, i) => (char !== '\n' && hidden.includes(parts[i] ?? 'code') ? ' ' : char))
    .join('')
}

const COMMENT = /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/y
const QUOTED = /'(?:[^'\\\n]|\\[\s\S])*'?|"(?:[^"\\\n]|\\[\s\S])*"?/y
const REGEX = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y
const BEFORE_REGEX = /(?:^|[(,=:[!&|?{};\n>+]|\b(?:return|typeof|case|in|of))\s*$/
const TEMPLATE_TEXT = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*/y

function classify(text: string): Part[] {
  const parts: Part[] = new Array(text.length).fill('code')
  const mark = (from: number, to: number, part: Part) => parts.fill(part, from, to)
  const open: ('template' | 'brace')[] = []
  let at = 0

  const take = (pattern: RegExp) => {
    pattern.lastIndex = at
    return pattern.exec(text)?.[0]
  }
  const skipTemplateText = () => {
    const length = take(TEMPLATE_TEXT)?.length ?? 0
    mark(at, at + length, 'string')
    at += length
    if (text[at] === '`') open.pop()
    if (text.startsWith('${', at)) at += 1 // the brace counts as opening one
    at += 1
  }

  while (at < text.length) {
    const comment = take(COMMENT)
    const quoted = comment === undefined ? take(QUOTED) : undefined
    const regex =
      comment === undefined && BEFORE_REGEX.test(text.slice(Math.max(0, at - 20), at)) ? take(REGEX) : undefined
    const found = comment ?? quoted ?? regex
    if (found !== undefined) {
      if (comment !== undefined) mark(at, at + found.length, 'comment')
      else mark(at + 1, at + found.length - 1, 'string')
      at += found.length
      continue
    }
    const char = text[at]
    at += 1
    if (char === '`') {
      open.push('template')
      skipTemplateText()
    } else if (char === '{') open.push('brace')
    else if (char === '}') {
      if (open.at(-1) === 'brace') open.pop()
      else if (open.at(-1) === 'template') skipTemplateText()
    }
  }
  return parts
}
