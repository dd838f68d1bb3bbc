-- Who answers a request with an Idempotency-Key, and when it last said so: a process that died holds no key for a day.
ALTER TABLE idempotency_key
  ADD COLUMN attempt uuid NOT NULL DEFAULT gen_random_uuid(),
  ADD COLUMN seen_at timestamptz(3) NOT NULL DEFAULT now();
