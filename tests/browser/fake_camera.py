"""What a cheap phone's camera would see: a live code held at an angle, a little out of focus, in bad light."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import segno
from PIL import Image, ImageChops, ImageFilter

if TYPE_CHECKING:
    from pathlib import Path

FRAME = (1280, 720)
FRAMES = 12
SIDE = 441
DARKEST, BRIGHTEST = 40, 215
CORNERS = (0.08, 0.02, 0.0, 0.93, 0.97, 1.0, 1.0, 0.1)
"""Where the code's corners (top left, bottom left, bottom right, top right) come to lie, in parts of its width."""
CAMERA_ARGS = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")


def draw(digits: str) -> Image.Image:
    """Draw one code as a clean picture."""
    picture = io.BytesIO()
    segno.make(digits, error="m", micro=False).save(picture, kind="png", scale=9, border=4)
    return Image.open(picture).convert("L")


def of_screen(screenshot: bytes) -> Image.Image:
    """Return a picture that was taken of a phone's screen, as large as a drawn one."""
    return Image.open(io.BytesIO(screenshot)).convert("L").resize((SIDE, SIDE))


def photograph(code: Image.Image) -> Image.Image:
    """Show a code as it looks on a phone that somebody holds up."""
    tilted = code.transform(
        code.size,
        Image.Transform.QUAD,
        [-(part - inner) * code.width + inner * code.width for part, inner in zip(CORNERS, _SQUARE, strict=True)],
        Image.Resampling.BICUBIC,
        fillcolor=255,
    ).rotate(-9, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    frame = Image.new("L", FRAME, 120)
    frame.paste(tilted, ((FRAME[0] - tilted.width) // 2, (FRAME[1] - tilted.height) // 2))
    dimmed = frame.point([DARKEST + value * (BRIGHTEST - DARKEST) // 255 for value in range(256)])
    noise = Image.effect_noise(FRAME, 34)
    return ImageChops.add(dimmed.filter(ImageFilter.GaussianBlur(1.1)), noise, scale=1.0, offset=-128)


_SQUARE = (0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 0.0)


def film(code: Image.Image, path: Path) -> Path:
    """Write a short film of the code, as Chromium's fake camera plays it; the noise is another in each frame."""
    with path.open("wb") as file:
        for _ in range(FRAMES):
            photograph(code).convert("RGB").save(file, format="jpeg", quality=70)
    return path
