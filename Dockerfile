ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY scripts ./scripts
COPY src ./src
RUN node scripts/build.mjs

FROM ${NODE_IMAGE}
ARG VERSION=0.1.0
LABEL io.airbyte.name="source-centra" \
      io.airbyte.version="${VERSION}" \
      org.opencontainers.image.title="source-centra" \
      org.opencontainers.image.description="Orders, inventory, indeliveries and returns from a Centra shop" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}"
WORKDIR /airbyte/integration_code
ENV NODE_ENV=production \
    AIRBYTE_ENTRYPOINT="node /airbyte/integration_code/bin/source-centra.js"
COPY package.json LICENSE ./
COPY bin ./bin
COPY schemas ./schemas
COPY catalog ./catalog
# What runs is bundled: production dependencies are in dist, development ones nowhere.
COPY --from=build /build/dist ./dist
USER 1000:1000
ENTRYPOINT ["node", "/airbyte/integration_code/bin/source-centra.js"]
