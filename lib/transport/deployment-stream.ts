import { db } from "../db/client";
import { execute } from "../operations/define";
import { deploymentVersion, getDeploymentLive } from "../operations/deployment/live";
import { listRunning } from "../operations/deployment/running";
import { deploymentIdOf, deploymentRef, deploymentScope } from "../operations/deployment/scope";
import { eventStream } from "./event-stream";
import { changesSince } from "./live-changes";

const LOOK_MS = 500;
/** So often all of it is read, changed or not: two changes within a millisecond have one version. */
const READ_AGAIN_MS = 15_000;
/** The bell looks less often while nothing runs. */
const IDLE_MS = 3000;

/**
 * The live state of one deployment: at once, and whenever it changed. The permission is checked at the start and
 * with every message. Ends when nothing will change by itself any more.
 */
export function streamDeployment(
  request: Request,
  place: { project: string; number: string },
): Promise<Response> {
  return eventStream(
    request,
    async (actor) => {
      const live = await execute(getDeploymentLive, actor, place);
      const scope = await deploymentScope({ db: db(), input: deploymentRef.parse(place) });
      return { live, id: deploymentIdOf(scope) };
    },
    async (sink, { live: first, id }) => {
      let sent = first;
      let lastLine = lastLineOf(first, undefined);
      let readAt = Date.now();
      sink.send("state", first, String(first.version));
      while (sink.open && !sent.ended) {
        await sink.pause(LOOK_MS);
        const actor = await sink.actor();
        const version = await deploymentVersion(db(), id);
        if (version === null) return;
        const isOld = version !== sent.version || Date.now() - readAt > READ_AGAIN_MS;
        if (!isOld || !sink.open) continue;
        readAt = Date.now();
        const afterLog = sent.run ? lastLine : undefined;
        const now = await execute(getDeploymentLive, actor, {
          ...place,
          ...(afterLog === undefined ? {} : { afterLog }),
        });
        lastLine = lastLineOf(now, lastLine);
        sink.send("state", changesSince(sent, now), String(now.version));
        sent = now;
      }
    },
  );
}

function lastLineOf(
  live: { run: { log: { id: string }[] } | null },
  before: string | undefined,
): string | undefined {
  return live.run?.log.at(-1)?.id ?? before;
}

/** What runs in a project: at once, and whenever it changed. */
export function streamRunning(request: Request, place: { project: string }): Promise<Response> {
  return eventStream(
    request,
    (actor) => execute(listRunning, actor, place),
    async (sink, first) => {
      let sent = JSON.stringify(first);
      let idle = first.operations.length === 0;
      sink.send("running", first);
      while (sink.open) {
        await sink.pause(idle ? IDLE_MS : LOOK_MS * 2);
        if (!sink.open) return;
        const now = await execute(listRunning, await sink.actor(), place);
        idle = now.operations.length === 0;
        const text = JSON.stringify(now);
        if (text !== sent) sink.send("running", now);
        sent = text;
      }
    },
  );
}
