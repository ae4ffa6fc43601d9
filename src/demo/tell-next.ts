import { isAbsolute, join } from 'node:path'

/** What to try next, as lines that work when pasted; `dir` is the demo's folder and `bin` the command, both as seen from here. */
export function tellNext(dir: string, bin: string): string[] {
  const here = /^[./]/.test(bin) ? bin : `./${bin}`
  const inside = isAbsolute(bin) || isAbsolute(dir) ? bin : join(...dir.split('/').map(() => '..'), bin)
  return [
    `Next:  ${here} demo ${dir} --fresh --p 0     (no effect)`,
    `       ${here} demo ${dir} --fresh --salt b  (others held out)`,
    `       cd ${dir} && ${inside} campaign results autumn`,
    `       cd ${dir} && ${inside} explain 12346 --campaign autumn`,
    '       docs/demo.md: what is real here and what is made up',
  ]
}
