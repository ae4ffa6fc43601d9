import { syncCampaign } from '../../src/campaigns/launch.ts'
import { loadProject } from '../../src/config/project.ts'

// usage: node sync-then-die.ts PROJECT_DIR CAMPAIGN PHASE
// The real sync in a process of its own, which ends itself by SIGKILL the moment that phase begins.
const [projectDir = '', slug = '', phase = ''] = process.argv.slice(2)
const signal = new AbortController().signal

await syncCampaign(loadProject({ projectDir }), undefined, slug, {
  signal,
  onSync: (_destination, event) => {
    if (event.phase === phase) process.kill(process.pid, 'SIGKILL')
  },
})
