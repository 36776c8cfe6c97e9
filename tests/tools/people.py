#!/usr/bin/env python3
"""Are `people` and `coverage` what a slow query over the tables gives?

usage: people.py ORCIDLAKE DATASET ROR_ZIP      (needs: pip install duckdb)

Written from the issue, docs/schema.md and --help, not from the program. Matches
the dataset with the release, its institutions put below each other several
levels deep, some of them inactive, some with two parents, and a circle. Then
asks DuckDB for the affiliations of several institutions under many sets of
options, with what is below an institution taken from ROR's own JSON by a
recursive query, and compares whole rows; then the figures of `coverage`. Exit
status 1 on any difference.
"""
import collections, csv, io, json, os, re, subprocess, sys, tempfile, zipfile

import duckdb

DATES = ["1990-06-15", "2005-12-31", "2015-01-01", "2020-07-01"]
COLUMNS = ["orcid", "given_names", "family_name", "credit_name", "kind", "department_name", "role_title",
           "start_date", "end_date", "organization_name", "ror_id", "ror_name", "matched_by", "confidence",
           "asserted_by", "source_name", "put_code", "created_date", "last_modified_date"]


def options():
    """Sets of options, each with what it means to the query."""
    below = [
        {}, {"children": True}, {"children": True, "depth": 1}, {"children": True, "depth": 2},
        {"children": True, "inactive": True}, {"children": True, "depth": 1, "inactive": True},
    ]
    held = [{}, {"current": True}] + [{"as_of": date} for date in DATES]
    kinds = [{}, {"kind": ["employment"]}, {"kind": ["education", "membership"]}]
    sure = [{}, {"min": 0.9}, {"min": 0.97}, {"min": 1.0}]
    for one in below:
        yield one
    for one in below[:2] + below[4:5]:
        for others in (held, kinds, sure):
            yield from ({**one, **other} for other in others[1:])
    yield {"children": True, "as_of": DATES[2], "kind": ["employment"], "min": 0.95}
    yield {"children": True, "inactive": True, "current": True, "kind": ["education"], "depth": 2}


def flags(ids, chosen):
    found = ["--ror", ",".join(ids)]
    found += ["--children"] if chosen.get("children") else []
    found += ["--include-inactive"] if chosen.get("inactive") else []
    for name, flag in [("depth", "--depth"), ("as_of", "--as-of"), ("min", "--min-confidence")]:
        found += [flag, str(chosen[name])] if name in chosen else []
    found += ["--current"] if chosen.get("current") else []
    found += ["--kind", ",".join(chosen["kind"])] if "kind" in chosen else []
    return found


def release(path):
    """The organisations of a release."""
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.endswith(".json")]
        name = sorted(names, key=lambda name: "schema_v2" in name)[-1]
        return json.loads(archive.read(name))


