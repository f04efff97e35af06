"""Draw the pictures of the readme anew, in both languages: ``make pictures``.

It needs Chromium for the pages, and for the sheets LibreOffice, poppler's pdftoppm and
the font Carlito, which has the widths of Excel's own.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal

from PIL import Image
from playwright.sync_api import sync_playwright

import ektp_sched as ek
from ektp_sched.example import write_start

if TYPE_CHECKING:
    from playwright.sync_api import Page

HERE = Path(__file__).parent
START = "2017-09-12"
WIDTH = 1100
# From the title to the end of the first figure: the answer and what it rests on.
PART = """
() => {
  const figure = document.querySelector('figure svg').getBoundingClientRect();
  return {x: 0, y: 0, width: innerWidth, height: figure.bottom + 8};
}
"""


def small(source: Path, target: Path) -> None:
    """Keep a picture in 64 colours: a third of its bytes."""
    with Image.open(source) as picture:
        picture.convert("RGB").quantize(64).save(target, optimize=True)
    print(f"{target.name}: {target.stat().st_size // 1024} kB")


def sheet(folder: Path) -> Path:
    """Return the first page of the first batch sheet of a plan as a picture."""
    workbook = min(folder.glob("batches/**/*.xlsx"))
    own = f"-env:UserInstallation={(folder / 'settings').as_uri()}"
    command = ["soffice", own, "--headless", "--convert-to", "pdf", "--outdir"]
    subprocess.run([*command, folder, workbook], check=True, capture_output=True)
    paper, picture = folder / f"{workbook.stem}.pdf", folder / "sheet"
    command = ["pdftoppm", "-png", "-r", "80", "-l", "1", "-singlefile"]
    subprocess.run([*command, paper, picture], check=True)
    return picture.with_suffix(".png")


def draw(page: Page, folder: Path, code: Literal["en", "id"]) -> None:
    """Draw the sheet in one language, and in English the answer of a comparison."""
    write_start(folder, example="kupang", language=code)
    office = ek.Office.load(folder / "office.toml")
    backlog = ek.read_backlog(folder / "backlog.csv", office)
    plan = ek.plan(backlog, office, start=START, days=60)
    plan.save(folder / "plan", report=False, lang=code)
    small(sheet(folder / "plan"), HERE / f"batch-sheet.{code}.png")
    if code == "id":
        return
    compared = ek.compare(backlog, office, folder / "scenarios.toml", start=START)
    compared.save(folder / "compared")
    page.goto((folder / "compared/report.html").as_uri())
    page.screenshot(path=folder / "part.png", clip=page.evaluate(PART), full_page=True)
    small(folder / "part.png", HERE / f"comparison.{code}.png")


def main() -> None:
    """Draw all of them."""
    with TemporaryDirectory() as temporary, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": WIDTH, "height": 900})
        for code in ("en", "id"):
            draw(page, Path(temporary, code), code)
        browser.close()


if __name__ == "__main__":
    main()
