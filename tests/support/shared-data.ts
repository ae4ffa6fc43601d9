import { join } from 'node:path'
import { root } from './cli.ts'

/** Real data sets beside the repository; tests that need them say loudly that they skip when it is absent. */
export const sharedData = join(root, '..', 'shared', 'data')
