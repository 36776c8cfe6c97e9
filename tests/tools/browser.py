#!/usr/bin/env python3
"""Do people get through the portal of `orcidlake connect serve` in a real browser?

usage: browser.py ORCIDLAKE ORCID_MOCK FOLDER
       (needs: Chromium and its driver, Debian's chromium and chromium-driver; pip install selenium)

Starts orcid-mock and the portal, invites people, and goes through the pages as they do, in
Chromium: connect; deny, try again, and give less permission; a second person whose iD is taken;
another iD; disconnect; the administrator's pages; other languages; an answer in the fragment.
Takes a screenshot of each page at 1280 and 390 pixels, light and dark, into FOLDER, and measures
each: nothing may be wider than the window, every field needs a label, every image a name, and text
must have the contrast of WCAG AA (4.5, or 3 for large text). Exit status 1 on any fault.
"""
import csv, io, json, os, subprocess, sys

from selenium import webdriver
from selenium.common.exceptions import TimeoutException, WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

STAFF = """local_id,given_names,family_names,email
u1,Sofia,Garcia,sofia@example.org
u2,José,"Müller ""Pepe"" <b>",jose@example.org
u3,Third,Person,third@example.org
"""
PASSWORD = "a-password-for-this-test-only"
WIDTHS = (1280, 390)
MEASURE = """
const faults = [];
const width = document.documentElement.clientWidth;
if (document.documentElement.scrollWidth > width) faults.push('the page is wider than the window');
for (const field of document.querySelectorAll('input:not([type=hidden]), select, textarea'))
  if (!field.labels.length && !field.getAttribute('aria-label')) faults.push('a field has no label: ' + field.name);
for (const image of document.querySelectorAll('img'))
  if (!image.hasAttribute('alt')) faults.push('an image has no alt: ' + image.src);
for (const link of document.querySelectorAll('a, button'))
  if (!(link.innerText.trim() || link.getAttribute('aria-label'))) faults.push('a link or button has no name');
if (!document.documentElement.lang) faults.push('the page has no language');
if (document.querySelectorAll('h1').length !== 1) faults.push('the page has not one h1');
const parse = text => { const n = text.match(/[\\d.]+/g).map(Number); return {r: n[0], g: n[1], b: n[2], a: n[3] ?? 1}; };
const light = c => [c.r, c.g, c.b].map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const behind = element => {
  for (let e = element; e; e = e.parentElement) {
    const color = parse(getComputedStyle(e).backgroundColor);
    if (color.a > 0.99) return color;
  }
  return matchMedia('(prefers-color-scheme: dark)').matches ? {r: 18, g: 18, b: 18, a: 1} : {r: 255, g: 255, b: 255, a: 1};
};
for (const element of document.querySelectorAll('body *')) {
  const own = [...element.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
  const box = element.getBoundingClientRect();
  if (!own || !box.width || !box.height || element.closest('svg') || element.matches('.skip')) continue;
  const style = getComputedStyle(element), size = parseFloat(style.fontSize);
  const large = size >= 24 || size >= 18.66 && +style.fontWeight >= 700;
  const [a, b] = [light(parse(style.color)), light(behind(element))];
  const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (contrast < (large ? 3 : 4.5)) faults.push('contrast ' + contrast.toFixed(2) + ': ' + element.innerText.slice(0, 40));
}
return faults;
"""


def appearances(driver):
    """Shows the page at each width, light and dark; gives the width and the scheme of each."""
    for scheme in ("light", "dark"):
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": scheme}]})
        for width in WIDTHS:
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
                "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600})
            yield width, scheme
    driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


