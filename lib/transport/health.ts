import { anonymousActor } from "../access/session-actor";
import { execute } from "../operations/define";
import { getHealth } from "../operations/instance/health";
import { isFromThisMachine } from "./local-request";
import { actorFromRequest } from "./token";

/**
 * Answers /health: 200 while the instance can work, 503 when its store is away. Strangers from elsewhere learn only
 * that; this machine and whoever is signed in also learn what is pending, what ran last and whether a run is at work.
 */
export async function handleHealth(request: Request): Promise<Response> {
  const health = await execute(getHealth, anonymousActor({}), {});
  const { status, database } = health;
  const known =
    isFromThisMachine(request) ||
    (status !== "down" && (await actorFromRequest(request).catch(() => null))?.instanceAdmin === true);
  return Response.json(known ? health : { status, database }, {
    status: status === "down" ? 503 : 200,
    headers: { "cache-control": "no-store" },
  });
}
