import { originOf } from "./session";

const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;

/** Whether a request was made on this machine itself, and not handed on by a proxy that runs on it. */
export function isFromThisMachine(request: Request): boolean {
  if (request.headers.get("x-dbmigrator-proxied") !== null) return false;
  return LOOPBACK.test(originOf(request.headers).ip ?? "");
}
