"use client";

import { PageError } from "@/components/page-error";
import { DIGEST_PREFIX } from "@/lib/transport/digest";

export default function Failed(props: { error: Error & { digest?: string }; reset: () => void }) {
  return <PageError {...props} prefix={DIGEST_PREFIX} />;
}
