"""Takes pictures for the documentation and the Apps pages."""

from contextlib import contextmanager

from PIL import Image, ImageChops

from .common import PICTURES, ROOT, BrowserCase

ENGLISH = ROOT / "usercom_connector/static/description"
POLISH = ROOT / "docs/pictures"
WIDTH, HEIGHT, SHARPNESS = 1366, 900, 2
MARGIN = 24 * SHARPNESS


class PictureCase(BrowserCase):
    @contextmanager
    def page(self, path):
        with super().page(path) as page:
            page.resize(WIDTH, HEIGHT, SHARPNESS)
            yield page

    def keep(self, page, name, width=WIDTH, height=HEIGHT, top=None, folder=None):
        """One picture, without the empty end of the page, of few colors and so of few bytes."""
        page.resize(width, height, SHARPNESS)
        if top:
            page.scroll_to(top)
        page.shoot(f"picture_{name}")
        page.resize(WIDTH, HEIGHT, SHARPNESS)
        language = self.language[:2]
        image = Image.open(PICTURES / f"picture_{name}_{language}.png").convert("RGB")
        folder = folder or (ENGLISH if language == "en" else POLISH)
        folder.mkdir(exist_ok=True)
        whole = image.crop((0, 0, image.width, self.end_of(image)))
        whole.quantize(128).save(folder / f"{name}.png", optimize=True)

    def end_of(self, image):
        """Where the last row ends that shows anything, and a margin."""
        row = image.crop((0, image.height - 1, image.width, image.height))
        empty = row.resize(image.size)
        difference = ImageChops.difference(image, empty).getbbox()
        return min(image.height, (difference[3] if difference else 0) + MARGIN)
