import { z } from "zod";
import { defineOperation } from "../define";
import { deploymentIdOf, deploymentScope, withDeployment } from "../deployment/scope";
import type { RunLogLine } from "../deployment/views";

/** The log of a deployment's last run, oldest first, by keyset over the line's number. */
export const readRunLog = defineOperation({
  name: "run.log",
  permission: "deployment.read",
  input: withDeployment({
    /** The last line that the reader has. */
    after: z
      .string()
      .regex(/^\d{1,19}$/)
      .default("0"),
    limit: z.coerce.number().int().min(1).max(5000).default(1000),
  }),
  audit: "none",
  scope: deploymentScope,
  run: async ({ ctx, input, scope }): Promise<RunLogLine[]> => {
    const run = await ctx.db.run.findFirst({
      where: { deploymentId: deploymentIdOf(scope) },
      orderBy: { attempt: "desc" },
      select: { id: true },
    });
    if (!run) return [];
    const lines = await ctx.db.runLog.findMany({
      where: { runId: run.id, id: { gt: BigInt(input.after) } },
      orderBy: { id: "asc" },
      take: input.limit,
    });
    return lines.map((line) => ({
      id: line.id.toString(),
      at: line.at.toISOString(),
      level: line.level as RunLogLine["level"],
      code: line.code,
      data: (line.data ?? {}) as Record<string, unknown>,
    }));
  },
});
