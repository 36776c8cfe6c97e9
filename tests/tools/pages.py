#!/usr/bin/env python3
"""Can people read the pages that `report`, `diff` and `coverage` write?

usage: pages.py FOLDER SHOTS [AXE.js]
       (needs: Chromium and its driver, Debian's chromium and chromium-driver; pip install selenium)

Opens all pages of FOLDER in Chromium at 1280 and 390 pixels, light and dark, with all details shut
and open, and takes screenshots into SHOTS. A page may ask for nothing but itself, and may have no
script; nothing may be wider than the window; all text, also that of charts, needs the contrast of
WCAG AA; each chart needs a name, each table headings; links to other pages of the folder must lead
there. With AXE.js (axe.min.js of the npm package axe-core), which looks at them open, no fault may be
serious or critical.
Exit status 1 on any fault.
"""
import base64, json, os, pathlib, sys, urllib.parse

from browser import MEASURE, appearances
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

OWN = """
const faults = [];
if (document.scripts.length) faults.push('the page has a script');
for (const mark of ['main', 'footer']) if (!document.querySelector(mark)) faults.push('the page has no ' + mark);
for (const chart of document.querySelectorAll('svg'))
  if (!chart.getAttribute('aria-label') && !chart.closest('[aria-hidden=true]')) faults.push('a chart has no name');
for (const table of document.querySelectorAll('table'))
  if (!table.querySelector('th[scope=col]') || !table.querySelector('tbody th[scope=row]')) faults.push('a table has no headings');
let level = 0;
for (const heading of document.querySelectorAll('h1, h2, h3, h4')) {
  const own = +heading.tagName[1];
  if (own > level + 1) faults.push('a heading leaves a level out: ' + heading.innerText);
  level = own;
}
const light = text => text.match(/[\\d.]+/g).slice(0, 3).map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
for (const text of document.querySelectorAll('svg text')) {
  const behind = text.closest('section') || document.body;
  const [a, b] = [light(getComputedStyle(text).fill), light(getComputedStyle(behind).backgroundColor)];
  const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (contrast < 4.5) faults.push('contrast ' + contrast.toFixed(2) + ' in a chart: ' + text.textContent);
  const box = text.getBoundingClientRect();
  if (box.width && box.height < 8) faults.push('text of a chart is too small: ' + text.textContent);
}
return faults;
"""
AXE = """
const done = arguments[arguments.length - 1];
axe.run(document).then(found => done(found.violations.map(one => ({
  id: one.id, impact: one.impact, help: one.help, where: one.nodes.slice(0, 3).map(node => node.html.slice(0, 120))
}))));
"""


class Browser:
    def __init__(self, shots, axe):
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        self.shots, self.axe, self.faults, self.minor = shots, axe, [], set()

    def fault(self, text):
        print("fault:", text)
        self.faults.append(text)

    def requests(self):
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                yield message["params"]["request"]["url"]

    def open(self, page):
        """Opens a page; it may ask for nothing else."""
        address = page.resolve().as_uri()
        list(self.requests())
        self.driver.get(address)
        for other in self.requests():
            if other != address and not other.startswith("data:"):
                self.fault(f"{page.name} asks for {other}")

    def links(self, page):
        for link in self.driver.execute_script(
                "return [...document.querySelectorAll('a')].map(link => link.getAttribute('href'))"):
            parts = urllib.parse.urlsplit(link)
            if parts.scheme or link.startswith("/"):
                if parts.scheme != "https" or parts.netloc != "ror.org":
                    self.fault(f"{page.name}: the link {link} is not relative")
            elif parts.path and not (page.parent / urllib.parse.unquote(parts.path)).is_file():
                self.fault(f"{page.name}: the link {link} leads nowhere")
            elif parts.fragment and not self.driver.execute_script(
                    "return !!document.getElementById(arguments[0])", parts.fragment):
                self.fault(f"{page.name}: the link {link} leads nowhere")

    def look(self, page, name):
        for width, scheme in appearances(self.driver):
            for are_open in (True, False):
                self.driver.execute_script(
                    "for (const one of document.querySelectorAll('details')) one.open = arguments[0]", are_open)
                state = f"{name}, {width} px, {scheme}{', all open' if are_open else ''}"
                for text in self.driver.execute_script(MEASURE) + self.driver.execute_script(OWN):
                    self.fault(f"{state}: {text}")
                if are_open:
                    self.check(state)
            shot = self.driver.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True})
            with open(os.path.join(self.shots, f"{name}-{width}-{scheme}.png"), "wb") as file:
                file.write(base64.b64decode(shot["data"]))
        for entry in self.driver.get_log("browser"):
            if entry["level"] == "SEVERE":
                self.fault(f"{name}: the console says {entry['message']}")

    def check(self, state):
        if not self.axe:
            return
        # The page has no script of its own, and forgets this one with the next page.
        if not self.driver.execute_script("return !!window.axe"):
            self.driver.execute_cdp_cmd("Runtime.evaluate", {"expression": self.axe})
        for one in self.driver.execute_async_script(AXE):
            if one["impact"] in ("serious", "critical"):
                self.fault(f"{state}: axe: {one['impact']}: {one['help']} ({one['id']}): {one['where']}")
            else:
                self.minor.add((one["impact"], one["id"], one["help"]))


def main(folder, shots, axe=None):
    os.makedirs(shots, exist_ok=True)
    browser = Browser(shots, pathlib.Path(axe).read_text() if axe else None)
    folder = pathlib.Path(folder)
    pages = sorted(folder.rglob("*.html"))
    for page in pages:
        browser.open(page)
        browser.links(page)
        browser.look(page, "-".join(page.relative_to(folder).with_suffix("").parts))
    browser.driver.quit()
    for impact, name, help in sorted(browser.minor, key=str):
        print(f"axe, {impact}: {help} ({name})")
    checked = "with axe" if axe else "without axe, which was not to be had"
    print(f"{len(pages)} pages {checked}: {len(browser.faults)} faults")
    return 1 if browser.faults or not pages else 0


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
