import type { Destination } from './destination.ts'
import { klaviyo } from './klaviyo/index.ts'

/** Every platform we deliver to, by slug: one line each. */
export const destinations: Record<string, Destination> = { klaviyo }
