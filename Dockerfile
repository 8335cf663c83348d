# One image for every service of FlowCollect, whose command docker-compose.yml names, one for Caddy, and one that runs all
# of it on a home server.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# `prepare` would build, and there is no source yet.
RUN npm ci --ignore-scripts
COPY . .
RUN node tools/build.mjs

FROM victoriametrics/victoria-metrics:v1.79.5 AS victoria-metrics
# A fresh volume takes over whose folder it is mounted on.
RUN mkdir /storage && chown 65534:65534 /storage
COPY packaging/victoria-metrics/scrape.yml /etc/victoria-metrics/scrape.yml
# A clone that was made under a strict umask gives it to its owner alone.
RUN chmod 644 /etc/victoria-metrics/scrape.yml

FROM quay.io/thanos/thanos:v0.36.1 AS thanos
USER root
# A fresh volume takes over whose folder it is mounted on.
RUN mkdir /data && chown 65534:65534 /data
USER 65534:65534

# Caddy as somebody who is not root: a copy of the program has no capabilities that a confined container would have to grant.
FROM caddy:2.10.2 AS caddy
RUN cp /usr/bin/caddy /usr/local/bin/caddy && mkdir /certificates && chown 1000:1000 /certificates
# In the image, so that an update of the file is a new image, and Caddy is started with it.
COPY packaging/caddy/Caddyfile /etc/caddy/Caddyfile
RUN chmod 644 /etc/caddy/Caddyfile
ENV XDG_DATA_HOME=/certificates XDG_CONFIG_HOME=/tmp
USER 1000:1000
ENTRYPOINT ["/usr/local/bin/caddy"]

FROM prom/prometheus:v3.15.0 AS prometheus
FROM prom/pushgateway:v1.11.3 AS pushgateway
FROM prom/alertmanager:v0.34.1 AS alertmanager

FROM node:24.21.0-bookworm-slim AS home
WORKDIR /app
# By its name `init server --home` tells how to start it.
ENV NODE_ENV=production FLOWCOLLECT_IMAGE=github.example/flowcollect/flowcollect-home:1.0.0
COPY --from=prometheus /bin/prometheus /bin/promtool /usr/local/bin/
COPY --from=pushgateway /bin/pushgateway /usr/local/bin/
COPY --from=alertmanager /bin/alertmanager /usr/local/bin/
COPY --from=build /app/dist ./dist
RUN mkdir /data && chown node:node /data
USER node
# Settings and all data: a fresh volume takes over whose folder it is mounted on.
WORKDIR /data
VOLUME /data
ENTRYPOINT ["node", "/app/dist/flowcollect.mjs"]
CMD ["stack"]

FROM node:24.21.0-bookworm-slim AS services
WORKDIR /app
ENV NODE_ENV=production
# The bundles hold their dependencies: no node_modules here.
COPY --from=build /app/dist ./dist
RUN mkdir /data /rendered && chown node:node /data /rendered
USER node
ENTRYPOINT ["node", "dist/flowcollect.mjs"]
CMD ["--help"]
