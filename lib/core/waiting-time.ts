/** From here on minutes are told: nobody counts 847 seconds. */
const TOLD_IN_MINUTES = 120;

/** The values that a message about a wait takes; `retryAfterMinutes` is 0 where seconds are told. */
export function waitingTime(seconds: number): { retryAfterSeconds: number; retryAfterMinutes: number } {
  return {
    retryAfterSeconds: seconds,
    retryAfterMinutes: seconds < TOLD_IN_MINUTES ? 0 : Math.ceil(seconds / 60),
  };
}
