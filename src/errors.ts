/** The errors of Winback: the door for the command line, the API and the worker, which import nothing of sync/ themselves. */
export {
  Cancelled,
  ConfigError,
  Conflict,
  DestinationError,
  Forbidden,
  ModelError,
  NotFound,
  PlanRefused,
  WarehouseError,
  WinbackError,
} from '../sync/index.ts'
