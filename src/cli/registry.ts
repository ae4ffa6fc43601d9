import type { Command } from './command.ts'
import { audiencesCommand } from './commands/audiences.ts'
import { build } from './commands/build.ts'
import { campaignCreate } from './commands/campaign-create.ts'
import { campaignLaunch } from './commands/campaign-launch.ts'
import { campaignPause } from './commands/campaign-pause.ts'
import { campaignPlan } from './commands/campaign-plan.ts'
import { campaignResultsCommand } from './commands/campaign-results.ts'
import { campaignStop } from './commands/campaign-stop.ts'
import { compile } from './commands/compile.ts'
import { demo } from './commands/demo.ts'
import { docs } from './commands/docs.ts'
import { doctor } from './commands/doctor.ts'
import { explainCommand } from './commands/explain.ts'
import { importFiles } from './commands/import.ts'
import { init } from './commands/init.ts'
import { ls } from './commands/ls.ts'
import { sandbox } from './commands/sandbox.ts'
import { show } from './commands/show.ts'
import { syncCommand } from './commands/sync.ts'
import { test } from './commands/test.ts'
import { vars } from './commands/vars.ts'

/** Every command, as `winback --help` lists them; a new one is a file in `commands/` and a line here. */
export const commands: readonly Command[] = [
  demo,
  init,
  importFiles,
  build,
  test,
  ls,
  show,
  compile,
  docs,
  vars,
  audiencesCommand,
  campaignCreate,
  campaignPlan,
  campaignLaunch,
  campaignPause,
  campaignStop,
  campaignResultsCommand,
  syncCommand,
  explainCommand,
  sandbox,
  doctor,
]
