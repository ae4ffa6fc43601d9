import { runStage, stages } from './testing/stages.ts'
import { addTallies, summary } from './testing/tally.ts'

// `npm test [-- file filters and vitest flags]`: lint, types, tests; `--long` runs the long tests instead of the others.
// Ends with one line: `N passed, N failed`, then `, N skipped` when there are any.
const args = process.argv.slice(2)
const options = { long: args.includes('--long'), vitestArgs: args.filter(arg => arg !== '--long') }

// Ctrl-C reaches the running stage by itself; this process stays to say how far it came.
let interrupted = false
process.on('SIGINT', () => {
  interrupted = true
})

const tallies = []
for (const stage of stages(options)) {
  if (!interrupted) tallies.push(await runStage(stage))
}

const total = addTallies(tallies)
console.log(summary(total))
process.exit(interrupted ? 130 : total.failed > 0 ? 1 : 0)
