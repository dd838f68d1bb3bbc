import { writeCheckpoint } from "../audit/checkpoint";
import { settleIntents } from "../audit/intents";
import { db } from "../db/client";
import { env } from "../env";
import { closeConnection, openConnection, parseConnectionString } from "../postgres/connection/connect";
import { removeLeftovers } from "../postgres/shadow/names";

/** The chores of an instance, once a minute: each is done by one worker, whoever comes first. */
export async function maintain(): Promise<void> {
  await settleIntents(db());
  await writeCheckpoint(db());
  await removeForgottenShadows();
}

/** Scratch copies that a killed process left on the server where they are made. */
async function removeForgottenShadows(): Promise<void> {
  const url = env().DBMIGRATOR_SHADOW_URL;
  if (!url) return;
  const client = await openConnection(parseConnectionString(url));
  try {
    await removeLeftovers(client);
  } finally {
    await closeConnection(client);
  }
}
