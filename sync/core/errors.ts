/** What a caller learns when work fails: a stable code, one sentence on what happened to what, and what to do next. */
export class WinbackError extends Error {
  /** Stable, dotted, lower-case: `plan.too_many_removes`. */
  readonly code: string
  /** What to do next, one sentence; empty when there is nothing to do. */
  readonly hint: string
  /** True when the same call may succeed later without a change. */
  readonly retryable: boolean

  constructor(code: string, message: string, hint = '', options: { retryable?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.code = code
    this.hint = hint
    this.retryable = options.retryable ?? false
  }

  /** Process exit code: 1, the work failed or was refused; 2, wrong use or configuration. */
  get exitCode(): 1 | 2 {
    return 1
  }
}

/** Wrong use or configuration: nothing was started. Exit code 2. */
export class ConfigError extends WinbackError {
  override get exitCode(): 1 | 2 {
    return 2
  }
}

/** A dbt model or test broke; the message names model, file, line and the database's own words. */
export class ModelError extends WinbackError {}

/** The warehouse refused or broke; the message carries its own words without row values. */
export class WarehouseError extends WinbackError {}

/** A destination refused or broke in a way that ends the run; the message is redacted. */
export class DestinationError extends WinbackError {}

/** A brake stopped the plan before the first request. */
export class PlanRefused extends WinbackError {}

/** The named thing does not exist. */
export class NotFound extends WinbackError {}

/** The policy does not allow it. */
export class Forbidden extends WinbackError {}

/** Somebody else holds what this needs, or it exists already. */
export class Conflict extends WinbackError {}

/** The person pressed Ctrl-C or the caller aborted; what was acknowledged stays. The CLI exits with 130. */
export class Cancelled extends WinbackError {}
