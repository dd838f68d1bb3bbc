import type { NextRequest } from "next/server";
import NextAuth from "next-auth";
import { authOptions } from "@/lib/transport/auth-options";
import { isSecure, originOf } from "@/lib/transport/session";

/** What the sign-in page and the provider need; the session itself is read from its row, never from here. */
const ACTIONS = new Set(["csrf", "signin", "callback", "signout", "providers", "error"]);

interface Context {
  params: Promise<{ nextauth: string[] }>;
}

async function handler(request: NextRequest, context: Context): Promise<Response> {
  const { nextauth } = await context.params;
  if (!ACTIONS.has(nextauth[0] ?? "")) return new Response(null, { status: 404 });
  const options = authOptions(originOf(request.headers), isSecure(request.headers));
  return NextAuth(request as never, context as never, options) as Promise<Response>;
}

export { handler as GET, handler as POST };
