/** What an environment makes of drift; stored as JSON with it. Missing fields take the default. */
export interface DriftPolicy {
  /** Before a deployment: not looked for, told as a warning (default), or it blocks. */
  beforeDeployment?: "off" | "warn" | "block";
  /** Minutes between two checks; null: none on a schedule. Default: 60 when protected, else none. */
  everyMinutes?: number | null;
  ignoreOwners?: boolean;
  ignoreGrants?: boolean;
  ignoreComments?: boolean;
  /** Extended statistics and statistics targets of columns: they change no result. Default: ignored. */
  ignoreStatistics?: boolean;
  /** Schemas that are none of the migrations' business. */
  ignoreSchemas?: string[];
}

/** The policy with its defaults. */
export function driftPolicyOf(stored: unknown, isProtected: boolean): Required<DriftPolicy> {
  const policy = (stored ?? {}) as DriftPolicy;
  return {
    beforeDeployment: policy.beforeDeployment ?? "warn",
    everyMinutes: policy.everyMinutes === undefined ? (isProtected ? 60 : null) : policy.everyMinutes,
    ignoreOwners: policy.ignoreOwners ?? false,
    ignoreGrants: policy.ignoreGrants ?? false,
    ignoreComments: policy.ignoreComments ?? false,
    ignoreStatistics: policy.ignoreStatistics ?? true,
    ignoreSchemas: policy.ignoreSchemas ?? [],
  };
}
