#!/usr/bin/env python3
"""Does `orcidlake report` count what is in a dataset?

usage: overview.py ORCIDLAKE DATASET...   (needs: pip install duckdb pytz)

Reads `report --json` of each dataset, and counts the same with DuckDB: records, items by section,
year and source, groups, people, clients, countries, identifiers, odd dates, organisations, rejects
and unmapped values. The SQL is written from docs/overview.md, and knows nothing of the program.
Exit status 1 on any difference.
"""
import collections, glob, json, os, subprocess, sys

import duckdb

AFFILIATIONS, PERIOD = "affiliations", ("start", "end")
DATES = {AFFILIATIONS: PERIOD, "works": ("publication",), "fundings": PERIOD, "peer_reviews": ("completion",),
         "research_resources": PERIOD}
PLAIN = ["other_names", "researcher_urls", "emails", "addresses", "keywords", "external_identifiers"]
SECTIONS = [*DATES, *PLAIN]
FIRST_YEAR, YEARS_AHEAD = 1900, 50


def views(db, dataset):
    """A view for each table, of the summaries if there are any; the names of all."""
    found = {}
    for dump in ("activities", "summaries", "organizations"):
        for folder in sorted(glob.glob(os.path.join(dataset, dump, "*"))):
            parts = sorted(glob.glob(os.path.join(folder, "*.parquet")))
            if parts:
                name = os.path.basename(folder)
                db.execute(f"create or replace view {dump}_{name} as select * from read_parquet(?)".replace(
                    "?", repr(parts)))
                if dump != "organizations":
                    db.execute(f"create or replace view {name} as select * from {dump}_{name}")
                found.setdefault(name, []).append(dump)
    return found


def pairs(db, query):
    return {str(key): count for key, count in db.execute(query).fetchall()}


def value(db, query):
    return db.execute(query).fetchone()[0]


def impossible(prefix):
    """The parts of a date are there, and no day of the calendar has them."""
    year, month, day = (f"{prefix}_{part}" for part in ("year", "month", "day"))
    last = (f"case when {month} in (4, 6, 9, 11) then 30 when {month} <> 2 then 31 "
            f"when {year} % 400 = 0 or ({year} % 4 = 0 and {year} % 100 <> 0) then 29 else 28 end")
    return (f"(({month} is not null and {year} is null) or ({day} is not null and {month} is null) "
            f"or {month} not between 1 and 12 or {day} not between 1 and {last})")


def odd_dates(db, table, where, data_year):
    begin, *end = DATES[table]
    end = end[0] if end else None
    never = "false"
    before = never if not end else f"""(end_year < start_year or (end_year = start_year and end_month < start_month)
        or (end_year = start_year and end_month = start_month and end_day < start_day))"""
    year = data_year if data_year is not None else "null"
    ways = {
        "end_before_start": before,
        "too_early": " or ".join(f"coalesce({date}_year < {FIRST_YEAR}, false)" for date in DATES[table]),
        "begins_later": f"{begin}_year > {year}",
        "ends_far_ahead": f"end_year > {year} + {YEARS_AHEAD}" if end else never,
        "no_date": " or ".join(f"coalesce({impossible(date)}, false)" for date in DATES[table]),
    }
    return {name: value(db, f"select count(*) from {table} where {where} and ({way})") for name, way in ways.items()}


def section(db, table, name, where, dump, data_year):
    count = lambda condition: value(db, f"select count(*) from {table} where {where} and ({condition})")
    owner = "(coalesce(source_orcid = orcid, false) or coalesce(assertion_origin_orcid = orcid, false))"
    client = "(source_client_id is not null or assertion_origin_client_id is not null)"
    return {
        "section": name,
        "table": f"{dump}/{table}",
        "items": count("true"),
        # Full activities are in no groups.
        "groups": count("is_preferred") if table in DATES and dump == "summaries" else None,
        "people": value(db, f"select count(distinct orcid) from {table} where {where}"),
        "by_owner": count(owner),
        "by_client": count(f"not {owner} and {client}"),
        "without_source": count(f"not {owner} and not {client}"),
        "by_year": pairs(db, f"""select year(created_date), count(*) from {table}
            where {where} and created_date is not null group by 1"""),
        "without_year": count("created_date is null"),
        "odd_dates": odd_dates(db, table, where, data_year) if table in DATES else None,
    }


def sections(db, tables, data_year):
    found = []
    for table in (table for table in SECTIONS if table in tables):
        dump = "summaries" if "summaries" in tables[table] else "activities"
        if table == AFFILIATIONS:
            kinds = [row[0] for row in db.execute(f"select distinct kind from {table} order by 1").fetchall()]
            found += [section(db, table, kind, f"kind = '{kind}'", dump, data_year) for kind in kinds]
        else:
            found.append(section(db, table, table, "true", dump, data_year))
    return found


def clients(db, tables):
    parts = [f"select source_client_id id, source_name name from {table}" for table in SECTIONS if table in tables]
    rows = db.execute(f"""select id, min(name), count(*) from ({' union all '.join(parts)})
        where id is not null group by 1 order by 3 desc, 1""").fetchall() if parts else []
    return [{"id": id, "name": name, "items": items} for id, name, items in rows]


