import type { EmbeddedServer } from "../postgres/embedded";

/** PLACEHOLDER until operations exist */
export async function seedDemo(_server: EmbeddedServer): Promise<void> {}
