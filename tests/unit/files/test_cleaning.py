"""Files are known by content; pictures are made anew; documents and sheets that act are refused."""

from __future__ import annotations

import io
import resource
import subprocess
import time
import zlib

import pikepdf
import pytest
from PIL import Image

from shared.errors import Invalid
from shared.files import cleaning, pages, pictures, sheets
from shared.files.cleaning import BYTES_MAX, clean
from shared.files.kinds import JPEG, PDF, PICTURES, PNG, WEBP, XLSX, kind_of

from .samples import pdf, photo, png_of_size, sheet, telling_photo

ELSEWHERE = cleaning._elsewhere


@pytest.fixture(autouse=True)
def opened_here(monkeypatch):
    """Most tests open files in this process, since starting another takes a third of a second."""

    def here(media_type, content, *, keep_position):
        kept = cleaning._opened(media_type, content, keep_position=keep_position)
        return kept if media_type in PICTURES else content

    monkeypatch.setattr(cleaning, "_elsewhere", here)


@pytest.fixture
def elsewhere(monkeypatch):
    """Files are opened as the product opens them: in a process of its own."""
    monkeypatch.setattr(cleaning, "_elsewhere", ELSEWHERE)


def refused(content: bytes, **options) -> str:
    with pytest.raises(Invalid) as refusal:
        clean(content, **options)
    return refusal.value.code


def dot(picture: Image.Image, x: int, y: int) -> tuple[int, ...]:
    found = picture.convert("RGB").getpixel((x, y))
    assert isinstance(found, tuple)
    return found


# Known by content


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "file-is-svg"),
        (b"\xef\xbb\xbf <?xml version='1.0'?>\n<!-- x --><svg/>", "file-is-svg"),
        (b"II*\x00\x08\x00\x00\x00", "file-is-tiff"),
        (b"MM\x00*\x00\x00\x00\x08", "file-is-tiff"),
        (b"\x00\x00\x00\x18ftypheic", "file-is-heic"),
        (b"\x00\x00\x00\x1cftypavif", "file-is-heic"),
        (b"GIF89a", "file-is-gif"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "file-is-old-office"),
        (b"<html><script>alert(1)</script>", "file-kind-unknown"),
        (b"MZ\x90", "file-kind-unknown"),
        (b"\x7fELF", "file-kind-unknown"),
        (b"", "file-empty"),
        (b"%PDF-" + bytes(BYTES_MAX), "file-too-large"),
    ],
)
def test_what_is_not_taken_is_refused_in_words(content, code):
    assert refused(content) == code


def test_a_kind_that_this_place_does_not_take_is_refused():
    assert refused(pdf(), kinds=PICTURES) == "file-kind-unknown"
    assert kind_of(pdf()) == PDF


# Pictures


@pytest.mark.parametrize(("form", "media_type"), [("JPEG", JPEG), ("PNG", PNG), ("WEBP", WEBP)])
def test_a_picture_looks_as_it_did(form, media_type):
    kept = clean(photo(form))
    assert kept.media_type == media_type
    with Image.open(io.BytesIO(kept.content)) as picture:
        assert picture.size == (64, 48)
        red, white = dot(picture, 5, 5), dot(picture, 60, 5)
        assert red[0] > 200 > 80 > red[1] and min(white) > 240


def test_nothing_that_a_camera_wrote_is_kept():
    given = telling_photo()
    assert all(word in given for word in (b"CameraOfMira", b"Mira Primer", b"2026:03:01", b"xmp"))
    kept = clean(given).content
    assert b"Mira" not in kept and b"2026" not in kept and b"Exif" not in kept
    with Image.open(io.BytesIO(kept)) as picture:
        assert not picture.getexif() and not picture.info.get("comment")
        assert "icc_profile" not in picture.info


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_what_other_kinds_hold_beside_the_picture_is_gone(form):
    exif = Image.Exif()
    exif[0x013B] = "Mira Primer"
    kept = clean(photo(form, exif=exif) + b"trailing of Mira").content
    assert b"Mira" not in kept


def test_a_picture_stands_upright():
    with Image.open(io.BytesIO(clean(telling_photo(orientation=6)).content)) as picture:
        assert picture.size == (48, 64)
        top, bottom = dot(picture, 24, 5), dot(picture, 24, 60)
        assert top[1] < 80 and bottom[1] > 200


def test_the_place_stays_with_consent_and_nothing_else():
    kept = clean(telling_photo(), keep_position=True).content
    with Image.open(io.BytesIO(kept)) as picture:
        exif = picture.getexif()
        assert set(exif.get_ifd(0x8825)) == {1, 2, 3, 4}
        assert [round(float(part), 1) for part in exif.get_ifd(0x8825)[2]] == [44.0, 0.0, 38.5]
        assert set(exif) == {0x8825}
    assert b"Mira" not in kept and b"2026" not in kept
    assert b"Exif" not in clean(photo(), keep_position=True).content


