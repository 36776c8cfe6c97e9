#!/usr/bin/env python3
"""Does `orcidlake diff` find what a slow comparison in SQL finds?

usage: differences.py [--only-form] ORCIDLAKE OLD NEW FOLDER   (needs: pip install duckdb)

Compares the datasets OLD and NEW with the program, into FOLDER, and with SQL that is written from
docs/comparing.md and knows nothing of the program; then each table of differences, row by row.
With --only-form the two datasets are of one world, in versions 2.0 and 3.0 of the XML: nothing has
changed, except that version 2.0 has educations and employments only. Exit status 1 on any
difference, or if nothing was there to compare.
"""
import collections, glob, json, os, subprocess, sys

import duckdb

SIDES = ("old", "new")
# The columns of each table that are compared, and those by which items are recognised.
ITEMS = {
    "affiliations": (
        ["kind", "organization_name", "department_name", "role_title", "start_date", "end_date", "city", "region",
         "country", "disambiguation_source", "disambiguated_organization_identifier"],
        ["kind", "organization_name", "department_name", "role_title", "start_date", "city", "region", "country"]),
    "works": (["title", "type", "publication_date", "journal_title", "doi"], ["title", "publication_date", "doi"]),
    "fundings": (["title", "type", "start_date", "end_date", "organization_name"],
                 ["title", "type", "start_date", "end_date", "organization_name"]),
    "peer_reviews": (["reviewer_role", "review_type", "review_group_id", "completion_date", "organization_name"],
                     ["review_group_id", "completion_date", "organization_name"]),
}
MOST_PLACES = 32


def date(prefix):
    year, month, day = (f"{prefix}_{part}" for part in ("year", "month", "day"))
    return f"""case when {year} is null and {month} is null and {day} is null then null
        else coalesce(printf('%04d', {year}), '????')
            || case when {month} is null and {day} is null then '' else '-' || coalesce(printf('%02d', {month}), '??') end
            || case when {day} is null then '' else '-' || printf('%02d', {day}) end end"""


def load(db, side, dataset):
    """Tables `old_works` and so on, with dates as texts and the place of each row."""
    for table in ["records", "tombstones", *ITEMS]:
        files = sorted(glob.glob(os.path.join(dataset, "summaries", table, "*.parquet")))
        columns = "*" if table not in ITEMS else ", ".join(
            ["orcid", "put_code", *(["org_key"] if table == "affiliations" else []),
             *(f"{date(column[:-5])} as {column}" if column.endswith("_date") else column for column in ITEMS[table][0])])
        db.execute(f"create table {side}_{table} as select {columns}, row_number() over () as place "
                   f"from read_parquet({files!r})")
    files = sorted(glob.glob(os.path.join(dataset, "organizations/organizations/*.parquet")))
    if files:
        db.execute(f"create table {side}_organizations as select org_key, ror_id, ror_name from read_parquet({files!r})")
    return bool(files)


def people(db):
    return db.execute("""
        select n.orcid, case when t.orcid is null then 'new' else 'returned' end, t.status, null,
            n.given_names, n.family_name
        from new_records n left join old_tombstones t using (orcid)
        where n.orcid not in (select orcid from old_records)
        union all
        select o.orcid, 'gone', coalesce(t.status, 'vanished'), t.primary_orcid, o.given_names, o.family_name
        from old_records o left join new_tombstones t using (orcid)
        where o.orcid not in (select orcid from new_records)""").fetchall()


def names(db):
    one = lambda column: f"""select orcid, '{column}', o.{column}, n.{column} from old_records o join new_records n
        using (orcid) where o.{column} is distinct from n.{column}"""
    return db.execute(" union all ".join(map(one, ["given_names", "family_name", "credit_name"]))).fetchall()


def pair(db, table):
    """Tables `pairs` (places of both, and by what), `left_old` and `left_new`."""
    _, content = ITEMS[table]
    kind = "kind" if table == "affiliations" else "''"
    folded = " || chr(31) || ".join(f"coalesce('=' || folded({column}), '-')" for column in content)
    for side in SIDES:
        db.execute(f"""create or replace table all_{side} as
            select *, row_number() over (partition by orcid, {kind}, put_code order by place) as turn
            from {side}_{table} where orcid in (select orcid from old_records intersect select orcid from new_records)""")
    # Items of the same put code, then those that are left of the same content, one by one.
    db.execute(f"""create or replace table pairs as select o.place as old, n.place as new, 'put_code' as matched_by
        from all_old o join all_new n on o.orcid = n.orcid and o.put_code = n.put_code and o.turn = n.turn
        {'and o.kind = n.kind' if table == 'affiliations' else ''}""")
    for side in SIDES:
        db.execute(f"""create or replace table left_{side} as
            select *, row_number() over (partition by orcid, content order by put_code nulls first, place) as own_turn
            from (select *, {folded} as content from all_{side} where place not in (select {side} from pairs))""")
    db.execute("""insert into pairs select o.place, n.place, 'content' from left_old o join left_new n
        on o.orcid = n.orcid and o.content = n.content and o.own_turn = n.own_turn""")


