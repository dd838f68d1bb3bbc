import type { UseRow } from "../backup/views";
import { defineOperation } from "../define";
import { nameReader } from "../user/names";
import { rowOfUse, withTarget } from "./row";
import { archiveUseRef, scopeOfUse } from "./scope";

/** Something that is or was done with an archive: a verification, a test, a restore. */
export const getRestore = defineOperation({
  name: "restore.get",
  permission: "backup.read",
  input: archiveUseRef,
  audit: "none",
  scope: scopeOfUse,
  run: async ({ ctx, input }): Promise<UseRow> => {
    const row = await ctx.db.restore.findUniqueOrThrow({ where: { id: input.useId }, include: withTarget });
    const labels = (row.approvals as { label: string }[]).map(({ label }) => label);
    return rowOfUse(row, await nameReader(ctx.db, [row.createdByLabel, ...labels]));
  },
});
