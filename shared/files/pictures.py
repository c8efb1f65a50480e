"""Photos are decoded and made anew: only what can be seen of them is kept.

    cleaned("image/jpeg", content, keep_position=False)   ->  the bytes of a new JPEG

Gone is what a camera or a program wrote beside the picture: EXIF with place, time and device, its
small copy of the picture before somebody cut it, comments, XMP, further pictures, whatever follows
the end. The direction in which the camera was held is applied. Colours become sRGB. With
``keep_position`` (the person consented) latitude and longitude stay, and nothing else.

Sizes are read from the head of the file and judged before anything is decoded, since a picture of
some kilobytes can be gigabytes once it is decoded.
"""

from __future__ import annotations

import contextlib
import io
from typing import Any, Final

from PIL import Image, ImageCms, ImageFile, ImageOps

from shared.errors import Invalid
from shared.files.kinds import JPEG, PNG, WEBP, unreadable
from shared.language.marking import N_

PIXELS_MAX: Final = {"JPEG": 50_000_000, "MPO": 50_000_000, "PNG": 25_000_000, "WEBP": 16_000_000}
"""What phones' cameras make unless told otherwise; a JPEG alone can be decoded at a part of it."""

SIDE_MAX: Final = 20_000
KEPT_SIDE_MAX: Final = 3600
"""A page of A4 at 300 dots an inch; larger ones are made smaller."""

QUALITY: Final = 85
_FORMATS: Final = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP"}
_GPS: Final = 0x8825
_LATITUDE_AND_LONGITUDE: Final = (1, 2, 3, 4)
_FIRST_PICTURE_COUNTS: Final = "MPO"
"""A phone's JPEG with more pictures behind the first: depth, the brighter copy."""


def cleaned(media_type: str, content: bytes, *, keep_position: bool) -> bytes:
    """A new picture of the same kind. Raises Invalid for one that is too large, moves or breaks."""
    # Our own limits are asked first and are lower than the library's, which only warns.
    Image.MAX_IMAGE_PIXELS = None
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with Image.open(io.BytesIO(content), formats=[_FORMATS[media_type]]) as picture:
            _check_size(picture)
            position = _position(picture) if keep_position else None
            shown = _shown(picture)
            return _encoded(shown, _FORMATS[media_type], position)
    except Invalid:
        raise
    except (OSError, ValueError, SyntaxError, ArithmeticError, LookupError, TypeError) as error:
        # Pillow tells of broken files by any of these.
        raise unreadable() from error


def _check_size(picture: Any) -> None:
    width, height = picture.size
    pixels_max = PIXELS_MAX[picture.format]
    if width * height > pixels_max or max(width, height) > SIDE_MAX:
        raise Invalid(
            "picture-too-large",
            N_("This picture has too many dots: at most {megapixels} million."),
            megapixels=pixels_max // 1_000_000,
        )
    if getattr(picture, "n_frames", 1) > 1 and picture.format != _FIRST_PICTURE_COUNTS:
        raise Invalid("picture-moves", N_("This picture moves. Send one that stands still."))


def _shown(picture: Any) -> Image.Image:
    """The picture as people see it: upright, in sRGB, not larger than is kept."""
    # A JPEG can be decoded at a half, a quarter or an eighth of its size.
    part = min(1.0, KEPT_SIDE_MAX / max(picture.size))
    picture.draft(None, tuple(int(side * part) for side in picture.size))
    if picture.mode not in ("P", "1"):
        # As early as can be: what follows makes copies.
        picture.thumbnail((KEPT_SIDE_MAX, KEPT_SIDE_MAX), Image.Resampling.LANCZOS)
    picture.load()
    shown: Image.Image = ImageOps.exif_transpose(picture)
    profile = picture.info.get("icc_profile")
    see_through = shown.mode in ("RGBA", "LA", "PA", "La") or "transparency" in picture.info
    if profile and shown.mode in ("RGB", "RGBA", "L", "CMYK"):
        # A profile that makes no sense is left aside, as browsers do.
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError):
            mode = "RGBA" if shown.mode == "RGBA" else "RGB"
            converted = ImageCms.profileToProfile(
                shown,
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode=mode,
            )
            shown = converted or shown
    if shown.mode.startswith("I") or shown.mode == "F":
        shown = shown.convert("L")
    elif see_through:
        shown = shown.convert("RGBA")
    elif shown.mode not in ("L", "RGB"):
        shown = shown.convert("RGB")
    shown.thumbnail((KEPT_SIDE_MAX, KEPT_SIDE_MAX), Image.Resampling.LANCZOS)
    # A picture without a past: what Pillow read beside the dots is not copied into it.
    return Image.frombytes(shown.mode, shown.size, shown.tobytes())


def _encoded(shown: Image.Image, form: str, position: Image.Exif | None) -> bytes:
    out = io.BytesIO()
    options: dict[str, Any] = {"exif": position} if position is not None else {}
    if form == "PNG":
        shown.save(out, form, optimize=False, **options)
    else:
        shown = shown if form == "WEBP" or shown.mode != "RGBA" else shown.convert("RGB")
        shown.save(out, form, quality=QUALITY, **options)
    return out.getvalue()


def _position(picture: Any) -> Image.Exif | None:
    """Latitude and longitude alone; None where there are none that can be read."""
    given = picture.getexif().get_ifd(_GPS)
    kept = {tag: given[tag] for tag in _LATITUDE_AND_LONGITUDE if tag in given}
    if len(kept) < len(_LATITUDE_AND_LONGITUDE):
        return None
    if kept[1] not in ("N", "S") or kept[3] not in ("E", "W"):
        return None
    for tag in (2, 4):
        kept[tag] = tuple(float(part) for part in kept[tag])
        if len(kept[tag]) != 3 or not all(0 <= part <= 180 for part in kept[tag]):
            return None
    exif = Image.Exif()
    exif.get_ifd(_GPS).update(kept)
    return exif