class World:
    def __init__(self, orcidlake, mock, folder):
        self.orcidlake, self.folder, self.faults, self.shots = orcidlake, folder, [], 0
        os.makedirs(folder, exist_ok=True)
        self.mock = subprocess.Popen([mock, "--records", "20"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                     text=True)
        self.local = json.loads(self.mock.stdout.readline())
        self.write("staff.csv", STAFF)
        self.write("client-secret", self.local["member_client_secret"], 0o600)
        self.write("admin-password", PASSWORD, 0o600)
        self.base, self.links = None, {}

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text, mode=0o644):
        with open(os.open(self.path(name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as file:
            file.write(text)

    def state(self):
        return ["--state", self.path("state"), "--key-file", self.path("keys"), "--issuer", self.local["issuer"]]

    def serve(self):
        port = free_port()
        self.base = f"http://127.0.0.1:{port}"
        command = [self.orcidlake, "connect", "serve", "--listen", f"127.0.0.1:{port}", *self.state(),
                   "--client-id", self.local["member_client_id"], "--client-secret-file", self.path("client-secret"),
                   "--public-url", self.base, "--institution", "University of Testing", "--json",
                   "--admin-password-file", self.path("admin-password"), "--help-contact", "orcid@example.org",
                   "--log-file", self.path("requests.log")]
        self.portal = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        # `--json` prints an object when the portal listens.
        text = ""
        while True:
            line = self.portal.stdout.readline()
            text += line
            if not line:
                raise SystemExit("the portal has ended")
            try:
                return json.loads(text)["listening"]
            except json.JSONDecodeError:
                pass

    def invite(self):
        command = [self.orcidlake, "connect", "invite", self.path("staff.csv"), *self.state(),
                   "--public-url", self.base, "--institution", "University of Testing"]
        run = subprocess.run(command, capture_output=True, text=True, check=True)
        for row in csv.DictReader(io.StringIO(run.stdout)):
            self.links[row["local_id"]] = next(value for value in row.values() if "/invitation/" in value)

    def fault(self, text):
        print("fault:", text)
        self.faults.append(text)


def free_port():
    import socket
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Person:
    """Somebody with a browser of their own."""

    def __init__(self, world, language="en"):
        self.world = world
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", f"--lang={language}"):
            options.add_argument(argument)
        options.add_experimental_option("prefs", {"intl.accept_languages": language})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        self.driver.set_page_load_timeout(60)

    def go(self, address):
        self.driver.get(address)
        return self

    def see(self, name):
        """Looks at a page of the portal: screenshots, and what they show."""
        for width, scheme in appearances(self.driver):
            for text in self.driver.execute_script(MEASURE):
                self.world.fault(f"{name}, {width} px, {scheme}: {text}")
            self.driver.save_screenshot(self.world.path(f"{name}-{width}-{scheme}.png"))
            self.world.shots += 1
        for entry in self.driver.get_log("browser"):
            # A page that answers 4xx is written to the console too.
            if entry["level"] == "SEVERE" and "status of" not in entry["message"]:
                self.world.fault(f"{name}: the console says {entry['message']}")
        return self

    def text(self):
        return self.driver.execute_script("return document.body ? document.body.innerText : ''")

    def expect(self, *texts):
        for text in texts:
            try:
                WebDriverWait(self.driver, 20).until(lambda driver: text in self.text())
            except Exception:
                self.world.fault(f"{self.driver.current_url} does not say {text!r}: {self.text()[:300]!r}")
        return self

    def click(self, label):
        """Presses the button or follows the link with this text."""
        def press(driver):
            for element in driver.find_elements(By.CSS_SELECTOR, "button, a"):
                if element.text.strip() == label:
                    element.click()
                    return True
            return False
        try:
            # While a page is left, its elements are no longer there, which the driver tells in several ways.
            WebDriverWait(self.driver, 20, ignored_exceptions=[WebDriverException]).until(press)
        except TimeoutException:
            raise SystemExit(f"{self.driver.current_url} has no {label!r}: {self.text()[:500]}") from None
        return self

    def sign_in(self, orcid):
        """Signs in at the local ORCID as one of the people on its list."""
        self.expect("Sign in to ORCID")
        self.driver.find_element(By.CSS_SELECTOR, f"button[value='{orcid}']").click()
        return self

    def people(self):
        return [button.get_attribute("value") for button in
                self.driver.find_elements(By.CSS_SELECTOR, ".people button")]

    def fill(self, name, text):
        self.driver.find_element(By.NAME, name).send_keys(text)
        return self


def connect(world):
    """The whole way of the first person; gives the iDs that can be chosen."""
    person = Person(world)
    person.go(world.links["u1"]).expect("This link is for Sofia Garcia").see("invitation")
    person.click("Go on as Sofia Garcia").expect("Hello Sofia Garcia", "read what you show").see("home")
    person.click("Create or connect your ORCID iD").expect("Sign in to ORCID")
    ids = person.people()
    person.sign_in(ids[0]).expect("asks for your permission").click("Authorize access")
    person.expect("Your ORCID iD is connected", f"/{ids[0]}", "Connected since").see("connected")
    if person.driver.current_url != world.base + "/":
        world.fault(f"the address after the answer is {person.driver.current_url}")
    link = person.driver.find_element(By.CSS_SELECTOR, "a.orcid")
    if ids[0] not in link.get_attribute("href") or not link.find_elements(By.TAG_NAME, "svg"):
        world.fault("the iD is no link with the icon")
    person.driver.back()
    person.go(world.base).expect("Your ORCID iD is connected")
    person.click("Disconnect").expect("Disconnect your iD?").see("disconnect-ask")
    person.click("Cancel").expect("Your ORCID iD is connected")
    person.go(world.links["u1"]).expect("Your ORCID iD is connected")
    return person, ids


def deny(world, ids):
    person = Person(world)
    person.go(world.links["u2"]).expect("<b>").click('Go on as José Müller "Pepe" <b>')
    person.click("Create or connect your ORCID iD").sign_in(ids[1]).click("Deny access")
    person.expect("Not connected", "Or give less permission").see("denied")
    person.click("Only confirm my iD").expect("asks for your permission").click("Authorize access")
    person.expect("Your ORCID iD is connected").see("connected-id-only")
    # Another iD than before does not take its place by itself.
    person.go(world.local["issuer"] + "/signout")
    person.go(world.base).click("Ask ORCID again").expect("Sign in to ORCID").sign_in(ids[2]).click("Authorize access")
    person.expect("Is this your iD?", ids[1], ids[2]).see("confirm")
    person.click("Keep the iD of before").expect("Your ORCID iD is connected", ids[1])
    return person


def taken(world, ids):
    person = Person(world)
    person.go(world.links["u1"]).expect("This link has been used").see("invitation-used")
    person.go(world.links["u3"]).click("Go on as Third Person")
    # This iD has permitted the same before, so that ORCID does not ask again.
    person.click("Create or connect your ORCID iD").sign_in(ids[0])
    person.expect("belongs to somebody else here").see("taken")
    # Answers in the fragment reach the page by its script.
    person.go(world.local["issuer"] + "/signout").go(world.base).click("Create or connect your ORCID iD").expect("Sign in to ORCID")
    person.go(f"{world.base}/callback/local#error=access_denied").expect("Not connected").see("denied-by-fragment")
    person.go(f"{world.base}/callback/local?code=abcdef&state=not-ours").expect("does not belong to your session")
    person.see("stranger")
    person.go(world.base + "/no-such-page").expect("There is no such page").see("not-found")
    return person


def languages(world):
    for code, says in (("de", "Sie"), ("es", "ORCID"), ("pt", "ORCID")):
        person = Person(world, language=code)
        person.go(world.base).expect(says)
        if person.driver.find_element(By.TAG_NAME, "html").get_attribute("lang") != code:
            world.fault(f"{code} is not the language of the page")
        person.see(f"home-{code}")
        person.driver.quit()


def administrator(world, ids):
    person = Person(world)
    person.go(world.base + "/admin").expect("Password").see("admin-sign-in")
    person.fill("password", "wrong").click("Sign in").expect("The password is wrong.")
    person.fill("password", PASSWORD).click("Sign in").expect("Overview").see("admin-overview")
    for name, says in (("People", "u1"), ("History", "u2"), ("Revocations", ""), ("Webhooks", ""), ("Health", "")):
        person.click(name).expect(says).see(f"admin-{name.lower()}")
    person.click("People").click("u1").expect("Sofia Garcia", ids[0]).see("admin-person")
    person.click("Sign out")
    person.go(world.base + "/admin/people").expect("Password")
    person.driver.quit()


def main():
    orcidlake, mock, folder = (os.path.abspath(argument) for argument in sys.argv[1:4])
    world = World(orcidlake, mock, folder)
    try:
        world.serve()
        world.invite()
        first, ids = connect(world)
        second, third = deny(world, ids), taken(world, ids)
        administrator(world, ids)
        languages(world)
        first.go(world.base).click("Disconnect").expect("Disconnect your iD?").click("Disconnect")
        first.expect("Your iD is disconnected").see("disconnected")
        # What one person gave up, another may connect.
        third.go(world.local["issuer"] + "/signout")
        third.go(world.base).click("Create or connect your ORCID iD").sign_in(ids[3]).click("Authorize access")
        third.expect("Your ORCID iD is connected")
        for person in (first, second, third):
            person.driver.quit()
        with open(world.path("requests.log")) as log:
            if world.local["member_client_secret"] in log.read():
                world.fault("the client's secret is in the log")
    finally:
        world.portal.kill()
        world.mock.kill()
    print(f"{world.shots} screenshots")
    print("ok" if not world.faults else f"{len(world.faults)} faults")
    return 1 if world.faults else 0


if __name__ == "__main__":
    sys.exit(main())
