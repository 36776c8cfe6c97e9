#!/usr/bin/env python3
"""Do many people get through the portal of `orcidlake connect serve` at once?

usage: connect_load.py ORCIDLAKE ORCID_MOCK FOLDER [PEOPLE [AT_ONCE]]
       (500 people, 50 at once by default; needs nothing but Python)

Starts orcid-mock and the portal, invites everybody, and lets each person go the whole way, 50 at a
time: the invitation, the sign-in at ORCID, consent, the callback, the page at the end. Then it
compares who has which iD with who signed in as whom, and asks for: no failed way, nobody mixed up,
one token pair each, and 99 of 100 of the portal's own pages within 100 ms. The page of the callback
waits for ORCID and is counted apart. Prints one line of JSON; exit status 1 on any fault.
"""
import concurrent.futures, csv, html, http.client, io, json, os, re, subprocess, sys, time, urllib.parse

ASKED_P99_MS = 100


def orcid(number):
    """A valid iD of a number."""
    digits, total = f"{number:015d}", 0
    for digit in digits:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    text = digits + ("X" if check == 10 else str(check))
    return "-".join(text[place : place + 4] for place in range(0, 16, 4))


class Browser:
    """One person's browser: a connection and cookies for each server, no redirects by itself."""

    def __init__(self, times):
        self.times, self.servers, self.cookies = times, {}, {}

    def ask(self, method, url, form=None, kind=None):
        parts = urllib.parse.urlsplit(url)
        headers = {"accept-language": "en"}
        if parts.netloc in self.cookies:
            headers["cookie"] = self.cookies[parts.netloc]
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form)
            headers["content-type"] = "application/x-www-form-urlencoded"
        begun = time.monotonic()
        server = self.servers.setdefault(parts.netloc, http.client.HTTPConnection(parts.netloc, timeout=60))
        server.request(method, urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, "")), body, headers)
        answer = server.getresponse()
        text = answer.read().decode()
        if kind:
            self.times.setdefault(kind, []).append((time.monotonic() - begun) * 1000)
        for value in answer.headers.get_all("set-cookie") or []:
            self.cookies[parts.netloc] = value.split(";")[0]
        return answer.status, answer.headers.get("location"), text


def field(text, name):
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    if not found:
        raise AssertionError(f"no field {name} in {text[:300]}")
    return html.unescape(found[1])


def go(portal, issuer, link, iD, times):
    """The whole way of one person."""
    browser = Browser(times)

    def page(method, url, form=None, kind="page", expected=200):
        status, location, text = browser.ask(method, urllib.parse.urljoin(portal, url), form, kind)
        assert status == expected, f"{method} {url[:60]}: {status} {text[:200]}"
        return location, text

    _, text = page("GET", link)
    page("POST", link, {"csrf": field(text, "csrf")}, expected=303)
    _, text = page("GET", "/")
    address, _ = page("POST", "/connect", {"csrf": field(text, "csrf")}, expected=302)
    status, _, _ = browser.ask("POST", f"{issuer}/signin", {"orcid": iD})
    assert status == 303, f"signing in: {status}"
    status, _, text = browser.ask("GET", address)
    assert status == 200, f"consent: {status} {text[:200]}"
    form = [("query", field(text, "query")), ("form_key", field(text, "form_key")), ("decision", "grant")]
    form += [("scope", html.unescape(scope)) for scope in re.findall(r'name="scope" value="([^"]*)"', text)]
    status, callback, text = browser.ask("POST", f"{issuer}/oauth/authorize", form)
    assert callback and callback.startswith(portal), f"back from ORCID: {status} {callback} {text[:200]}"
    page("GET", callback, kind="callback", expected=303)
    _, text = page("GET", "/")
    assert f"https://orcid.org/{iD}" in text, f"the page does not show {iD}"


def centile(values, share):
    values = sorted(values)
    return round(values[min(len(values) - 1, int(len(values) * share))], 1)


def memory_mb(process):
    with open(f"/proc/{process.pid}/status") as file:
        return round(int(re.search(r"VmHWM:\s+(\d+)", file.read())[1]) / 1024)


