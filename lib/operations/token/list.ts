import { z } from "zod";
import { DomainError } from "../../errors";
import { defineOperation } from "../define";
import { noSuch, scopeOfSlug } from "../project/find";

export interface TokenRow {
  id: string;
  name: string;
  prefix: string;
  role: string;
  createdBy: string;
  createdAt: string;
  expiresAt: string;
  lastUsedAt: string | null;
  state: "active" | "expired" | "revoked";
}

/** The API tokens of a project, the newest first. */
export const listTokens = defineOperation({
  name: "token.list",
  permission: "token.read",
  input: z.object({ slug: z.string() }),
  audit: "none",
  scope: ({ db, input: { slug } }) => scopeOfSlug(db, slug),
  async run({ ctx, input: { slug } }): Promise<TokenRow[]> {
    const rows = await ctx.db.apiToken.findMany({
      where: { project: { slug } },
      orderBy: { createdAt: "desc" },
      take: 500,
    });
    const makers = await ctx.db.user.findMany({
      where: { id: { in: rows.map((row) => row.createdBy) } },
      select: { id: true, email: true },
    });
    const emails = new Map(makers.map(({ id, email }) => [id, email]));
    return rows.map((row) => ({
      id: row.id,
      name: row.name,
      prefix: row.prefix,
      role: row.role,
      createdBy: emails.get(row.createdBy) ?? "",
      createdAt: row.createdAt.toISOString(),
      expiresAt: row.expiresAt.toISOString(),
      lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
      state: row.revokedAt ? "revoked" : row.expiresAt <= new Date() ? "expired" : "active",
    }));
  },
});

/** Makes a token useless from the next request on. */
export const revokeToken = defineOperation({
  name: "token.revoke",
  permission: "token.write",
  input: z.object({ tokenId: z.uuid() }),
  audit: "change",
  async scope({ db, input: { tokenId } }) {
    const row = await db.apiToken.findUnique({ where: { id: tokenId } });
    if (!row) throw noSuch("token");
    return { projectId: row.projectId, resource: { type: "token", id: row.id, label: row.name } };
  },
  async run({ ctx, input: { tokenId } }) {
    const revoked = await ctx.db.apiToken.updateMany({
      where: { id: tokenId, revokedAt: null },
      data: { revokedAt: new Date() },
    });
    if (revoked.count === 0)
      throw new DomainError("conflict", "token.revoked", "This token was revoked already.");
  },
});
