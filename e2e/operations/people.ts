import { systemActor } from "../../lib/access/actor";
import { isRole } from "../../lib/access/roles";
import { db } from "../../lib/db/client";
import { execute } from "../../lib/operations/define";
import { acceptInvitation } from "../../lib/operations/invitation/accept";
import { createInvitation } from "../../lib/operations/invitation/create";
import { createProject } from "../../lib/operations/project/create";
import { findProjectBySlug } from "../../lib/operations/project/find";
import { setInstanceAdmin } from "../../lib/operations/user/administer";
import { closeQueue } from "../../lib/queue/queue";
import { DEMO_SLUG } from "../../lib/server/demo/plan";

/** One account for each role in the demo project, and a stranger who belongs to another one. */
const people = JSON.parse(process.env.PEOPLE ?? "{}") as Record<string, { email: string; name: string }>;
const password = process.env.PASSWORD ?? "";

const demo = await findProjectBySlug(db(), DEMO_SLUG);
const elsewhere =
  (await db().project.findUnique({ where: { slug: "elsewhere" } })) ??
  (await execute(createProject, systemActor, { name: "Elsewhere", slug: "elsewhere" }));

for (const [key, { email, name }] of Object.entries(people)) {
  if (await db().user.findUnique({ where: { email } })) continue;
  const place = isRole(key)
    ? { projectId: demo.id, role: key }
    : { projectId: elsewhere.id, role: "admin" as const };
  const { token } = await execute(createInvitation, systemActor, { ...place, email });
  await execute(
    acceptInvitation,
    { ...systemActor, kind: "anonymous", label: "anonymous" },
    { token, name, password },
  );
  const user = await db().user.findUniqueOrThrow({ where: { email } });
  if (key === "admin") await execute(setInstanceAdmin, systemActor, { userId: user.id, instanceAdmin: true });
}
await db().$disconnect();
await closeQueue();
