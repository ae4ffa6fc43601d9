import { type SandboxKlaviyo, startKlaviyo } from '../sandbox/klaviyo.ts'
import { platformFile } from './project.ts'

/** The port that the docs name, so that `winback sandbox klaviyo` can stand in again after the demo; taken: any free one. */
const PORT = 4010

/** Starts the stand-in Klaviyo with what an earlier run of the demo left there. Jobs end sooner than the vendor's. */
export async function startPlatform(dir: string): Promise<SandboxKlaviyo> {
  const options = { stateFile: platformFile(dir), jobs: { queuedMs: 50, processingMs: 100 } }
  try {
    return await startKlaviyo({ ...options, port: PORT })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    return startKlaviyo({ ...options, port: 0 })
  }
}
