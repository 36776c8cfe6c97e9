# The program in a small image:
#   docker build -t orcidlake .
#   docker run --rm -v "$PWD:/data" orcidlake convert ORCID_2025_10_summaries.tar.gz --out orcid
FROM rust:1.95-slim-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc g++ make \
    && rm -rf /var/lib/apt/lists/*
# The toolchain of the image, not the one that rust-toolchain.toml would download.
ENV RUSTUP_TOOLCHAIN=$RUST_VERSION
WORKDIR /source
COPY . .
RUN cargo build --profile dist --locked --bin orcidlake

FROM debian:bookworm-slim
# The certificates that the program trusts when it reads from https:// and from object stores.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /source/target/dist/orcidlake /usr/local/bin/orcidlake
RUN useradd --create-home orcidlake
USER orcidlake
WORKDIR /data
ENTRYPOINT ["orcidlake"]
