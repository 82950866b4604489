# tools/docker-steps.ts plays these lines where no engine is at hand. It knows FROM, ARG, WORKDIR, ENV, COPY, RUN, USER,
# EXPOSE, VOLUME, HEALTHCHECK and CMD, and keeps paths inside a scratch folder as long as RUN names relative ones.

FROM node:24-slim AS pages
WORKDIR /app
COPY package.json package-lock.json .puppeteerrc.cjs ./
# Without install scripts: they would only bring a second Node.
RUN npm ci --ignore-scripts --no-audit --no-fund && rm -rf node_modules/node node_modules/.bin/node
COPY . .
RUN node tools/build-pages.ts

FROM node:24-slim
ENV NODE_ENV=production
# Only WhatsApp as a linked device needs a browser, and that is off by default: with its libraries it would more than double
# the image. `--build-arg CHROMIUM=yes`, or compose.chromium.yaml; without it these accounts say so and stay down.
ARG CHROMIUM=no
RUN if [ "$CHROMIUM" = yes ]; then apt-get update && apt-get install -y --no-install-recommends chromium && rm -rf /var/lib/apt/lists/*; fi
ENV CHROMIUM_PATH=/usr/bin/chromium
WORKDIR /app
COPY package.json package-lock.json .puppeteerrc.cjs ./
RUN npm ci --omit=dev --no-audit --no-fund && npm cache clean --force
COPY app-manifest.json ./
COPY migrations ./migrations
COPY src ./src
COPY handlers ./handlers
COPY --from=pages /app/dist ./dist
# 1000 is the image's user `node`; by number, so that a cluster can tell that it is not root.
RUN install -d -o 1000 -g 1000 data data/media
USER 1000:1000
VOLUME /app/data
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 8080}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "src/main.ts"]
