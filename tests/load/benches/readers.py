"""The readers that may stand before a code: zxing-cpp, OpenCV, zbar and jsQR, as far as this machine has them.

zxing-cpp is what the scanner's page uses, compiled to WebAssembly there; jsQR is its fallback, run here by node from
the very file that the page loads. Which of them are missing, and how to get them, is said and not passed over.
"""

from __future__ import annotations

import shutil
import subprocess
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import zxingcpp

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PIL import Image

JSQR: Final = Path(__file__).resolve().parents[3] / "voucher_service/static/vendor/jsqr-1.4.0/jsQR.js"
_READ_WITH_JSQR: Final = """
const jsQR = require(process.argv[1]);
const [width, height] = process.argv.slice(2).map(Number);
const frames = require("fs").readFileSync(0);
for (let start = 0; start < frames.length; start += width * height) {
  const pixels = new Uint8ClampedArray(4 * width * height);
  for (let at = 0; at < pixels.length; at += 4) {
    pixels[at] = pixels[at + 1] = pixels[at + 2] = frames[start + at / 4];
    pixels[at + 3] = 255;
  }
  console.log(jsQR(pixels, width, height)?.data ?? "");
}
"""


class Reader(NamedTuple):
    """`read` takes frames of one size and returns the digits in each, or an empty text."""

    name: str
    read: Callable[[Sequence[Image.Image]], list[str]]


def here() -> tuple[list[Reader], list[str]]:
    """Return the readers of this machine, zxing-cpp first, and how to get those that are missing."""
    found, missing = [Reader(f"zxing-cpp {version('zxing-cpp')}", _with_zxing)], []
    for make, advice in (
        (_opencv, "OpenCV: .venv/bin/pip install opencv-python-headless"),
        (_zbar, "zbar: .venv/bin/pip install pyzbar, and Debian's libzbar0"),
        (_jsqr, "jsQR: Debian's nodejs"),
    ):
        try:
            found.append(make())
        except (ImportError, FileNotFoundError):
            missing.append(advice)
    return found, missing


def _with_zxing(frames: Sequence[Image.Image]) -> list[str]:
    def read(frame: Image.Image) -> str:
        codes = zxingcpp.read_barcodes(frame, formats=zxingcpp.BarcodeFormat.QRCode)
        return codes[0].text if codes else ""

    return [read(frame) for frame in frames]


def _opencv() -> Reader:
    cv2: Any = import_module("cv2")
    numpy: Any = import_module("numpy")
    detector = cv2.QRCodeDetector()

    def read(frame: Image.Image) -> str:
        try:
            return str(detector.detectAndDecode(numpy.asarray(frame))[0])
        except cv2.error:
            return ""  # its own complaint about a frame that it cannot make sense of

    return Reader(f"OpenCV {cv2.__version__}", lambda frames: [read(frame) for frame in frames])


def _zbar() -> Reader:
    pyzbar: Any = import_module("pyzbar.pyzbar")

    def read(frame: Image.Image) -> str:
        codes = pyzbar.decode(frame, symbols=[pyzbar.ZBarSymbol.QRCODE])
        return codes[0].data.decode("ascii", "replace") if codes else ""

    return Reader(f"zbar (pyzbar {version('pyzbar')})", lambda frames: [read(frame) for frame in frames])


def _jsqr() -> Reader:
    if shutil.which("node") is None:
        raise FileNotFoundError("node")

    def read(frames: Sequence[Image.Image]) -> list[str]:
        width, height = frames[0].size
        command = ["node", "-e", _READ_WITH_JSQR, str(JSQR), str(width), str(height)]
        raw = b"".join(frame.tobytes() for frame in frames)
        return subprocess.run(command, input=raw, capture_output=True, check=True).stdout.decode().split("\n")[:-1]

    return Reader(f"jsQR {JSQR.parent.name.removeprefix('jsqr-')}", read)
