import { join } from 'node:path'
import { main } from '../src/cli/main.ts'

// `npm start`: the demo in the clone's own folder `demo/`, ignored by git. Further arguments go to `winback demo`.
const folder = join(import.meta.dirname, '..', 'demo')

process.exitCode = await main(['demo', folder, ...process.argv.slice(2)])
