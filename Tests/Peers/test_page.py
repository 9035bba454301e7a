"""The page of `cram inspect --html` as a browser draws it: headless Chromium, on a phone's and on a desk's window."""
import html.parser
import json
import re
import shutil
import subprocess

import pytest
from conftest import cram_json

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def chromium(*arguments):
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--host-resolver-rules=MAP * ~NOTFOUND"]
    done = subprocess.run([CHROMIUM, *options, *map(str, arguments)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Figures(html.parser.HTMLParser):
    """The text of every element with a data-key."""

    def __init__(self, text):
        super().__init__()
        self.found, self.key = {}, None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.key = dict(attributes).get("data-key")

    def handle_data(self, data):
        if self.key:
            self.found[self.key] = data
            self.key = None


@pytest.fixture(scope="module")
def page(road, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "report.html"
    return path, cram_json("inspect", road / "shards/train", "--deep", "--html", path)


@pytest.mark.skipif(not CHROMIUM, reason="no Chromium here: scripts/setup chromium installs it")
def test_the_figures_that_a_browser_shows_are_those_of_the_json(page):
    path, said = page
    shown = Figures(chromium("--dump-dom", f"file://{path}")).found
    said = said | {"unigram_entropy_bits": said["statistics"]["unigram_entropy_bits"], "duplicate_sequences": said["deep"]["duplicate_sequences"]}
    assert {"sequences", "tokens", "documents", "bytes", "bits_per_token"} <= set(shown)
    for key, text in shown.items():
        number = float(text.replace(",", ""))
        decimals = len(text.partition(".")[2])
        assert number == pytest.approx(said[key], abs=0.51 * 10**-decimals), key


@pytest.mark.skipif(not CHROMIUM, reason="no Chromium here: scripts/setup chromium installs it")
@pytest.mark.parametrize("window", ["390,844", "1280,900"])
def test_a_browser_draws_it_and_nothing_is_wider_than_the_window(page, tmp_path, window):
    path, _ = page
    picture = tmp_path / "page.png"
    chromium(f"--window-size={window}", f"--screenshot={picture}", f"file://{path}")
    assert picture.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n" and picture.stat().st_size > 10_000
    # A copy that measures itself says how wide its content came out.
    probe = tmp_path / "probe.html"
    script = "<script>document.title=document.documentElement.scrollWidth+' '+innerWidth+' '+document.querySelectorAll('svg').length</script></body>"
    probe.write_text(path.read_text().replace("</body>", script))
    title = re.search("<title>(.*?)</title>", chromium(f"--window-size={window}", "--dump-dom", f"file://{probe}"))[1]
    width, window_width, plots = map(int, title.split())
    assert width <= window_width and plots >= 5


def test_it_asks_for_nothing_and_follows_light_and_dark(page):
    path, said = page
    text = path.read_text()
    assert "prefers-color-scheme:dark" in text and "width=device-width" in text
    assert not re.search(r"(src|href)\s*=|@import|url\(|fetch\(", text)
    assert json.loads(re.search(r'id="report">\s*(.*?)\s*</script>', text, re.S)[1]) == said
