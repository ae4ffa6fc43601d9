import { readFile } from 'node:fs/promises'
import { z } from 'zod'

/** A node of manifest.json, schema v12: the fields Winback reads, the others as they come. */
export const ManifestNode = z.looseObject({
  unique_id: z.string(),
  name: z.string(),
  resource_type: z.string(),
  original_file_path: z.string().default(''),
  database: z.string().nullish(),
  schema: z.string().nullish(),
  alias: z.string().nullish(),
  /** As SQL writes it, three parts and quoted; null for tests and ephemeral models. */
  relation_name: z.string().nullish(),
  description: z.string().default(''),
  tags: z.array(z.string()).default([]),
  columns: z
    .record(
      z.string(),
      z.looseObject({
        name: z.string(),
        description: z.string().default(''),
        data_type: z.string().nullish(),
        config: z.looseObject({ meta: z.record(z.string(), z.unknown()).default({}) }).default({ meta: {} }),
      }),
    )
    .default({}),
  config: z
    .looseObject({
      materialized: z.string().nullish(),
      severity: z.string().nullish(),
      meta: z.record(z.string(), z.unknown()).default({}),
    })
    .default({ meta: {} }),
  contract: z.looseObject({ enforced: z.boolean().default(false) }).nullish(),
  access: z.string().nullish(),
  group: z.string().nullish(),
  primary_key: z.array(z.string()).nullish(),
  checksum: z.looseObject({ checksum: z.string() }).nullish(),
  depends_on: z.looseObject({ nodes: z.array(z.string()).default([]) }).default({ nodes: [] }),
  compiled_path: z.string().nullish(),
  compiled_code: z.string().nullish(),
  raw_code: z.string().nullish(),
  attached_node: z.string().nullish(),
  column_name: z.string().nullish(),
  test_metadata: z.looseObject({ name: z.string(), kwargs: z.record(z.string(), z.unknown()).default({}) }).nullish(),
})
export type ManifestNode = z.infer<typeof ManifestNode>

/** manifest.json, schema v12. */
export const Manifest = z.looseObject({
  metadata: z.looseObject({
    dbt_schema_version: z.string().regex(/\/manifest\/v12\.json$/, 'must be manifest schema v12 (dbt 1.8 or newer)'),
    invocation_id: z.string().nullish(),
    generated_at: z.string().nullish(),
    project_name: z.string().nullish(),
  }),
  nodes: z.record(z.string(), ManifestNode),
  sources: z.record(z.string(), ManifestNode).default({}),
  unit_tests: z.record(z.string(), z.looseObject({ unique_id: z.string(), name: z.string() })).default({}),
})
export type Manifest = z.infer<typeof Manifest>

/** One node's outcome in run_results.json. */
export const RunResult = z.looseObject({
  unique_id: z.string(),
  /** success, error, skipped, partial success, no-op; pass, fail, warn, error, skipped for tests. */
  status: z.string(),
  execution_time: z.number().default(0),
  message: z.string().nullish(),
  /** How many rows (or cases) failed a test. */
  failures: z.number().nullish(),
  compiled_code: z.string().nullish(),
  relation_name: z.string().nullish(),
})
export type RunResult = z.infer<typeof RunResult>

/** run_results.json, schema v6. */
export const RunResults = z.looseObject({
  metadata: z.looseObject({ invocation_id: z.string().nullish() }),
  results: z.array(RunResult),
  elapsed_time: z.number().default(0),
})
export type RunResults = z.infer<typeof RunResults>

/** Reads one artifact; null when there is no file, or it is not (any more) what its schema says: a killed dbt may leave half. */
export async function findArtifact<T>(file: string, schema: z.ZodType<T>): Promise<T | null> {
  try {
    const parsed = schema.safeParse(JSON.parse(await readFile(file, 'utf8')))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}