def test_a_large_picture_is_made_smaller():
    kept = clean(photo(size=(5000, 2500))).content
    with Image.open(io.BytesIO(kept)) as picture:
        assert max(picture.size) == pictures.KEPT_SIDE_MAX


def test_a_bomb_of_a_picture_is_judged_by_its_head():
    began = time.monotonic()
    bomb = png_of_size(60_000, 60_000)
    assert len(bomb) < 1000 and refused(bomb) == "picture-too-large"
    assert refused(png_of_size(25_000, 10)) == "picture-too-large"
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_a_picture_that_moves_is_refused(form):
    out = io.BytesIO()
    one, other = Image.new("RGB", (8, 8), "red"), Image.new("RGB", (8, 8), "blue")
    one.save(out, form, save_all=True, append_images=[other], duration=100)
    assert refused(out.getvalue()) == "picture-moves"


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "1", "I;16"])
def test_every_way_of_keeping_colours_can_be_read(mode):
    out = io.BytesIO()
    Image.new("L" if mode == "I;16" else "RGB", (9, 9)).convert(mode).save(out, "PNG")
    assert clean(out.getvalue()).media_type == PNG
    cmyk = io.BytesIO()
    Image.new("CMYK", (9, 9)).save(cmyk, "JPEG")
    assert clean(cmyk.getvalue()).media_type == JPEG


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_broken_picture_is_refused(form):
    whole = photo(form, size=(640, 480))
    assert refused(whole[: len(whole) // 2]) == "file-unreadable"
    assert refused(whole[:16]) == "file-unreadable"


# PDF


def test_a_document_is_kept_as_it_came():
    given = pdf(pages=3)
    assert clean(given).content == given


def action(**entries):
    def change(document):
        document.Root.OpenAction = document.make_indirect(
            pikepdf.Dictionary({f"/{name}": value for name, value in entries.items()})
        )

    return change


def attached(document):
    document.attachments["list.exe"] = b"MZ"


def hidden_annotation(document):
    """A link whose action is buried in a dictionary that has no number of its own."""
    inner = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name.Link,
        Rect=[0, 0, 9, 9],
        A=pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("cmd.exe")),
    )
    document.pages[0].Annots = pikepdf.Array([inner])


def acting_form(document):
    document.Root.AcroForm = pikepdf.Dictionary(XFA=pikepdf.String("x"), Fields=pikepdf.Array())


def film(document):
    note = pikepdf.Dictionary(Subtype=pikepdf.Name.RichMedia, Rect=[0, 0, 9, 9])
    document.pages[0].Annots = pikepdf.Array([document.make_indirect(note)])


@pytest.mark.parametrize(
    "change",
    [
        action(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)")),
        action(S=pikepdf.Name.Launch, F=pikepdf.String("cmd.exe")),
        action(S=pikepdf.Name.SubmitForm, F=pikepdf.String("https://elsewhere.example")),
        action(S=pikepdf.Name.GoToR, F=pikepdf.String("\\\\elsewhere\\share")),
        attached,
        hidden_annotation,
        acting_form,
        film,
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_document_that_acts_or_carries_files_is_refused(change, packed):
    modes = pikepdf.ObjectStreamMode
    given = pdf(change, object_stream_mode=modes.generate if packed else modes.disable)
    assert refused(given) == "document-acts"


def test_a_link_to_the_web_may_stay():
    clean(pdf(action(S=pikepdf.Name.URI, URI=pikepdf.String("https://example.org"))))


@pytest.mark.parametrize("user", ["", "secret"])
def test_a_locked_document_is_refused(user):
    locked = pdf(encryption=pikepdf.Encryption(owner="other", user=user))
    assert refused(locked) == "document-locked"


def test_a_document_of_too_many_pages_or_none_is_refused():
    assert refused(pdf(pages=pages.PAGES_MAX + 1)) == "document-too-long"
    assert refused(b"%PDF-1.7\n%%EOF") == "file-unreadable"
    assert refused(b"%PDF-1.7 business plan") == "file-unreadable"


def bomb_stream(*filters: pikepdf.Name, size: int):
    def change(document):
        data = bytes(size)
        for _ in filters:
            data = zlib.compress(data, 9)
        stream = pikepdf.Stream(document, b"")
        stream.write(data, filter=pikepdf.Array(filters))
        document.Root.Hidden = stream

    return change


def test_a_document_that_unpacks_to_gigabytes_is_refused():
    flate = pikepdf.Name.FlateDecode
    plain = {"compress_streams": False, "stream_decode_level": pikepdf.StreamDecodeLevel.none}
    large = pages.STREAM_BYTES_MAX + 1024
    assert refused(pdf(bomb_stream(flate, size=large), **plain)) == "document-too-large"
    assert refused(pdf(bomb_stream(flate, flate, size=9999), **plain)) == "document-too-large"


# Sheets


def test_a_sheet_is_kept_as_it_came():
    link = b'<Relationship Type="http://x/relationships/hyperlink" TargetMode="External"/>'
    given = sheet({"xl/worksheets/_rels/sheet1.xml.rels": link})
    assert clean(given).content == given and clean(given).media_type == XLSX


FETCHES = (
    b'<Relationships><Relationship Id="a" Type="http://x/relationships/image"'
    b' Target="https://elsewhere.example/p" TargetMode="External"/></Relationships>'
)


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"xl/vbaProject.bin": b"x"}, "sheet-acts"),
        ({"xl/externalLinks/externalLink1.xml": b"<x/>"}, "sheet-acts"),
        ({"xl/embeddings/oleObject1.bin": b"x"}, "sheet-acts"),
        ({"xl/macrosheets/sheet1.xml": b"<x/>"}, "sheet-acts"),
        ({"xl/connections.xml": b"<x/>"}, "sheet-acts"),
        ({"xl/drawings/_rels/d.xml.rels": FETCHES}, "sheet-acts"),
        ({"xl/a.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"}, "file-unreadable"),
        ({"xl/a.xml": "<a/>".encode("utf-16")}, "file-unreadable"),
        ({"../xl/a.xml": b"<a/>"}, "file-unreadable"),
        ({"/etc/passwd": b"x"}, "file-unreadable"),
        ({"[Content_Types].xml": b"<Types/>"}, "sheet-unknown"),
        (
            {"[Content_Types].xml": b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"},
            "sheet-acts",
        ),
        ({"xl/a.xml": bytes(b" " * (sheets.ENTRY_BYTES_MAX + 1))}, "sheet-too-large"),
        ({"xl/a.xml": b" " * 4_000_000}, "sheet-too-large"),
        ({f"xl/a{n}.xml": b"" for n in range(sheets.ENTRIES_MAX)}, "sheet-too-large"),
    ],
)
def test_a_sheet_with_what_acts_or_grows_is_refused(parts, code):
    assert refused(sheet(parts)) == code


