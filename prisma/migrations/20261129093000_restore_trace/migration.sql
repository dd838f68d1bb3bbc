-- By what the server of a restore tells afterwards whether it happened, should its worker be gone.
ALTER TABLE "restore" ADD COLUMN "trace" jsonb;
