import { NextRequest } from "next/server";
import NextAuth from "next-auth";
import { authOptions } from "@/lib/transport/auth-options";
import { readText } from "@/lib/transport/read-body";
import { isSecure, originOf } from "@/lib/transport/session";

/** What the sign-in page and the provider need; the session itself is read from its row, never from here. */
const ACTIONS = new Set(["csrf", "signin", "callback", "signout", "providers", "error"]);

/** A sign-in form with its address and password is far below this. */
const MAX_BYTES = 16 * 1024;

interface Context {
  params: Promise<{ nextauth: string[] }>;
}

async function handler(request: NextRequest, context: Context): Promise<Response> {
  const { nextauth } = await context.params;
  if (!ACTIONS.has(nextauth[0] ?? "")) return new Response(null, { status: 404 });
  const whole = await readWhole(request);
  if (!whole) return new Response(null, { status: 413 });
  const options = authOptions(originOf(request.headers), isSecure(request.headers));
  return NextAuth(whole as never, context as never, options) as Promise<Response>;
}

/** The request with its body read, no further than it may be long; null when it is longer: anybody may send one. */
async function readWhole(request: NextRequest): Promise<NextRequest | null> {
  if (request.body === null) return request;
  const body = await readText(request, MAX_BYTES);
  if (body === null) return null;
  const { method, headers } = request;
  return new NextRequest(request.url, { method, headers, body });
}

export { handler as GET, handler as POST };
