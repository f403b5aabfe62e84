/** A token bucket an actor. Made to stop a runaway script, not to meter: a person or a well-written client never meets it. */
export interface RateLimit { readonly perSecond: number; readonly burst: number }
export const defaultRateLimit: RateLimit = { perSecond: 100, burst: 400 };

export const createRateLimiter = ({ perSecond, burst }: RateLimit, now: () => number = () => performance.now()): ((who: string) => boolean) => {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return (who) => {
    const at = now();
    const bucket = buckets.get(who) ?? { tokens: burst, at };
    const tokens = Math.min(burst, bucket.tokens + ((at - bucket.at) / 1000) * perSecond);
    const allowed = tokens >= 1;
    buckets.set(who, { tokens: allowed ? tokens - 1 : tokens, at });
    return allowed;
  };
};
