import { handleApi } from "@/lib/transport/http";

type Context = { params: Promise<{ path: string[] }> };

/** Every endpoint of lib/transport/api/endpoints; that list is also the OpenAPI document. */
async function handle(request: Request, { params }: Context): Promise<Response> {
  return handleApi(request, (await params).path);
}

export { handle as DELETE, handle as GET, handle as PATCH, handle as POST, handle as PUT };
