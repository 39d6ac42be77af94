"""Make the README's animated picture of the training deck: a real one, in a real JupyterLab.

Run as `python -m tools.deck_picture [FILE]`; it needs chromium, and Pillow, which matplotlib brings.
"""

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image

from tests.browser import Lab
from tests.notebooks import ROOT, notebook
from tests.widget_page import find, settle, wait

FILE = ROOT / "docs" / "training_deck.webp"
SOURCE = """
import mlpkit
from mlpkit.widgets import TrainingDeck
deck = TrainingDeck(mlpkit.load(), epochs=3)
deck
"""
LIVE, FORKED, LOOKS = 14, 8, (1900, 1200, 700, 300)  # frames of each kind; steps that are looked back at
WIDTH, FRAME = 880, 220  # pixels; milliseconds


def main(arguments: list[str] | None = None) -> int:
    """Train, look back, fork with a tenth of the rate, and write what was seen, animated."""
    arguments = sys.argv[1:] if arguments is None else arguments
    file = Path(arguments[0]) if arguments else FILE
    with tempfile.TemporaryDirectory(prefix="mlpkit-deck-") as folder:
        lab = Lab(folder)
        try:
            frames = film(lab)
        finally:
            lab.close()
    file.parent.mkdir(exist_ok=True)
    first, *rest = alike([Image.open(io.BytesIO(frame)).convert("RGB") for frame in frames])
    holds = [1200, *[FRAME] * (len(rest) - 1), 2500]
    first.save(file, save_all=True, append_images=rest, duration=holds, loop=0, quality=70, method=6)
    print(f"{file}: {len(frames)} pictures, {file.stat().st_size / 1e6:.1f} MB")
    return 0


def film(lab: Lab) -> list[bytes]:
    """The deck at rest, training, looked back at, and going on from there.

    lab: Lab
    returns: PNG files
    """
    page = lab.open(notebook(SOURCE))
    lab.command("application:toggle-left-area")
    lab.page.set_viewport_size({"width": 1080, "height": 1150})
    page.run(0)
    deck = find(page)
    wait(deck, status="ready")
    settle(lab)
    frames = [deck.screenshot()]
    deck.get_by_role("button", name="Start").click()
    for i in range(LIVE):
        wait(deck, number=f"x >= {2580 * (i + 1) / LIVE:.0f}")
        frames.append(deck.screenshot())
    for step in LOOKS:
        deck.get_by_label("Look back at step").fill(str(step))
        wait(deck, looking=step, shown=f"x <= {step}")
        settle(lab)
        frames += [deck.screenshot()] * 2
    deck.get_by_role("button", name="Fork from").click()
    wait(deck, run=2)
    deck.get_by_label("Learning rate", exact=True).fill("0.0001")
    deck.get_by_label("Learning rate", exact=True).press("Enter")
    wait(deck, rate="0.0001")
    deck.get_by_role("button", name="Continue").click()
    for i in range(FORKED):
        wait(deck, number=f"x >= {300 + 2280 * (i + 1) / FORKED:.0f}")
        frames.append(deck.screenshot())
    return frames


def alike(pictures: list[Image.Image]) -> list[Image.Image]:
    """All pictures as high as the highest, white below, and as wide as a README shows them.

    pictures: list of PIL images
    returns: list of PIL images
    """
    wide, high = pictures[0].width, max(picture.height for picture in pictures)
    sheets = [Image.new("RGB", (wide, high), "white") for _ in pictures]
    for sheet, picture in zip(sheets, pictures):
        sheet.paste(picture)
    return [sheet.resize((WIDTH, round(high * WIDTH / wide)), Image.Resampling.LANCZOS) for sheet in sheets]


if __name__ == "__main__":
    sys.exit(main())
