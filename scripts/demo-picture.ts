import { writeFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'

// `bin/winback.cjs demo demo | node scripts/demo-picture.ts docs/images/demo.svg [FIRST_WORDS]`: what a terminal printed, as a picture, from the
// line that begins with FIRST_WORDS on. Nothing is changed but trailing spaces.

const [file = 'docs/images/demo.svg', from = ''] = process.argv.slice(2)
const all = (await text(process.stdin)).trimEnd().split('\n')
const lines = all.slice(
  Math.max(
    0,
    all.findIndex(line => line.startsWith(from)),
  ),
)

const CHARACTER = 7.83 // width of a 13 px monospaced character
const LINE = 19
const PAD = 16
const width = Math.ceil(Math.max(...lines.map(line => line.length)) * CHARACTER) + 2 * PAD
const height = lines.length * LINE + 2 * PAD

const escaped = (line: string) => line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const rows = lines.map(
  (line, i) =>
    `<text x="${PAD}" y="${PAD + 14 + i * LINE}" textLength="${(line.trimEnd().length * CHARACTER).toFixed(1)}" xml:space="preserve">${escaped(line.trimEnd())}</text>`,
)
writeFileSync(
  file,
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="The end of winback demo in a terminal">
<rect width="100%" height="100%" rx="8" fill="#18181b"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="13" fill="#e4e4e7">
${rows.filter((_, i) => lines[i]?.trim() !== '').join('\n')}
</g>
</svg>
`,
)
