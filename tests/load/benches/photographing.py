"""What a camera makes of the picture that the page shows: turned, tilted, small, out of focus, noisy, in bad light.

Everything is drawn from a seeded source, so that a run can be had again. The frame is what a cheap phone's camera
gives a page, 640 × 480 in grey; the code is the service's own picture.
"""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING, Final, NamedTuple

from PIL import Image, ImageChops, ImageFilter

from voucher_service.signing import picture

if TYPE_CHECKING:
    import random

WIDTH, HEIGHT = 640, 480
_FINER: Final = 2
"""Drawn at twice the size and then averaged, as a lens and a sensor do."""
_BACKGROUND: Final = 120
PIXELS_A_MODULE: Final = 8
"""In the service's own PNG."""

Matrix = tuple[tuple[float, float, float], ...]


class Look(NamedTuple):
    """How a code stands before the camera. Lengths in pixels, the rest as said."""

    degrees: float = 0
    tilt: tuple[float, float] = (0, 0)
    """By how much one side is nearer than the other, in parts of the code's own size."""
    module: float = 6
    """How wide a module is."""
    blur: float = 0.6
    """Radius."""
    noise: float = 4
    """The greatest error of a pixel, of 255 levels; uniform."""
    dark: float = 20
    bright: float = 235
    """The levels of black and white."""
    shade: float = 0
    """By how much the light falls off from one side of the frame to the other."""


def rendered(digits: str) -> Image.Image:
    """Return the picture of a code as the service draws it."""
    return Image.open(io.BytesIO(picture.png(digits))).convert("L")


def photograph(code: Image.Image, look: Look, draw: random.Random) -> Image.Image:
    """Return one frame of a code."""
    size = (WIDTH * _FINER, HEIGHT * _FINER)
    seen = code.transform(
        size, Image.Transform.PERSPECTIVE, _coefficients(code, look), Image.Resampling.BILINEAR, fillcolor=_BACKGROUND
    )
    frame = seen.reduce(_FINER).filter(ImageFilter.GaussianBlur(look.blur))
    levels = [round(look.dark + level * (look.bright - look.dark) / 255) for level in range(256)]
    return _with_noise(_shaded(frame.point(levels), look.shade, draw), look.noise, draw)


def _shaded(frame: Image.Image, shade: float, draw: random.Random) -> Image.Image:
    if not shade:
        return frame
    falling = Image.linear_gradient("L").rotate(draw.choice((0, 90, 180, 270))).resize(frame.size)
    return ImageChops.multiply(frame, falling.point([round(255 - level * shade) for level in range(256)]))


def _with_noise(frame: Image.Image, most: float, draw: random.Random) -> Image.Image:
    drawn = Image.frombytes("L", frame.size, draw.randbytes(frame.width * frame.height))
    errors = drawn.point([round(128 + (level - 127.5) / 127.5 * most) for level in range(256)])
    return ImageChops.add(frame, errors, scale=1.0, offset=-128)


def _coefficients(code: Image.Image, look: Look) -> tuple[float, ...]:
    """Return how a pixel of the frame finds its place in the code's picture, as Pillow wants it."""
    turn = math.radians(look.degrees)
    cos, sin = math.cos(turn), math.sin(turn)
    scale = PIXELS_A_MODULE / (look.module * _FINER)
    shown = code.width / scale
    to_centre: Matrix = ((1, 0, -WIDTH * _FINER / 2), (0, 1, -HEIGHT * _FINER / 2), (0, 0, 1))
    tilted: Matrix = ((1, 0, 0), (0, 1, 0), (look.tilt[0] / shown, look.tilt[1] / shown, 1))
    turned: Matrix = ((cos * scale, sin * scale, 0), (-sin * scale, cos * scale, 0), (0, 0, 1))
    from_centre: Matrix = ((1, 0, code.width / 2), (0, 1, code.height / 2), (0, 0, 1))
    whole = _times(from_centre, _times(turned, _times(tilted, to_centre)))
    last = whole[2][2]
    return tuple(entry / last for row in whole for entry in row)[:8]


def _times(left: Matrix, right: Matrix) -> Matrix:
    return tuple(
        (
            sum(row[inner] * right[inner][0] for inner in range(3)),
            sum(row[inner] * right[inner][1] for inner in range(3)),
            sum(row[inner] * right[inner][2] for inner in range(3)),
        )
        for row in left
    )


def cheap_phone(draw: random.Random) -> Look:
    """Draw how somebody at a door holds one phone before another, both cheap; the code fills half the frame or more."""
    dark = draw.uniform(20, 70)
    return Look(
        degrees=draw.uniform(-20, 20),
        tilt=(draw.uniform(-0.25, 0.25), draw.uniform(-0.25, 0.25)),
        module=draw.uniform(5, 8),
        blur=draw.uniform(0.5, 1.5),
        noise=draw.uniform(4, 30),
        dark=dark,
        bright=dark + draw.uniform(70, 165),
        shade=draw.uniform(0, 0.4),
    )


def trembling(hold: Look, draw: random.Random) -> Look:
    """Draw the next frame of a hold: the hands tremble, the focus wanders, the light stays."""
    return hold._replace(
        degrees=hold.degrees + draw.uniform(-3, 3),
        tilt=(hold.tilt[0] + draw.uniform(-0.04, 0.04), hold.tilt[1] + draw.uniform(-0.04, 0.04)),
        module=hold.module * draw.uniform(0.95, 1.05),
        blur=hold.blur * draw.uniform(0.7, 1.25),
    )


SINGLE: Final[dict[str, tuple[Look, ...]]] = {
    "turned 15–90°": tuple(Look(degrees=angle) for angle in (15, 30, 45, 60, 90)),
    "tilted 0.2–0.6": tuple(Look(tilt=(part, part / 2)) for part in (0.2, 0.3, 0.4, 0.5, 0.6)),
    "module of 2–4 px": tuple(Look(module=pixels) for pixels in (2, 2.5, 3, 3.5, 4)),
    "blur of 1–3 px": tuple(Look(blur=radius) for radius in (1, 1.5, 2, 2.5, 3)),
    "noise of 20–100 levels": tuple(Look(noise=level) for level in (20, 40, 60, 80, 100)),
    "contrast of 100–20 levels": tuple(Look(dark=100, bright=100 + level) for level in (100, 80, 60, 40, 20)),
    "light falling off by 20–90 %": tuple(Look(shade=part) for part in (0.2, 0.4, 0.6, 0.8, 0.9)),
}
"""One thing at a time, each in five strengths from what happens daily to what nobody should have to read."""