def affiliations(db):
    pair(db, "affiliations")
    columns = ITEMS["affiliations"][0][1:]
    differ = " or ".join(f"o.{column} is distinct from n.{column}" for column in ["kind", *columns])
    both = ", ".join(f"o.{column}, n.{column}" for column in columns)
    return db.execute(f"""
        select n.orcid, case when o.end_date is null and n.end_date is not null then 'ended' else 'corrected' end,
            matched_by, n.kind, o.put_code, n.put_code, {both}
        from pairs join all_old o on o.place = pairs.old join all_new n on n.place = pairs.new where {differ}
        union all
        select o.orcid, 'vanished', null, o.kind, o.put_code, null, {', '.join(f'o.{column}, null' for column in columns)}
        from all_old o where place not in (select old from pairs)
        union all
        select n.orcid, 'begun', null, n.kind, null, n.put_code, {', '.join(f'null, n.{column}' for column in columns)}
        from all_new n where place not in (select new from pairs)""").fetchall()


def items(db, table):
    pair(db, table)
    columns = ", ".join(ITEMS[table][0])
    return db.execute(f"""
        select orcid, 'removed', put_code, {columns} from all_old where place not in (select old from pairs)
        union all
        select orcid, 'added', put_code, {columns} from all_new where place not in (select new from pairs)""").fetchall()


def moves(db, level, place, join):
    """From each place that a person left to each that the person joined."""
    for side in SIDES:
        db.execute(f"""create or replace table at_{side} as select distinct a.orcid, {place} as place
            from {side}_affiliations a {join.format(side=side)}
            where kind = 'employment' and end_date is null and {place} is not null
                and a.orcid in (select orcid from old_records intersect select orcid from new_records)""")
    return db.execute(f"""
        with many as (select orcid from at_old group by 1 having count(*) > {MOST_PLACES}
            union select orcid from at_new group by 1 having count(*) > {MOST_PLACES}),
        gone as (select * from at_old except select * from at_new),
        come as (select * from at_new except select * from at_old)
        select '{level}', gone.place, come.place, count(*) from gone join come using (orcid)
        where orcid not in (select orcid from many) group by all""").fetchall()


def flows(db, are_matched):
    found = [(level, start, None, end, None, people) for level, start, end, people in moves(db, "country", "a.country", "")]
    if are_matched:
        called = dict(db.execute("""select ror_id, any_value(ror_name) from (select * from old_organizations union all
            select * from new_organizations) where ror_id is not null group by 1""").fetchall())
        join = "join {side}_organizations o using (org_key)"
        found += [(level, start, called[start], end, called[end], people)
                  for level, start, end, people in moves(db, "organisation", "o.ror_id", join)]
    return found


def of_form(right):
    """What must not differ between two forms of one world."""
    kinds = {"education", "employment"}
    changed = {table: rows for table, rows in right.items() if table != "affiliations" and rows}
    return changed or [row for row in right["affiliations"] if row[1] != "begun" or row[3] in kinds]


def main(orcidlake, old, new, folder, is_only_form=False):
    command = [orcidlake, "diff", old, new, "--to", folder, "--json"]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["differences"]
    db = duckdb.connect()
    # As Python and Rust do it; DuckDB's own lower() knows no letters that become two.
    db.create_function("folded", str.lower, ["VARCHAR"], "VARCHAR")
    are_matched = all([load(db, side, dataset) for side, dataset in zip(SIDES, (old, new))])
    right = {"people": people(db), "names": names(db), "affiliations": affiliations(db),
             **{table: items(db, table) for table in ITEMS if table != "affiliations"},
             "flows": flows(db, are_matched)}
    faults, rows = 0, 0
    for table, expected in right.items():
        expected = collections.Counter(expected)
        given = collections.Counter(db.execute(f"select * from '{folder}/{table}.parquet'").fetchall())
        rows += sum(expected.values())
        print(f"{table}: {sum(expected.values())} rows")
        if given != expected:
            faults += 1
            print(f"  the program has {sum(given.values())} rows\n  more: {list(given - expected)[:2]}\n"
                  f"  less: {list(expected - given)[:2]}")
        if table in told["sections"]:
            counts = collections.Counter(row[1] for row in expected.elements())
            if told["sections"][table] != dict(counts):
                faults += 1
                print(f"  the summary says {told['sections'][table]}, the rows {dict(counts)}")
    if is_only_form and of_form(right):
        faults += 1
        print(f"the forms differ: {str(of_form(right))[:2000]}")
    print(f"diff against DuckDB: {rows} rows, {faults} faults")
    return 1 if faults or not rows else 0


if __name__ == "__main__":
    form = sys.argv[1:2] == ["--only-form"]
    if len(sys.argv) != 5 + form:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1 + form:], is_only_form=form))
