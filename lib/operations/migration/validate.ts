import { z } from "zod";
import { readDirectives } from "../../core/migration/directives";
import { analyzeScriptAsync } from "../../core/risk/analyze";
import { defineOperation, instanceScope } from "../define";
import { Script } from "./name";

const ValidateInput = z.object({
  sql: Script,
  /** Name of the file, repeated in the answer. */
  file: z.string().max(300).optional(),
  /** Major version of the server that it is for. */
  serverVersion: z.coerce.number().int().min(14).max(30).default(18),
});

/** Problems, facts and findings of any script, as `dbmigrator validate` tells them. Nothing is stored, nothing runs. */
export const validateScript = defineOperation({
  name: "migration.validate",
  permission: "signed_in",
  input: ValidateInput,
  audit: "none",
  scope: () => instanceScope("script", ""),
  run: async ({ input: { sql, file, serverVersion } }) => {
    const { directives, problems } = readDirectives(sql);
    const options = { serverVersion, directives, ...(file === undefined ? {} : { file }) };
    const analysis = await analyzeScriptAsync(sql, options);
    const all = [...problems, ...analysis.parsed.problems].sort((a, b) => a.line - b.line);
    return {
      ok: all.length === 0,
      problems: all,
      statements: analysis.facts,
      findings: analysis.findings,
      severity: analysis.severity,
      destroys: analysis.destroys,
    };
  },
});
