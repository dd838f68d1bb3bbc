-- A deployment of direction down may put back the rows that its migrations took away.
ALTER TABLE "deployment" ADD COLUMN "put_back" boolean NOT NULL DEFAULT false;
