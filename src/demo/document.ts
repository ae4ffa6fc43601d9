import type { DemoResult } from './story.ts'

/** The document of `winback demo --json`: shares 0..1, `null` where not computable. */
export function demoDocument({ dir, options, wasDone, readout, truth, steps }: DemoResult) {
  const { control, treatment, lift, low, high } = readout.conversion
  const treated = readout.treated.customers
  return {
    dir,
    options,
    resumed: wasDone,
    treated,
    heldOut: readout.heldOut.customers,
    conversion: { control, treatment, lift, low, high },
    truth: { ...truth, lift: treated === 0 ? null : truth.caused / treated },
    verdict: readout.verdict.kind,
    sentence: readout.verdict.sentence,
    steps,
  }
}
