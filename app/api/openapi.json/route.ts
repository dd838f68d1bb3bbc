import { openApiDocument } from "@/lib/transport/api/openapi";

/** The API as a document; it tells nothing that is not on the page about it. */
export function GET(): Response {
  return Response.json(openApiDocument());
}
