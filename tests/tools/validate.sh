#!/bin/sh
# Validates the members of a dump against ORCID's schemas and prints counts.
#
#   validate.sh FOLDER XSD
#
# FOLDER holds extracted members (searched to any depth), XSD is the folder with
# common_3.0 and record_3.0. Each file goes to the schema of its root element.
# Exit status 1 if a file is not valid. Needs xmllint; uses no network.
set -eu
folder=$1 xsd=$2
lists=$(mktemp -d)
trap 'rm -rf "$lists"' EXIT

# The root's prefix names the schema: <record:record …> → record-3.0.xsd. A file
# without a readable root goes to the list "none".
find "$folder" -name '*.xml' -print0 | xargs -0 -r awk -v lists="$lists" '
    FNR == 1 { root = "none" }
    match($0, /<[a-z-]+:/) { root = substr($0, RSTART + 1, RLENGTH - 2) }
    root != "none" || FNR > 3 { print FILENAME >> (lists "/" root); nextfile }'

status=0
for list in "$lists"/*; do
    root=$(basename "$list")
    files=$(wc -l < "$list")
    # xmllint names each file on stderr: "… validates", or why it does not.
    tr '\n' '\0' < "$list" |
        xargs -0 -n 2000 xmllint --nonet --noout --huge --schema "$xsd/record_3.0/$root-3.0.xsd" \
        > "$lists/.out" 2>&1 || true
    valid=$(grep -c ' validates$' "$lists/.out" || true)
    printf '%-20s %8d files %8d valid\n' "$root" "$files" "$valid"
    if [ "$files" -ne "$valid" ]; then
        grep -v ' validates$' "$lists/.out" | head -n 10
        status=1
    fi
done
exit $status
