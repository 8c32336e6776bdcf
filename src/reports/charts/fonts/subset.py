"""Makes NotoSansCJKsc-Subset.otf, the font of the charts that are pictures.

    pip install fonttools
    python3 subset.py NotoSansCJK-Regular.ttc

The characters: GB2312, Latin, the marks and money signs that reports use, characters of given names that GB2312 lacks,
and every character of the words, the queries and the sample of this repository.
"""

import pathlib
import sys

from fontTools import subset
from fontTools.ttLib import TTCollection

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[3]
FAMILY = "Noto Sans CJK SC"
# Common in the names of people and companies, and not in GB2312.
NAMES = (
    "喆堃珺昇玥璟翀赟镕旸昉昀晞晟暐曦杲枻柠桢梓棽楠榕樾毓沄沅泓泱洺浠淏淼湉湙溦滢潆潼澍濛炜烜烨焱煊煜熠燚燊爔玘玚玟玢珂珅珈珉珏珣珩珮琀琎琛琤琦琨琬琮琰瑀瑄瑆瑗瑜瑭瑶瑾璇璐璠璨瓒甯"
    "皓皙睿砚祎祺禛禹稷竑筠箐粲綦綮缦翊翎翙翥翯聿芃芊芮苒茗茜荀荞荣荻莀莘莹莞菁菀菡萱葳蒨蓁蔚薇蘅蘩虓诗语谌谞譞赟跞踔轩辂辰迪逯郗郦酆钊钏钰铄铖铭锃锴镇镒镠镡镱闳闻阗陟隽霁霄霆霏霖靖"
    "韬韫颉颢飏馥骁骅骐骞髙魏鸢鹭麒麾麟黎黠黻鼐龑濬祐甦堯淩峯昺垚犇鑫森磊晶淼焱矗"
)


def characters() -> set[int]:
    wanted = set(range(0x20, 0x7F)) | set(range(0xA0, 0x180))
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                wanted.add(ord(bytes((high, low)).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    wanted |= set(range(0x2010, 0x2040)) | set(range(0x20A0, 0x20C0)) | set(range(0x2190, 0x21D5)) | set(range(0x2200, 0x22A0))
    wanted |= set(range(0x2460, 0x2474)) | set(range(0x25A0, 0x2600)) | set(range(0x3000, 0x3020)) | set(range(0xFF00, 0xFFF0))
    wanted |= {ord(c) for c in NAMES}
    for folder in ("report_templates", "queries", "src/sample"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in {".toml", ".md", ".sql", ".csv", ".rs"}:
                wanted |= {ord(c) for c in path.read_text("utf-8")}
    return {c for c in wanted if c >= 0x20 and not 0xE000 <= c <= 0xF8FF}


def main() -> None:
    fonts = TTCollection(sys.argv[1], lazy=True).fonts
    font = next(font for font in fonts if font["name"].getDebugName(1) == FAMILY)
    options = subset.Options()
    options.hinting = False
    options.desubroutinize = False
    options.layout_features = []
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.notdef_outline = True
    options.recalc_timestamp = False
    options.drop_tables += ["BASE", "DSIG", "GPOS", "GSUB", "VORG", "vhea", "vmtx"]
    worker = subset.Subsetter(options)
    worker.populate(unicodes=characters())
    worker.subset(font)
    subset.save_font(font, HERE / "NotoSansCJKsc-Subset.otf", options)


if __name__ == "__main__":
    main()
