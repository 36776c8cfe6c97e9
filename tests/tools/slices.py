#!/usr/bin/env python3
"""Are slices the filtered rows of the whole dataset?

usage: slices.py ORCIDLAKE DATASET ROR_RELEASE SCRATCH ARCHIVE...     (needs: pip install duckdb pytz)

DATASET is made of all of the ARCHIVEs and matched with ROR_RELEASE. For each selection, this runs
`extract` on it and `convert` on the archives, and compares every table of both with the rows of
DATASET that SQL selects. The SQL is written from docs/slices.md, and knows nothing of the program.
Exit status 1 on any difference.
"""
import datetime, glob, os, subprocess, sys

import duckdb

SIDES = "summaries", "activities"
PLACES = "summaries_affiliations a join organizations_organizations o using (org_key)"


def main(orcidlake, dataset, ror, scratch, *archives):
    os.makedirs(scratch, exist_ok=True)
    db = duckdb.connect()
    tables = views(db, dataset, "")
    faults = people_in_all = 0
    selections = list(chosen(db, scratch, ror))
    for name, options, people in selections:
        db.execute(f"create or replace temp table people as {people}")
        count, = db.execute("select count(*) from people").fetchone()
        people_in_all += count
        by_ids = name == "ids"
        for way, source in ("extract", [dataset]), ("convert", archives):
            out = os.path.join(scratch, f"{name}-{way}")
            to = "--to" if way == "extract" else "--out"
            # A damaged member among those that are kept ends with 1.
            run = subprocess.run([orcidlake, way, *source, to, out, "--quiet", "--only", *options])
            if run.returncode > 1:
                sys.exit(f"{way} {' '.join(options)} ended with {run.returncode}")
            views(db, out, f"{way}_")
            for table in tables:
                # Files that nobody could read have no content to decide by, and tombstones have none.
                if not by_ids and table.endswith(("_rejects", "_tombstones")):
                    continue
                faults += compare(db, table, way, name)
        print(f"{name}: {count} people", flush=True)
        if count == 0:
            print(f"fault: {name} selects nobody, so nothing was compared")
            faults += 1
    print(f"{len(selections)} selections, {people_in_all} people, {len(tables)} tables, {faults} faults")
    return 1 if faults else 0


def views(db, dataset, prefix):
    """A view for each table of the dataset; the names of those that archives fill."""
    found = []
    for folder in sorted(glob.glob(os.path.join(dataset, "*", "*"))):
        parts = sorted(glob.glob(os.path.join(folder, "*.parquet")))
        side, name = folder.split(os.sep)[-2:]
        if parts and side in (*SIDES, "organizations"):
            db.execute(f"create or replace view {prefix}{side}_{name} as select * from read_parquet({parts!r})")
            found += [f"{side}_{name}"] if side in SIDES else []
    return found


def compare(db, table, way, selection):
    """Rows that the one has and the other has not, in both directions."""
    wanted = f"select * from {table} where orcid in (select orcid from people)"
    if table.endswith("_rejects"):
        wanted = f"select * from {table} where orcid is null or orcid in (select orcid from people)"
    there = db.execute("select count(*) from duckdb_views() where view_name = ?", [f"{way}_{table}"]).fetchone()[0]
    # A table without rows may have no file.
    got = f"select * from {way}_{table}" if there else f"select * from {table} where false"
    faults = 0
    for one, other, what in (wanted, got, "lacks"), (got, wanted, "has besides"):
        rows, = db.execute(f"select count(*) from (({one}) except all ({other}))").fetchone()
        if rows:
            print(f"fault: {selection} by {way}: {table} {what} {rows} rows")
            faults += 1
    db.execute(f"drop view if exists {way}_{table}")
    return faults


def chosen(db, scratch, ror):
    """Selections: a name, the options, and the SQL of the people."""
    some = [row[0] for row in db.execute("select orcid from summaries_records order by md5(orcid) limit 40").fetchall()]
    ids = os.path.join(scratch, "ids.txt")
    with open(ids, "w") as file:
        # In several forms.
        forms = "{}", "https://orcid.org/{}", "http://orcid.org/{}"
        file.writelines(form.format(orcid) + "\n" for orcid, form in zip(some, forms * len(some)))
    yield "ids", ["--ids", ids], f"select unnest({some!r}) as orcid"

    first, second = (row[0] for row in db.execute(
        "select country from summaries_affiliations where country is not null group by 1 order by count(*) desc, 1 limit 2"
    ).fetchall())
    in_country = f"""select orcid from summaries_addresses where country in ('{first}', '{second}')
        union select orcid from summaries_affiliations where country in ('{first}', '{second}')"""
    yield "country", ["--country", f"{first},{second}"], recorded(in_country)

    registry, identifier = db.execute("""select disambiguation_source, disambiguated_organization_identifier
        from summaries_affiliations where disambiguation_source in ('GRID', 'RINGGOLD')
        group by all order by count(*) desc, 1, 2 limit 1""").fetchone()
    with_id = f"""select orcid from summaries_affiliations where disambiguation_source = '{registry}'
        and disambiguated_organization_identifier = '{identifier}'"""
    yield "organization-id", ["--organization-id", f"{registry.lower()}:{identifier}"], recorded(with_id)

    today = datetime.date.today()
    current = f"""(end_year is null or end_year > {today.year} or end_year = {today.year} and (end_month is null
        or end_month > {today.month} or end_month = {today.month} and (end_day is null or end_day >= {today.day})))"""
    yield "current", ["--current"], recorded(f"select orcid from summaries_affiliations where {current}")
    both = f"""(select orcid from summaries_addresses where country = '{first}'
        union select orcid from summaries_affiliations where country = '{first}' and {current})
        intersect select orcid from summaries_affiliations where {current}"""
    yield "country-current", ["--country", first, "--current"], recorded(both)

    found = db.execute(f"""select ror_id from {PLACES} where ror_id is not null group by 1
        order by count(distinct a.orcid) desc, 1 limit 1""").fetchone()[0]
    member = f"select a.orcid from {PLACES} where o.ror_id = '{found}'"
    yield "ror", ["--ror", found, "--ror-release", ror], recorded(member)
    above = db.execute(f"""select ancestor_id from organizations_ror_ancestors r
        where depth > 0 and ror_id in (select ror_id from {PLACES})
        group by 1 order by count(*) desc, 1 limit 1""").fetchone()
    if above:
        below = f"""select a.orcid from {PLACES} where o.ror_id in
            (select ror_id from organizations_ror_ancestors where ancestor_id = '{above[0]}')"""
        yield "ror-children", ["--ror", above[0], "--children", "--ror-release", ror], recorded(below)


def recorded(people):
    """Those of whom there is a record: tombstones have no content to decide by."""
    return f"select distinct orcid from summaries_records where orcid in (select orcid from ({people}))"


if __name__ == "__main__":
    if len(sys.argv) < 6:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
