ARG NODE_IMAGE=node:24-bookworm-slim
ARG VERSION=0.1.0

FROM ${NODE_IMAGE} AS build
ARG VERSION
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# A label cannot be read from a file: one that was forgotten ends the build.
RUN node -e "const { version } = require('./package.json'); if (version !== process.env.VERSION) throw Error('VERSION is ' + process.env.VERSION + ' here and ' + version + ' in package.json.')"
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY LICENSE ./
COPY bin ./bin
COPY catalog ./catalog
COPY schemas ./schemas
COPY scripts/build.mjs ./scripts/
COPY src ./src
# What runs is bundled: production dependencies are in dist, development ones nowhere. Any uid may read it, whatever the umask
# of the checkout was.
RUN node scripts/build.mjs --without-source-maps \
 && mkdir /out \
 && cp -r package.json LICENSE bin catalog schemas dist /out/ \
 && chmod -R u=rwX,go=rX /out

FROM ${NODE_IMAGE}
ARG VERSION
# Told by whoever publishes the image. The beginning of time stands for a build that nobody dated.
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
ARG SOURCE=https://docs.airbyte.com/integrations/sources/centra
LABEL io.airbyte.name="source-centra" \
      io.airbyte.version="${VERSION}" \
      org.opencontainers.image.title="source-centra" \
      org.opencontainers.image.description="Orders, inventory, indeliveries and returns from a Centra shop into any warehouse" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.url="https://docs.airbyte.com/integrations/sources/centra" \
      org.opencontainers.image.documentation="https://docs.airbyte.com/integrations/sources/centra" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"
# In a container, a shop that listens to the container alone would be of no use to anybody.
ENV NODE_ENV=production \
    SOURCE_CENTRA_SANDBOX_HOST=0.0.0.0 \
    AIRBYTE_ENTRYPOINT="node /airbyte/integration_code/bin/source-centra.js"
WORKDIR /airbyte/integration_code
COPY --from=build /out ./
USER 1000:1000
EXPOSE 4010
ENTRYPOINT ["node", "/airbyte/integration_code/bin/source-centra.js"]
CMD ["--help"]
