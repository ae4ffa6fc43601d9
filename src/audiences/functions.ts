/**
 * What an audience may call: pure functions of its rows, the same on every run for the same data. A list of what is allowed, because
 * a database grows functions that read files, settings, environment or the clock faster than a list of what is not.
 */
const allowed = new Set(
  `
  + - * / // % ^ ** || ~~ !~~ ~~* !~~* ~~~ like_escape not_like_escape ilike_escape not_ilike_escape
  abs ceil ceiling floor round trunc sign sqrt ln log log10 log2 exp pow power mod greatest least nullif isnan isfinite
  lower upper trim ltrim rtrim length len char_length character_length left right substring substr replace concat
  contains starts_with ends_with prefix suffix strpos position instr lpad rpad reverse regexp_matches regexp_full_match split_part
  count count_star sum avg mean min max median quantile_cont quantile_disc stddev stddev_samp stddev_pop variance var_samp var_pop
  bool_and bool_or
  row_number rank dense_rank rank_dense percent_rank cume_dist ntile lag lead first_value last_value nth_value first last
  list_contains list_value list_has row
  `
    .trim()
    .split(/\s+/),
)

/** True for a function or operator that an audience may use. */
export function isAllowedFunction(name: string): boolean {
  return allowed.has(name.replaceAll(/[A-Z]/g, letter => letter.toLowerCase())) // ASCII alone, as DuckDB folds
}

/** Words that SQL reads as functions although they look like columns: the clock and the session. */
export function isSessionWord(column: string): boolean {
  return /^(current_\w+|localtime|localtimestamp|session_user|system_user|user)$/i.test(column)
}