def main():
    orcidlake, mock_program, folder = sys.argv[1:4]
    people, at_once = int((sys.argv + ["500"])[4]), int((sys.argv + ["", "50"])[5] or 50)
    os.makedirs(folder)
    path = lambda name: os.path.join(folder, name)
    mock = subprocess.Popen([mock_program, "--records", "20", "--rate", "0", "--quota", "0"],
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    local = json.loads(mock.stdout.readline())
    issuer = local["issuer"]
    ids = {f"u{number}": orcid(3_000_000 + number) for number in range(people)}
    setup = Browser({})
    for local_id, iD in ids.items():
        details = {"orcid": iD, "given_names": f"Given{local_id}", "family_names": "Person"}
        status, _, text = setup.ask("GET", f"{issuer}/_person?{urllib.parse.urlencode(details)}")
        assert status == 200, text
    with open(path("client-secret"), "w") as file:
        file.write(local["member_client_secret"])
    with open(path("staff.csv"), "w") as file:
        file.write("id,name\n" + "".join(f"{local_id},Person {local_id}\n" for local_id in ids))
    port = __import__("socket").create_server(("127.0.0.1", 0))
    listen = "127.0.0.1:%d" % port.getsockname()[1]
    port.close()
    portal = f"http://{listen}"
    common = ["--state", path("state"), "--key-file", path("keys"), "--issuer", issuer, "--public-url", portal,
              "--institution", "Example University"]
    serve = subprocess.Popen([orcidlake, "connect", "serve", *common, "--listen", listen, "--json", "--log-file",
                              path("log"), "--client-id", local["member_client_id"], "--client-secret-file",
                              path("client-secret")], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    faults, times = [], {}
    try:
        said = ""
        while not said.rstrip().endswith("}"):
            line = serve.stdout.readline()
            if not line:
                raise SystemExit(f"the portal does not start: {serve.stderr.read()}")
            said += line
        invited = subprocess.run([orcidlake, "connect", "invite", path("staff.csv"), *common], check=True,
                                 capture_output=True, text=True).stdout
        links = {row["local_id"]: row["link"] for row in csv.DictReader(io.StringIO(invited))}
        begun = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
            ways = {pool.submit(go, portal, issuer, links[one], iD, times): one for one, iD in ids.items()}
            for way in concurrent.futures.as_completed(ways):
                if error := way.exception():
                    faults.append(f"{ways[way]}: {error!r}")
        seconds = time.monotonic() - begun
        exported = subprocess.run([orcidlake, "connect", "export", "--state", path("state"), "--key-file",
                                   path("keys")], check=True, capture_output=True, text=True).stdout
        rows = {row["local_id"]: row for row in csv.DictReader(io.StringIO(exported))}
        faults += [f"{one}: {rows.get(one, {}).get('orcid')} is not {iD}" for one, iD in ids.items()
                   if rows.get(one, {}).get("orcid") != iD or rows[one]["state"] != "connected"]
        _, _, asked = setup.ask("GET", f"{issuer}/_token-requests")
        asked = json.loads(asked)
        if asked["repeated_code"] or asked["leaks"]:
            faults.append(f"repeated codes or leaks: {asked['repeated_code']} {asked['leaks']}")
        if asked["tokens"]["live"] != people:
            faults.append(f"{asked['tokens']['live']} pairs live for {people} people")
        p99 = centile(times["page"], 0.99)
        if p99 > ASKED_P99_MS:
            faults.append(f"the portal's pages take {p99} ms")
        print(json.dumps({
            "people": people, "at_once": at_once, "seconds": round(seconds, 1),
            "people_a_second": round(people / seconds, 1), "failed": len(faults), "requests": len(times["page"]),
            "page_ms": {"p50": centile(times["page"], 0.5), "p99": p99, "max": round(max(times["page"]), 1)},
            "callback_ms": {"p50": centile(times["callback"], 0.5), "p99": centile(times["callback"], 0.99),
                            "max": round(max(times["callback"]), 1)},
            "portal_peak_mb": memory_mb(serve),
        }))
    finally:
        serve.terminate()
        mock.terminate()
        serve.wait()
        mock.wait()
    for fault in faults[:20]:
        print(fault, file=sys.stderr)
    sys.exit(1 if faults else 0)


main()
