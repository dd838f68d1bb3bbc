import { z } from "zod";
import { defineOperation } from "../define";
import { Description, Labels } from "./fields";
import { backupIdOf, backupScope, withBackup } from "./scope";

/** Changes what people say of a backup, and whether it is kept whatever the retention says. */
export const updateBackup = defineOperation({
  name: "backup.update",
  permission: "backup.create",
  input: withBackup({
    pinned: z.boolean().optional(),
    description: Description.optional(),
    labels: Labels.optional(),
  }),
  audit: "change",
  scope: backupScope,
  run: async ({ ctx, input, scope }) => {
    const { pinned, description, labels } = input;
    const change = {
      ...(pinned === undefined ? {} : { pinned }),
      ...(description === undefined ? {} : { description }),
      ...(labels === undefined ? {} : { labels }),
    };
    const row = await ctx.db.backup.update({ where: { id: backupIdOf(scope) }, data: change });
    ctx.note({ change });
    return { id: row.id, pinned: row.pinned };
  },
});
