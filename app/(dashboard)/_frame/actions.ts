"use server";

import { findInProject, type SearchResult } from "@/lib/operations/search/find";
import { type ActionResult, runAction } from "@/lib/transport/action";

export async function searchProject(input: {
  project: string;
  text: string;
}): Promise<ActionResult<SearchResult>> {
  return runAction(findInProject, input);
}
