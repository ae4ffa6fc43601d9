#!/usr/bin/env node
// The command line of Winback, from any folder and under any Node from 20 on: goes on under the repository's Node 24.
const major = Number(process.versions.node.split('.')[0])

if (major < 20) {
  process.stderr.write(
    `winback needs Node 20 or newer and this is ${process.version}: install Node 24 (https://nodejs.org, or "nvm install 24").\n`,
  )
  process.exit(1)
} else {
  require('../scripts/setup/launch.cjs').launch(process.argv.slice(2))
}
