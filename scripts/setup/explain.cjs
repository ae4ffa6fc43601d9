const { SetupProblem } = require('./speech.cjs')
const { StepFailed } = require('./step.cjs')

const LAST_LINES = 12
const NO_NETWORK =
  'Neither the npm registry nor the Python package index can be reached: connect this machine to the network, or name mirrors (docs/install.md), and run the command again.'

const CAUSES = [
  {
    seen: /ENOSPC|No space left on device/i,
    sentence: every('The disk is full: free about 1.5 GB and run the command again.'),
  },
  {
    seen: /SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER|CERTIFICATE_VERIFY_FAILED|certificate verify failed|UnknownIssuer/i,
    sentence: {
      npm: 'The npm registry answered with a certificate this machine does not trust: name your company’s certificates ("npm config set cafile FILE") and run the command again.',
      pip: 'The Python package index answered with a certificate this machine does not trust: name your company’s certificates ("pip config set global.cert FILE") and run the command again.',
      uv: 'The Python package index answered with a certificate this machine does not trust: name your company’s certificates (SSL_CERT_FILE) and run the command again.',
    },
  },
  {
    isOffline: true,
    seen: /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ECONNRESET|Temporary failure in name resolution|Failed to establish a new connection|Connection refused|Network is unreachable|ConnectTimeoutError|NewConnectionError|dns error|error sending request/i,
    sentence: {
      npm: 'The npm registry cannot be reached: connect this machine to the network, or name a mirror ("npm config set registry URL"), and run the command again.',
      pip: 'The Python package index cannot be reached: connect this machine to the network, or name a mirror ("pip config set global.index-url URL"), and run the command again.',
      uv: 'The Python package index cannot be reached: connect this machine to the network, or name a mirror (UV_DEFAULT_INDEX), and run the command again.',
    },
  },
  {
    seen: /EACCES|EPERM|EROFS|Permission denied/i,
    sentence: every('This user may not write in the folder of the clone: change its owner, or clone it as this user.'),
  },
  {
    seen: /No matching distribution found|no matching distribution|DO NOT MATCH THE HASHES|EINTEGRITY/i,
    sentence: every(
      'The package index does not serve the pinned packages as they were published: use an up-to-date mirror and run the command again.',
    ),
  },
]

function every(text) {
  return { npm: text, pip: text, uv: text }
}

/**
 * Turns a failed step of `tool` (npm, pip or uv), or a file that could not be written, into one sentence to act on. An
 * unknown failure of a step keeps its last lines; any other error is returned as it is.
 */
function explain(tool, error) {
  const output = error instanceof StepFailed ? error.output : (error.code ?? '')
  const cause = CAUSES.find(({ seen }) => seen.test(output))
  if (cause) return new SetupProblem(cause.sentence[tool], { isOffline: cause.isOffline === true })
  if (!(error instanceof StepFailed)) return error

  const tail = error.output.trim().split('\n').slice(-LAST_LINES).join('\n')
  return new SetupProblem(`${tool} failed (everything it said is in .setup.log):\n${tail}`)
}

/** One problem that stands for several: being offline is said once. */
function combine(problems) {
  if (problems.length > 1 && problems.every(problem => problem.isOffline)) return new SetupProblem(NO_NETWORK)
  return new SetupProblem(problems.map(problem => problem.message).join('\n'))
}

module.exports = { explain, combine }
