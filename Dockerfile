# syntax=docker/dockerfile:1.7
# Fleetbeat as an image that holds the binary and certificates, and nothing else: no shell, no package manager, no user but 65532.
#
#   docker build --build-arg VERSION="$(git describe --tags --always --dirty)" -t registry.example/fleetbeat:1.2.3 .
#
# Images are pinned by exact version. Add their digests where you build from a registry that you do not trust to keep a tag
# (docker buildx imagetools inspect golang:1.26.8-bookworm prints it): FROM golang:1.26.8-bookworm@sha256:…

# The dashboard. It does not depend on the platform that the image is for.
FROM --platform=$BUILDPLATFORM node:20.20.2-bookworm-slim AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci
COPY web ./
RUN npm run --silent build

# The binary: static, so that it needs nothing of the image that it ends up in.
FROM --platform=$BUILDPLATFORM golang:1.26.8-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
COPY --from=web /src/web/dist ./web/dist
ARG TARGETOS
ARG TARGETARCH
ARG VERSION=unknown
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH GOFLAGS=-buildvcs=false \
    go build -trimpath -ldflags "-s -w -X main.version=$VERSION" -o /out/fleetbeat ./cmd/fleetbeat
# What scratch has not: folders that the user may write to. SQLite and uploads need none but --data and /tmp.
RUN install -d -m 0700 /out/data && install -d -m 1777 /out/tmp

FROM scratch
ARG VERSION=unknown
LABEL org.opencontainers.image.title="Fleetbeat" \
      org.opencontainers.image.description="Which vehicles are in contact, and which have gone silent" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/fleetbeat /fleetbeat
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build --chown=65532:65532 /out/tmp /tmp

# By number, so that an orchestrator that forbids root can see that it is none.
USER 65532:65532
# Read by serve and by health alike. Other addresses than loopback need a key first: fleetbeat keys ensure.
ENV FLEETBEAT_LISTEN=0.0.0.0:8080 \
    FLEETBEAT_DATA=/data \
    FLEETBEAT_LOG_FORMAT=json
# The folder of the embedded engines; with --events, --fleet and --relations nothing is written, and / may be read-only.
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
# It has been ready since it started: an update waits for that, and what was ready is not killed because an engine is down.
HEALTHCHECK --interval=10s --timeout=5s --start-period=5m --start-interval=2s --retries=3 \
    CMD ["/fleetbeat", "health", "--ask", "started"]
ENTRYPOINT ["/fleetbeat"]
CMD ["serve"]
