import type { KindDefinition } from "../types";

/**
 * That an object belongs to an extension, where the other side has it by itself. No catalog tells that of one side
 * alone, so no query reads it: schema/members makes these facts of two sides.
 */
export const extensionMemberKind: KindDefinition = {
  kind: "extension_member",
  keyword: "EXTENSION MEMBER",
  read: () => null,
  create: ({ body }) => [`ALTER EXTENSION ${body.extension} ADD ${body.object}`],
  drop: ({ body }) => [`ALTER EXTENSION ${body.extension} DROP ${body.object}`],
  commentOn: () => null,
};
