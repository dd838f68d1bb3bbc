/** Characters; long enough that no rule about kinds of characters is needed (NIST SP 800-63B). */
export const PASSWORD_MIN = 12;
/** Also the most that is hashed for a stranger. */
export const PASSWORD_MAX = 200;