def countries(db, tables):
    parts = [f"select country, '{table}' place from {table}" for table in ("addresses", AFFILIATIONS) if table in tables]
    rows = db.execute(f"""select country, count(*) filter (place = 'addresses'), count(*) filter (place <> 'addresses')
        from ({' union all '.join(parts)}) where country is not null group by 1""").fetchall() if parts else []
    return {country: (addresses, affiliations) for country, addresses, affiliations in rows}


def identifiers(db, tables):
    items, people = {}, {}
    if "external_ids" in tables:
        for name, kind, count, own in db.execute("""
            select coalesce(external_id_type, ''), kind, count(*), count(*) filter (lower(external_id_relationship) = 'self')
            from external_ids where level = 'item' group by 1, 2""").fetchall():
            one = items.setdefault(name, {"type": name, "identifiers": 0, "own": 0, "by_kind": {}})
            one["identifiers"] += count
            one["own"] += own
            one["by_kind"][kind] = count
    if "external_identifiers" in tables:
        people = pairs(db, "select coalesce(external_id_type, ''), count(*) from external_identifiers group by 1")
    return items, people


def organisations(db, tables):
    if "organizations" not in tables:
        return None
    items = ["affiliations", "fundings", "peer_reviews", "research_resources"]
    sums = ", ".join(f"coalesce(sum({column}), 0)::bigint" for column in items)
    table = "organizations_organizations"
    whole = db.execute(f"select count(*), {sums} from {table}").fetchone()
    found = db.execute(f"select count(*), {sums} from {table} where ror_id is not null").fetchone()
    most = db.execute(f"""select ror_id, {sums} from {table} where ror_id is not null group by 1
        order by 2 desc, 1 limit 100""").fetchall()
    return {
        "written": whole[0], "written_found": found[0],
        "items": dict(zip(items, whole[1:])), "items_found": dict(zip(items, found[1:])),
        "decided_by": pairs(db, f"""select decided_by, sum({' + '.join(items)})::bigint from {table}
            where ror_id is not null group by 1"""),
        "most": [dict(zip(["ror_id", *items], row)) for row in most],
    }


def by_word(db, tables, table, column):
    counts = collections.Counter()
    for dump in tables.get(table, []):
        counts.update(pairs(db, f"select coalesce({column}, ''), count(*) from {dump}_{table} group by 1"))
    return dict(counts)


def expected(db, dataset, found):
    tables = views(db, dataset)
    items, people = identifiers(db, tables)
    records = None
    if "records" in tables:
        by = lambda column: pairs(db, f"select year({column}), count(*) from records where {column} is not null group by 1")
        records = {
            "records": value(db, "select count(*) from records"),
            "by_year": by("submission_date"),
            "without_year": value(db, "select count(*) from records where submission_date is null"),
            "by_year_of_change": by("last_modified_date"),
            "claimed": value(db, "select count(*) from records where claimed"),
            "verified_email": value(db, "select count(*) from records where verified_email"),
        }
    return {
        "records": records,
        "tombstones": pairs(db, "select status, count(*) from tombstones group by 1") if "tombstones" in tables else {},
        "sections": sections(db, tables, found["data_year"]),
        "clients": clients(db, tables),
        "countries": countries(db, tables),
        "identifiers": items,
        "person_identifiers": people,
        "organisations": organisations(db, tables),
        "rejects": by_word(db, tables, "rejects", "code"),
        "unmapped": by_word(db, tables, "unmapped_values", "path"),
    }


def told(found, has_records):
    """What the program says, in the same form."""
    organisations = found["organisations"]
    if organisations is not None:
        organisations = {name: organisations[name] for name in
                         ("written", "written_found", "items", "items_found", "decided_by", "most")}
        for one in organisations["most"]:
            del one["name"]
    return {
        "records": found["records"] if has_records else None,
        "tombstones": found["tombstones"],
        "sections": found["sections"],
        "clients": found["clients"],
        "countries": {one["country"]: (one["addresses"], one["affiliations"]) for one in found["countries"]},
        "identifiers": {one["type"]: {**one} for one in found["identifiers"]},
        "person_identifiers": {one["type"]: one["identifiers"] for one in found["person_identifiers"]},
        "organisations": organisations,
        "rejects": found["quality"]["rejects"],
        "unmapped": found["quality"]["unmapped"],
    }


def main(orcidlake, *datasets):
    faults, numbers = 0, 0
    for dataset in datasets:
        run = subprocess.run([orcidlake, "report", dataset, "--json"], check=True, capture_output=True, text=True)
        found = json.loads(run.stdout)["overview"]
        db = duckdb.connect()
        db.execute("set timezone = 'UTC'")
        right = expected(db, dataset, found)
        given = told(found, right["records"] is not None)
        numbers += sum(character == ":" for character in json.dumps(right))
        for name, one in right.items():
            if given[name] != one:
                faults += 1
                print(f"{dataset}: {name}: the program says\n  {json.dumps(given[name])[:2000]}\n"
                      f"DuckDB says\n  {json.dumps(one)[:2000]}")
    print(f"report against DuckDB: {numbers} numbers, {faults} faults")
    return 1 if faults or not numbers else 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
