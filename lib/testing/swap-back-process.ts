import type { Actor } from "../access/actor";
import { execute } from "../operations/define";
import { swapBack } from "../operations/restore/swap-back";

/** Puts a kept database back in a process of its own, for a test that kills it in between. */
const { actor, input } = JSON.parse(process.argv[2] ?? "{}") as { actor: Actor; input: unknown };
process.send?.("ready");
await execute(swapBack, actor, input);
