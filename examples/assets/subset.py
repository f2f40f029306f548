"""Makes the fonts of the plots: the characters they use, of DejaVu Sans 2.37.

    pip install fonttools==4.68.0
    python subset.py DIRECTORY_OF_DEJAVU

DIRECTORY_OF_DEJAVU holds DejaVuSans.ttf and DejaVuSans-Bold.ttf, as in Debian's package fonts-dejavu-core 2.37-6.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

# Latin, Greek, punctuation, super- and subscripts, arrows, mathematics.
RANGES = [
    (0x20, 0x7E), (0xA0, 0xFF), (0x370, 0x3FF), (0x1D62, 0x1D6A), (0x2010, 0x2016), (0x2018, 0x201E), (0x2020, 0x2022),
    (0x2026, 0x2026), (0x2030, 0x2033), (0x2070, 0x209C), (0x2113, 0x2113), (0x2155, 0x215E), (0x2190, 0x2193),
    (0x2200, 0x221E), (0x2223, 0x222B), (0x2248, 0x2248), (0x2260, 0x226B), (0x22C5, 0x22C5), (0x27E8, 0x27E9),
]


def keep_side_bearings(font):
    """Adds an invisible outline at the origin to every glyph that begins to the right of it.

    plotters 0.3.7 draws a glyph from the left end of its ink rather than from its origin, and so loses the white space
    that the font has there. With this outline the ink begins at the origin. Composite glyphs get it from their parts.
    """
    glyphs, table = font.getGlyphSet(), font["glyf"]
    for name in font.getGlyphOrder():
        if table[name].numberOfContours > 0 and table[name].xMin > 0:
            pen = TTGlyphPen(None)
            glyphs[name].draw(pen)
            pen.moveTo((0, 0))
            pen.lineTo((0, 1))
            pen.lineTo((0, 0))
            pen.closePath()
            table[name] = pen.glyph()
    for name in font.getGlyphOrder():
        table[name].recalcBounds(table)
        font["hmtx"][name] = (font["hmtx"][name][0], getattr(table[name], "xMin", 0))


for name in ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"]:
    font = TTFont(Path(sys.argv[1]) / name, recalcTimestamp=False)
    options = subset.Options(hinting=False, layout_features=[], legacy_kern=True, name_IDs=[0, 1, 2, 3, 4, 5, 6, 14])
    options.drop_tables += ["FFTM", "GDEF", "GPOS", "GSUB", "MATH"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[code for first, last in RANGES for code in range(first, last + 1)])
    subsetter.subset(font)
    keep_side_bearings(font)
    font.save(Path(__file__).parent / name)
