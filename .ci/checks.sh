# The checks that `.ci/run` makes after the tests, a function each. Two run at a time, so that none
# needs what another makes: what several need is made by `tools` and `prepare`, which run before.
#
# `.ci/run` gives `scratch`, a folder for what they write.

python=$scratch/venv/bin/python
# uv installs Python packages side by side, in a fifth of the time that pip takes.
install() { "$scratch/venv/bin/uv" pip install --quiet --no-cache --python "$python" "$@"; }
# Installs Debian's packages. It needs root, so that it is asked only for what is missing.
install_package() { apt-get update -qq && apt-get install -y -qq "$@" >/dev/null; }
# The tests have built it. `cargo build` would build most dependencies again, with
# the features that they have without the tests'.
orcidlake=$PWD/target/debug/orcidlake
shared=../shared

# Other programs, which the checks need and the tests do not.
tools() {
    python3 -m venv "$scratch/venv"
    "$scratch/venv/bin/pip" install --quiet --no-cache-dir uv
    install pyarrow lxml xxhash duckdb polars pytz 'deltalake>=1.6' pandas datafusion 'pyspark>=4' 'moto[server]' boto3 \
        openpyxl frictionless mlcroissant selenium 'maturin>=1.16,<2' mypy pytest pytest-xdist tqdm ray distributed
    # DuckDB's Delta extension comes for one version of it, which stands beside the newest.
    install --no-deps --target "$scratch/delta-duckdb" duckdb==1.5.5 duckdb-extension-delta==1.5.5
    command -v xmllint >/dev/null || install_package libxml2-utils
    command -v chromium >/dev/null && command -v chromedriver >/dev/null || install_package chromium chromium-driver
    # Without R the exports are not read with it.
    command -v Rscript >/dev/null || install_package --no-install-recommends r-base-core || true
}

