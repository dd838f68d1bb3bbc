import { z } from "zod";
import { defineOperation, instanceScope } from "../define";
import { PersonName } from "./fields";

/** Changes the reader's own name, language and theme. */
export const updateProfile = defineOperation({
  name: "user.update_profile",
  permission: "person",
  input: z.object({
    name: PersonName.optional(),
    /** `auto`: as each browser prefers. */
    locale: z.enum(["auto", "en", "es"]).optional(),
    theme: z.enum(["system", "light", "dark"]).optional(),
  }),
  audit: "change",
  scope: ({ actor }) => instanceScope("user", actor.label, actor.userId),
  async run({ ctx, input }) {
    const data = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
    await ctx.db.user.update({ where: { id: ctx.actor.userId ?? "" }, data });
    ctx.note({ after: data });
  },
});