def reshape(dataset, entries, path):
    """Writes the release with those that the dataset names most as a tree."""
    named = duckdb.sql(f"""select ror_id from '{dataset}/organizations/organizations/*.parquet'
        where ror_id is not null group by 1 order by sum(affiliations) desc, 1""").fetchall()
    order = [row[0] for row in named]
    by_id = {one["id"]: one for one in entries}
    for number, ror_id in enumerate(order):
        above = {order[number // 3]} if number else {order[min(13, len(order) - 1)]}
        above |= {order[number // 2]} if number % 7 == 0 else set()
        links = [{"type": "parent", "label": "", "id": one} for one in sorted(above - {ror_id})]
        others = [link for link in by_id[ror_id].get("relationships", []) if link["type"].lower() == "successor"]
        by_id[ror_id]["relationships"] = others + links
        if number % 5 == 4:
            by_id[ror_id]["status"] = "inactive"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("v0.2-2025-11-01-ror-data.json", json.dumps(entries))


def prepare(dataset, ror):
    db = duckdb.connect()
    db.execute("set timezone = 'UTC'")
    side = "summaries" if os.path.isdir(os.path.join(dataset, "summaries/affiliations")) else "activities"
    for view, table in [("affiliations", f"{side}/affiliations"), ("organizations", "organizations/organizations"),
                        ("records", "summaries/records")]:
        db.execute(f"create view {view} as select * from '{dataset}/{table}/*.parquet'")
    db.execute("create table org (id text, status text)")
    db.execute("create table parent (id text, above text)")
    entries = release(ror)
    db.executemany("insert into org values (?, ?)", [(one["id"], one["status"]) for one in entries])
    edges = [(one["id"], link["id"]) for one in entries for link in one.get("relationships", [])
             if link["type"].lower() == "parent"]
    db.executemany("insert into parent values (?, ?)", edges or [("", "")])
    return db


def counted(db, ids, chosen):
    """The institutions and what counts with them."""
    if not chosen.get("children"):
        return set(ids)
    depth = chosen.get("depth", 50)
    rows = db.execute("""
        with recursive below(id, depth) as (
            select unnest(?::text[]), 0
            union
            select parent.id, depth + 1 from below join parent on parent.above = below.id where depth < ?
        )
        select distinct below.id from below join org using (id)
        where depth = 0 or ? or org.status = 'active'
    """, [ids, depth, bool(chosen.get("inactive"))]).fetchall()
    return {row[0] for row in rows}


# What is not known of an end is taken to be late. A date such as 2019-02-31 has its place too.
CURRENT = ("(a.end_year is null or printf('%04d-%02d-%02d', a.end_year, coalesce(a.end_month, 12), "
           "coalesce(a.end_day, 31)) >= strftime(now() at time zone 'UTC', '%Y-%m-%d'))")


def expected(db, ids, chosen):
    where, values = ["o.ror_id in (select unnest(?::text[]))"], [sorted(counted(db, ids, chosen))]
    if "kind" in chosen:
        where.append("a.kind in (select unnest(?::text[]))")
        values.append(chosen["kind"])
    if chosen.get("current"):
        where.append(CURRENT)
    if "as_of" in chosen:
        # What is not known of a date is taken in favour: the earliest start, the latest end.
        padded = "printf('%04d-%02d-%02d', {0}_year, coalesce({0}_month, {1}), coalesce({0}_day, {2}))"
        where.append(f"(a.start_year is null or {padded.format('a.start', 1, 1)} <= ?)")
        where.append(f"(a.end_year is null or {padded.format('a.end', 12, 31)} >= ?)")
        values += [chosen["as_of"]] * 2
    if "min" in chosen:
        where.append("(o.decided_by <> 'name' or o.score >= ?)")
        values.append(chosen["min"])
    date = ("case when {0}_year is null then null when {0}_month is null then printf('%04d', {0}_year) "
            "when {0}_day is null then printf('%04d-%02d', {0}_year, {0}_month) "
            "else printf('%04d-%02d-%02d', {0}_year, {0}_month, {0}_day) end")
    time = "strftime({0}, '%Y-%m-%dT%H:%M:%SZ')"
    query = f"""
        select a.orcid, r.given_names, r.family_name, r.credit_name, a.kind, a.department_name, a.role_title,
            {date.format('a.start')}, {date.format('a.end')}, a.organization_name, o.ror_id, o.ror_name,
            o.decided_by, case when o.decided_by = 'name' then o.score else 1.0 end,
            case when a.orcid in (a.source_orcid, a.assertion_origin_orcid) then 'self'
                when coalesce(a.source_client_id, a.assertion_origin_client_id) is not null then 'member' end,
            a.source_name, a.put_code, {time.format('a.created_date')}, {time.format('a.last_modified_date')}
        from affiliations a join organizations o using (org_key) left join records r on r.orcid = a.orcid
        where {' and '.join(where)}"""
    return collections.Counter(db.execute(query, values).fetchall())


def found(orcidlake, dataset, ids, chosen):
    command = [orcidlake, "people", dataset, *flags(ids, chosen), "--json", "--quiet"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    people = [json.loads(line) for line in lines]
    order = [person["orcid"] for person in people]
    assert order == sorted(order), "not in the order of iDs"
    return collections.Counter(tuple(person[column] for column in COLUMNS) for person in people)


def institutions(db):
    """The most named, some with parts, some that are inactive, two as one."""
    column = lambda query: [row[0] for row in db.execute(query).fetchall()]
    named = "from affiliations join organizations o using (org_key) join org on org.id = o.ror_id"
    most = column(f"select o.ror_id {named} group by 1 order by count(*) desc, 1 limit 4")
    above = column(f"""select above {named} join parent on parent.id = o.ror_id
        group by 1 order by count(*) desc, 1 limit 6""")
    inactive = column(f"""select above {named} join parent on parent.id = o.ror_id
        where org.status <> 'active' group by 1 order by count(*) desc, 1 limit 2""")
    high = column("""select p.above from parent p join parent q on q.above = p.id
        join organizations o on o.ror_id = q.id group by 1 order by count(*) desc, 1 limit 3""")
    sizes = [len(counted(db, high[:1], chosen)) for chosen in [{}, *({"children": True, **more} for more in
             ({"depth": 1}, {"depth": 2}, {}, {"inactive": True}))]]
    assert sizes == sorted(set(sizes)), f"options that change nothing compare nothing: {sizes}"
    single = list(dict.fromkeys(most + above + inactive + high))
    return [[one] for one in single] + [most[:2], (above + most)[:3]]


def compare_people(orcidlake, dataset, db):
    faults, cases, rows = [], 0, 0
    for ids in institutions(db):
        for chosen in options():
            right, given = expected(db, ids, chosen), found(orcidlake, dataset, ids, chosen)
            cases, rows = cases + 1, rows + sum(right.values())
            if right != given:
                faults.append(f"people {' '.join(flags(ids, chosen))}: {sum(given.values())} rows, "
                              f"{sum(right.values())} expected\n  more: {list(given - right)[:1]}\n"
                              f"  less: {list(right - given)[:1]}")
    print(f"people: {cases} questions, {rows} rows")
    return faults if rows else ["people: no rows to compare"]


def coverage_rows(db, ids):
    where = "o.ror_id in (select unnest(?::text[]))" if ids else "o.ror_id is not null and ?"
    return set(db.execute(f"""
        select o.ror_id, year(a.created_date),
            case when upper(trim(a.disambiguation_source)) in ('ROR', 'GRID', 'RINGGOLD', 'FUNDREF', 'LEI')
                then upper(trim(a.disambiguation_source)) else 'none' end source,
            count(*), count(*) filter ({CURRENT}), count(*) filter (not {CURRENT}),
            count(*) filter (a.orcid in (a.source_orcid, a.assertion_origin_orcid)),
            count(*) filter (a.orcid not in (coalesce(a.source_orcid, ''), coalesce(a.assertion_origin_orcid, ''))
                and coalesce(a.source_client_id, a.assertion_origin_client_id) is not null)
        from affiliations a join organizations o using (org_key) where {where} group by all
    """, [ids or True]).fetchall())


def compare_coverage(orcidlake, dataset, db):
    columns = ["ror_id", "year", "source", "affiliations", "current", "past", "self_asserted", "member_asserted"]
    faults, cases, rows = [], 0, 0
    asked = [(None, ["--top", "1000000"], None)]
    for ids in institutions(db):
        asked.append((ids, ["--ror", ",".join(ids)], ids))
        below = sorted(counted(db, ids, {"children": True, "inactive": True}))
        asked.append((ids, ["--ror", ",".join(ids), "--children"], below))
    for _, arguments, ids in asked:
        command = [orcidlake, "coverage", dataset, *arguments, "--quiet", "--json"]
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        given = {tuple(json.loads(line)[column] for column in columns) for line in text.splitlines()}
        right = coverage_rows(db, ids)
        cases, rows = cases + 1, rows + len(right)
        if given != right:
            faults.append(f"coverage {' '.join(arguments)}: {len(given)} rows, {len(right)} expected\n"
                          f"  more: {sorted(given - right, key=str)[:1]}\n  less: {sorted(right - given, key=str)[:1]}")
    print(f"coverage: {cases} questions, {rows} rows")
    return faults if rows else ["coverage: no rows to compare"]


def compare_site(orcidlake, dataset, db):
    """The ranking of a site of several institutions, each with all that is below it."""
    ids = sorted({id for several in institutions(db) for id in several})
    right = []
    for id in ids:
        below = sorted(counted(db, [id], {"children": True, "inactive": True}))
        people, affiliations = db.execute("""select count(distinct a.orcid), count(*) from affiliations a
            join organizations o using (org_key) where o.ror_id in (select unnest(?::text[]))""", [below]).fetchone()
        right.append((-people, id, affiliations))
    right = [(id.rsplit("/", 1)[1], -people, affiliations) for people, id, affiliations in sorted(right)]
    with tempfile.TemporaryDirectory() as folder:
        path, site = os.path.join(folder, "list.txt"), os.path.join(folder, "site")
        with open(path, "w") as file:
            file.writelines(f"{id}  # a comment\n" for id in ids)
        subprocess.run([orcidlake, "coverage", dataset, "--ror-list", path, "--children", "--html", site, "--quiet"], check=True)
        with open(os.path.join(site, "index.html")) as file:
            rows = re.findall(r'<a href="(\w+)\.html">.*?data-name="People">([\d,]+)<.*?data-name="Affiliations">([\d,]+)<', file.read())
        pages = set(os.listdir(site))
    given = [(id, *(int(number.replace(",", "")) for number in numbers)) for id, *numbers in rows]
    print(f"coverage of a list: {len(given)} institutions")
    faults = [] if given == right else [f"the ranking is\n  {given}, expected\n  {right}"]
    if pages != {"index.html", *(f"{id}.html" for id, *_ in right)}:
        faults.append(f"the site has the pages {sorted(pages)}")
    return faults if len(right) > 2 else [*faults, "coverage of a list: nothing to compare"]


def compare_forms(orcidlake, dataset, db):
    """CSV and Parquet say what JSON Lines say."""
    ids = institutions(db)[0]
    command = [orcidlake, "people", dataset, *flags(ids, {}), "--quiet"]
    lines = subprocess.run([*command, "--json"], check=True, capture_output=True, text=True).stdout.splitlines()
    json_rows = [json.loads(line) for line in lines]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    csv_rows = list(csv.DictReader(io.StringIO(text)))
    cell = lambda value: "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    as_text = lambda row: {name: cell(value) for name, value in row.items()}
    same = [as_text(row) for row in json_rows] == [{**row, "confidence": str(float(row["confidence"]))} for row in csv_rows]
    faults = [] if same else ["people: CSV and JSON Lines differ"]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "people.parquet")
        subprocess.run([*command, "--format", "parquet", "--out", path], check=True)
        read = duckdb.sql(f"select * from '{path}'")
        rows = [dict(zip(read.columns, row)) for row in read.fetchall()]
    return faults if rows == json_rows else [*faults, "people: Parquet and JSON Lines differ"]


def main(orcidlake, dataset, ror):
    match = lambda path: subprocess.run([orcidlake, "match", dataset, "--ror-release", path, "--quiet"], check=True)
    match(ror)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "ror.zip")
        reshape(dataset, release(ror), path)
        match(path)
        db = prepare(dataset, path)
    faults = compare_people(orcidlake, dataset, db) + compare_coverage(orcidlake, dataset, db)
    faults += compare_forms(orcidlake, dataset, db) + compare_site(orcidlake, dataset, db)
    for fault in faults:
        print(fault)
    print(f"people and coverage against DuckDB: {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
