/** What next-auth answered: in, or the code of the refusal with what belongs to it. */
export type SignInAnswer = { ok: true } | { ok: false; code: string; value: string };

async function post(path: string, values: Record<string, string>): Promise<URL> {
  const { csrfToken } = (await (await fetch("/api/auth/csrf")).json()) as { csrfToken: string };
  const response = await fetch(`/api/auth/${path}`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ ...values, csrfToken, json: "true" }),
  });
  const { url } = (await response.json()) as { url: string };
  return new URL(url, window.location.origin);
}

/** Signs in with e-mail and password; the cookie comes with the answer. */
export async function signInWithPassword(given: {
  email: string;
  password: string;
  code?: string | undefined;
}): Promise<SignInAnswer> {
  const { email, password, code = "" } = given;
  try {
    const url = await post("callback/credentials", { email, password, code });
    const error = url.searchParams.get("error");
    if (error === null) return { ok: true };
    const [name = "internal", value = ""] = error.split(":");
    return { ok: false, code: name, value };
  } catch {
    return { ok: false, code: "session.unreachable", value: "" };
  }
}

/** Goes to the provider; it comes back to `to`. */
export async function goToProvider(to: string): Promise<void> {
  const url = await post("signin/oidc", { callbackUrl: to });
  window.location.assign(url.href);
}
