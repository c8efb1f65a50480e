"""Cut Noto Sans to what our languages need, as one file with every weight from 400 to 700.

    python font/subset.py node_modules/@expo-google-fonts/noto-sans ../static/noto-sans-subset.woff2

Letters: Latin, Latin Extended-A with what Romani and Serbo-Croatian add, Cyrillic, and the signs
of money and typography. The regular and the bold master are joined into one variable font, which
is smaller than the two apart. Needs font/requirements.txt; running Zanat does not.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from fontTools import subset, varLib
from fontTools.designspaceLib import AxisDescriptor, DesignSpaceDocument, SourceDescriptor
from fontTools.ttLib import TTFont

LETTERS: Final = (
    "0020-007E,00A0-017F,0192,01C4-01CC,0218-021B,02C6,02C7,02D8-02DD,0300-030C,0400-045F,"
    "0490-0491,04D8-04D9,04E8-04E9,2007-200B,2010-2015,2018-201E,2020-2022,2026,202F,2030,"
    "2032,2033,2039,203A,2044,20AC,2116,2122,2190-2193,2212,2260,2264,2265,25CF"
)
FEATURES: Final = ["kern", "mark", "ccmp", "locl"]
"""locl gives Serbian its own form of some Cyrillic letters."""
MASTERS: Final = (
    ("400Regular/NotoSans_400Regular.ttf", 400),
    ("700Bold/NotoSans_700Bold.ttf", 700),
)
BYTES_MAX: Final = 60_000


def cut(path: Path) -> TTFont:
    """The font with our letters alone."""
    options = subset.Options()
    options.hinting = False
    options.layout_features = FEATURES
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.notdef_outline = True
    font = TTFont(path, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=subset.parse_unicodes(LETTERS))
    subsetter.subset(font)
    return font


def join(folder: Path) -> TTFont:
    """One variable font of the masters in ``folder``."""
    design = DesignSpaceDocument()
    axis = AxisDescriptor()
    axis.tag, axis.name = "wght", "Weight"
    axis.minimum, axis.default, axis.maximum = 400, 400, 700
    design.addAxis(axis)
    for name, weight in MASTERS:
        source = SourceDescriptor()
        source.font = cut(folder / name)
        source.location = {"Weight": weight}
        design.addSource(source)
    font, _, _ = varLib.build(design)
    font.recalcTimestamp = False
    return font


def main(folder: str, target: str) -> None:
    """Write the font; refuse one that is too heavy for a phone."""
    font = join(Path(folder))
    font.flavor = "woff2"
    font.save(target)
    size = Path(target).stat().st_size
    if size > BYTES_MAX:
        sys.exit(f"{target} has {size} bytes, more than {BYTES_MAX}")


if __name__ == "__main__":
    main(*sys.argv[1:])
