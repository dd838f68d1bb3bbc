import { z } from "zod";
import { roleIn } from "../../access/check";
import { newToken } from "../../access/one-time-token";
import { hasRole, ROLES } from "../../access/roles";
import { TOKEN_PREFIX } from "../../access/token-actor";
import { DomainError } from "../../errors";
import { defineOperation } from "../define";
import { scopeOfProject } from "../project/find";

const DAY_MS = 86_400_000;
const SHOWN = TOKEN_PREFIX.length + 6;

/** Makes an API token for a project. The token is in the answer and nowhere else. */
export const createToken = defineOperation({
  name: "token.create",
  permission: "token.write",
  input: z.object({
    projectId: z.uuid(),
    name: z.string().trim().min(1).max(80),
    role: z.enum(ROLES),
    expiresInDays: z.number().int().min(1).max(365),
  }),
  audit: "change",
  scope: ({ db, input: { projectId } }) => scopeOfProject(db, projectId),
  async run({ ctx, input: { projectId, name, role, expiresInDays } }) {
    const own = await roleIn(ctx.db, ctx.actor, projectId);
    if (!hasRole(own, role) || ctx.actor.userId === null) {
      throw new DomainError(
        "forbidden",
        "token.above_maker",
        `A token may not have more rights than you: ${role}.`,
        {
          details: { role },
        },
      );
    }
    const { token, hash } = newToken(TOKEN_PREFIX);
    const row = await ctx.db.apiToken.create({
      data: {
        name,
        projectId,
        role,
        prefix: token.slice(0, SHOWN),
        tokenHash: hash,
        createdBy: ctx.actor.userId,
        expiresAt: new Date(Date.now() + expiresInDays * DAY_MS),
      },
    });
    ctx.note({ tokenId: row.id, name, prefix: row.prefix, role, expiresAt: row.expiresAt });
    return { id: row.id, token, expiresAt: row.expiresAt.toISOString() };
  },
});
