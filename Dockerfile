# One image for every service of FlowCollect; docker-compose.yml names the command.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# `prepare` would build, and there is no source yet.
RUN npm ci --ignore-scripts
COPY . .
RUN node tools/build.mjs

FROM node:24.21.0-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production
# The bundles hold their dependencies: no node_modules here.
COPY --from=build /app/dist ./dist
RUN mkdir /data && chown node:node /data
USER node
ENTRYPOINT ["node", "dist/flowcollect.mjs"]
CMD ["--help"]