def test_a_packed_folder_that_is_no_sheet_is_refused():
    assert refused(b"PK\x03\x04" + bytes(100)) == "file-unreadable"
    whole = sheet()
    assert refused(whole[: len(whole) // 2]) == "file-unreadable"


def test_sizes_that_lie_do_not_help():
    """The directory says 10 bytes; it is the unpacked bytes that are counted."""
    bomb = bytearray(sheet({"xl/a.xml": b" " * 40_000_000}))
    size = (40_000_000).to_bytes(4, "little")
    lied = bytes(bomb).replace(size, (10).to_bytes(4, "little"))
    assert lied != bytes(bomb)
    assert refused(lied) in ("sheet-too-large", "file-unreadable")


# In a process of its own


def test_every_kind_comes_through_and_is_refused_there_too(elsewhere):
    for given in (photo("JPEG"), photo("PNG"), photo("WEBP"), pdf(), sheet()):
        clean(given)
    assert b"Mira" not in clean(telling_photo()).content
    assert b"Exif" in clean(telling_photo(), keep_position=True).content
    assert refused(pdf(pages=pages.PAGES_MAX + 1)) == "document-too-long"


@pytest.mark.parametrize(
    ("form", "size", "options"),
    [
        ("JPEG", (8160, 6120), {"progressive": True}),
        ("JPEG", (8160, 6120), {"subsampling": 0}),
        ("PNG", (5800, 4300), {"compress_level": 1}),
        ("WEBP", (4600, 3450), {"quality": 10, "method": 0}),
    ],
)
def test_the_largest_pictures_that_are_taken_fit_into_its_memory(elsewhere, form, size, options):
    exif = Image.Exif()
    exif[0x0112] = 6
    with Image.open(
        io.BytesIO(clean(photo(form, size=size, exif=exif, **options)).content)
    ) as kept:
        assert max(kept.size) == kept.size[1] == pictures.KEPT_SIDE_MAX


def test_bombs_do_not_grow_this_process(elsewhere):
    bomb = sheet({"xl/a.xml": b" " * 60_000_000})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refused(png_of_size(60_000, 60_000))
    refused(bomb)
    grown_kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kilobytes < 20_000


def test_what_breaks_or_hangs_the_other_process_is_refused(monkeypatch, elsewhere):
    with monkeypatch.context() as slow:
        slow.setattr(cleaning, "SECONDS_MAX", 0.001)
        assert refused(photo()) == "file-unreadable"
    assert clean(photo()).content


def test_the_other_process_has_no_secrets(monkeypatch, elsewhere):
    monkeypatch.setenv("ZANAT_MASTER_KEY_FILE", "/run/secrets/master_key")
    seen = {}

    def run(command, **options):
        seen.update(options["env"])
        raise subprocess.TimeoutExpired(command, 0)

    monkeypatch.setattr(subprocess, "run", run)
    assert refused(photo()) == "file-unreadable"
    assert set(seen) == {"PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "LANG"}