# The dataset of sample-data, matched.
prepare() {
    local status=0
    "$orcidlake" convert sample-data/*.tar.gz --out "$scratch/sample" --quiet || status=$?
    [ "$status" = 1 ] || { echo "sample-data has a damaged member, yet convert ended with $status"; exit 1; }
    "$orcidlake" verify "$scratch/sample"
    "$orcidlake" match "$scratch/sample" --ror-release sample-data/*-ror-data.zip --quiet
}

fuzz_targets() {
    cargo fmt --check --manifest-path fuzz/Cargo.toml
    fuzz/run.sh 10
}

book() {
    # tests/it/docs.rs has checked its links.
    PATH=$PATH:$scratch/mdbook/bin
    command -v mdbook >/dev/null \
        || cargo install --quiet --locked --debug --root "$scratch/mdbook" --no-default-features mdbook || true
    if command -v mdbook >/dev/null; then
        mdbook build docs --dest-dir "$scratch/book"
    else
        echo "skipped: mdbook is not to be had, the book was not built"
    fi
}

dependencies() { python3 tests/tools/dependencies.py; }

# Every cell of sample-data.
cells() { "$python" tests/tools/cellcheck.py "$orcidlake" "$scratch/sample" sample-data/*.tar.gz; }

# Every table, with other readers, from the disk and from S3.
readers() {
    "$python" tests/tools/readers.py "$orcidlake" "$scratch/sample"
    "$python" tests/tools/readers_s3.py "$orcidlake" "$scratch/sample" sample-data/*-ror-data.zip sample-data/*.tar.gz
}

exports() { "$python" tests/tools/exports.py "$orcidlake" "$scratch/sample" "$scratch/exports"; }

# The wheel, its tests, the examples of its documents; engines.
python_package() {
    "$scratch/venv/bin/maturin" build --quiet --manifest-path python/Cargo.toml --out "$scratch/wheels"
    install "$scratch"/wheels/*.whl
    # Engines wait for their processes most of the time, so that two files of tests run at a time.
    "$scratch/venv/bin/pytest" --quiet --numprocesses 2 --dist loadfile --basetemp "$scratch/pytest" python/tests
    "$scratch/venv/bin/mypy" --config-file python/pyproject.toml python/orcidlake
}

# Slices against DuckDB.
slices() {
    "$python" tests/tools/slices.py "$orcidlake" "$scratch/sample" sample-data/*-ror-data.zip "$scratch/slices" \
        sample-data/*.tar.gz
}

# Odd archives against GNU tar and Python.
odd_archives() { "$python" tests/tools/tarcheck.py "$orcidlake" "$scratch/tarcheck"; }

# People, coverage and report against DuckDB.
people_and_report() {
    "$python" tests/tools/people.py "$orcidlake" "$scratch/sample" sample-data/*-ror-data.zip
    "$python" tests/tools/overview.py "$orcidlake" "$scratch/sample"
}

# Diff against DuckDB: one world at two dates, and in two forms of the XML. Then the pages of report,
# diff and coverage over that world in a browser.
diff_and_pages() {
    local world=$scratch/world
    "$orcidlake" synth --records 800 --seed 5 --ror 3000 --out "$world" --quiet
    local summaries=$world/ORCID_2025_10_summaries.tar.gz
    "$python" tests/tools/later.py "$summaries" "$world/ORCID_2026_10_summaries.tar.gz"
    "$python" tests/tools/later.py --form-2 "$summaries" "$world/ORCID_2024_10_summaries.tar.gz"
    local year
    for year in 2024 2025 2026; do
        "$orcidlake" convert "$world/ORCID_${year}_10_summaries.tar.gz" --out "$world/$year" --quiet
        "$orcidlake" match "$world/$year" --ror-release "$world"/*-ror-data.zip --quiet
    done
    "$python" tests/tools/differences.py "$orcidlake" "$world/2025" "$world/2026" "$scratch/changes"
    "$python" tests/tools/differences.py --only-form "$orcidlake" "$world/2024" "$world/2025" "$scratch/forms"

    local axe=$scratch/package/axe.min.js
    curl --silent --show-error --fail --max-time 60 https://registry.npmjs.org/axe-core/-/axe-core-4.10.3.tgz \
        | tar xz -C "$scratch" package/axe.min.js || axe=
    mkdir "$scratch/pages"
    "$orcidlake" report "$world/2025" --html "$scratch/pages/report.html" --quiet > "$scratch/report.txt"
    "$orcidlake" diff "$world/2025" "$world/2026" --to "$scratch/changes-again" \
        --html "$scratch/pages/diff.html" --quiet > "$scratch/diff.txt"
    "$orcidlake" coverage "$world/2025" --top 12 --html "$scratch/pages/coverage.html" --quiet
    "$orcidlake" coverage "$world/2025" --top 3 --quiet | tail -n +2 | cut -d, -f1 | sort -u > "$scratch/members.txt"
    "$orcidlake" coverage "$world/2025" --ror-list "$scratch/members.txt" --children --html "$scratch/pages/site" --quiet
    "$python" tests/tools/pages.py "$scratch/pages" "$scratch/shots" $axe
}

# Delta Lake readers before, during and after an update. With the workspace's features, with which
# the tests were built.
delta() {
    PYTHONPATH=$scratch/delta-duckdb "$python" tests/tools/delta.py "$orcidlake" "$scratch/delta" \
        cargo test --quiet --workspace --no-default-features --test it -- --ignored --exact update::a_process_that_updates
}

# A dataset in an object store: kills, readers, two writers.
object_store() { "$python" tests/tools/objectstore.py "$orcidlake" "$scratch/objectstore" 5; }

# The portal in a browser.
portal() { "$python" tests/tools/browser.py "$orcidlake" "$PWD/target/debug/orcid-mock" "$scratch/browser"; }

# Values that no schema has: every one kept.
novelties() {
    "$orcidlake" synth --records 300 --seed 8 --activities --novelties 60 --out "$scratch/novel" --quiet
    # With so few people some archives of activities are empty, which ends with 1.
    local status=0
    "$orcidlake" convert "$scratch"/novel/*.tar.gz --out "$scratch/novel/orcid" --quiet || status=$?
    [ "$status" -le 1 ] || { echo "convert ended with $status"; exit 1; }
    "$python" tests/tools/cellcheck.py "$orcidlake" "$scratch/novel/orcid" "$scratch"/novel/*.tar.gz
    if [ -f "$shared/tools/leafcheck.py" ]; then
        local archive
        for archive in "$scratch"/novel/*_summaries.tar.gz "$scratch"/novel/*_activities_[28].tar.gz; do
            "$python" "$shared/tools/leafcheck.py" "$scratch/novel/orcid" "$archive" | tail -n 1
        done
    fi
}

# Every column filled, every cell in its place.
every_column() {
    "$python" tests/tools/fillall.py "$orcidlake" "$scratch"
    "$python" tests/tools/cellcheck.py "$orcidlake" "$scratch/fill_all" "$scratch/fill_all.tar"
}

# Real samples: every cell, slices, report, and diff over years whose XML has different forms.
real_samples() {
    local data=$shared/data archive name file
    [ -d "$data/real" ] || { echo "skipped: the real samples are not here"; return; }
    for archive in "$data"/real/*.tar.gz; do
        name=$(basename "$archive" .tar.gz)
        echo "-- $name"
        "$orcidlake" convert "$archive" --out "$scratch/$name" --quiet --json > "$scratch/$name.json"
        "$python" -c 'import json, sys; sys.exit(bool(json.load(open(sys.argv[1]))["report"]["unmapped"]))' "$scratch/$name.json"
        "$python" "$shared/tools/leafcheck.py" "$scratch/$name" "$archive" | tail -n 1
        "$python" tests/tools/cellcheck.py "$orcidlake" "$scratch/$name" "$archive"
    done
    for file in "$data"/real/loose-2023/*.xml "$data"/real/conversion-pairs/*.xml; do
        name=$(basename "$file" .xml)
        "$orcidlake" convert "$file" --out "$scratch/$name" --quiet
        "$python" tests/tools/cellcheck.py "$orcidlake" "$scratch/$name" "$file"
    done
    "$orcidlake" match "$scratch/ORCID_2019_summaries" --ror-release "$data/ror/v1.55-test.zip" --quiet
    "$python" tests/tools/slices.py "$orcidlake" "$scratch/ORCID_2019_summaries" "$data/ror/v1.55-test.zip" \
        "$scratch/slices-2019" "$data/real/ORCID_2019_summaries.tar.gz"
    "$python" tests/tools/overview.py "$orcidlake" "$scratch"/ORCID*/
    "$python" tests/tools/differences.py "$orcidlake" "$scratch/ORCID-API-2.0_xml_10_2018" "$scratch/ORCID_2019_summaries" \
        "$scratch/real-changes"
}

# What synth makes, against ORCID's schemas.
schemas() {
    local xsd=$shared/data/spec/xsd-v3.0 archive
    [ -d "$xsd" ] || { echo "skipped: ORCID's schemas are not here"; return; }
    "$orcidlake" synth --records 1500 --seed 3 --activities --endings 4,X --out "$scratch/synth" --quiet
    for archive in "$scratch"/synth/*.tar.gz; do tar xzf "$archive" -C "$scratch/synth"; done
    tests/tools/validate.sh "$scratch/synth" "$xsd"
}
