/** Operations of a plan's rows, in the order in which they stand in the table. `release` leaves the ledger without a request. */
export const OP = { compliance: 1, remove: 2, release: 3, upsert: 4 } as const
