#!/usr/bin/env node
// Sets up what Winback needs (node modules, a Python environment with dbt), then runs a program under the repo's Node.
// usage: node scripts/ensure.cjs [program [arguments...]]     without a program: the set-up alone
// This file alone must parse on every Node: everything newer than 2016 lives behind the version check.
const major = Number(process.versions.node.split('.')[0])

if (major < 20) {
  process.stderr.write(
    `Winback needs Node 20 or newer to set itself up and this is ${process.version}: install Node 24 (https://nodejs.org, or "nvm install 24") and run the command again.\n`,
  )
  process.exit(1)
} else {
  require('./setup/main.cjs').main(process.argv.slice(2))
}
