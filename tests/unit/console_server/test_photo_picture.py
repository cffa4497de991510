"""What is taken as a photo, and what is left of it: the picture, and nothing that came with it."""

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from photo_files import located, picture, png_claiming, polyglot, several_in_one
from PIL import Image

from console_server.errors import Invalid, PhotoTooLarge, PhotoTypeRefused, PhotoUnreadable
from console_server.photos.limits import PIXELS_CEILING
from console_server.photos.picture import KEPT_SIDE_PX, THUMBNAIL_SIDE_PX, Picture, read_picture

MOST = 50_000_000


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


def is_red(pixel: object) -> bool:
    red, _, blue = pixel  # type: ignore[misc]
    return bool(red > 150 and blue < 90)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_but_the_picture_is_kept(kind: str) -> None:
    sent = located(kind)
    kept = read_picture(sent, MOST)
    assert b"SecretPhone" in sent or b"secret" in sent
    for content in (kept.content, kept.thumbnail):
        assert opened(content).format == "JPEG"
        assert len(opened(content).getexif()) == 0
        left = set(opened(content).info) - {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert left == set()
        assert not any(word in content for word in (b"ecret", b"Exif", b"xmp", b"GPS", b"http"))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("sides", [(64, 48), (4000, 3000)], ids=["small", "large"])
def test_a_photo_taken_with_the_phone_on_its_side_stands_upright(
    kind: str, sides: tuple[int, int]
) -> None:
    kept = read_picture(located(kind, 6, sides), MOST)  # to be turned by 90° clockwise
    assert kept.height / kept.width == pytest.approx(4 / 3, abs=0.01)
    upright = opened(kept.content)
    assert is_red(upright.getpixel((kept.width // 2, kept.height // 6)))
    assert not is_red(upright.getpixel((kept.width // 2, kept.height * 5 // 6)))


def test_what_hides_behind_a_picture_is_gone() -> None:
    kept = read_picture(polyglot(), MOST)
    assert b"script" not in kept.content
    assert b"PK" not in kept.content[-64:]


def test_of_several_pictures_in_a_file_the_first_is_kept() -> None:
    kept = read_picture(several_in_one(), MOST)
    assert (kept.width, kept.height) == (64, 48)
    assert opened(kept.content).getpixel((30, 30))[1] > 60  # type: ignore[index]


def test_a_large_photo_is_scaled_down_and_a_thumbnail_made() -> None:
    kept = read_picture(picture("JPEG", (6000, 4000)), MOST)
    assert max(kept.width, kept.height) <= KEPT_SIDE_PX
    assert kept.width / kept.height == pytest.approx(1.5, abs=0.01)
    assert max(opened(kept.thumbnail).size) <= THUMBNAIL_SIDE_PX
    assert opened(kept.content).size == (kept.width, kept.height)


def test_what_was_transparent_is_white() -> None:
    held = BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(held, "PNG")
    assert opened(read_picture(held.getvalue(), MOST).content).getpixel((10, 10)) == (255,) * 3


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "CMYK"])
def test_every_kind_of_colour_becomes_a_photo(mode: str) -> None:
    held = BytesIO()
    Image.new(mode, (20, 10)).save(held, "JPEG" if mode == "CMYK" else "PNG")
    assert read_picture(held.getvalue(), MOST).width == 20


@pytest.mark.parametrize("side", [8_000, 12_000, 30_000, 65_500])
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(side: int) -> None:
    with pytest.raises(PhotoTooLarge):
        read_picture(png_claiming(side, side), MOST)


def test_the_ceiling_is_in_force_in_the_decoder_itself() -> None:
    assert Image.MAX_IMAGE_PIXELS == PIXELS_CEILING


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_truncated_photo_is_refused(kind: str, share: float) -> None:
    held = BytesIO()
    Image.effect_noise((200, 200), 60).convert("RGB").save(held, kind)
    sent = held.getvalue()
    with pytest.raises(PhotoUnreadable):
        read_picture(sent[: int(len(sent) * share)], MOST)


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html><body>photo.jpg</body></html>",
        b"GIF89a" + bytes(200),
        b"%PDF-1.7\n" + bytes(200),
        b"PK\x03\x04" + bytes(200),
        b"MZ" + bytes(200),
        b"\x00\x00\x00\x18ftypheic" + bytes(200),
        b"\x00\x00\x00\x18ftypmif1" + bytes(200),
    ],
    ids=["empty", "svg", "html", "gif", "pdf", "zip", "exe", "heic", "heif"],
)
def test_what_is_no_photo_is_refused_whatever_it_is_called(sent: bytes) -> None:
    with pytest.raises(PhotoTypeRefused):
        read_picture(sent, MOST)


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "ICO", "PPM", "TGA"])
def test_real_pictures_of_other_kinds_are_refused_too(kind: str) -> None:
    with pytest.raises(PhotoTypeRefused):
        read_picture(picture(kind), MOST)


def test_the_same_bytes_give_the_same_picture() -> None:
    assert read_picture(located(), MOST).sha256 == read_picture(located(), MOST).sha256


@pytest.mark.filterwarnings("ignore::UserWarning")  # the decoder grumbles, and goes on
@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([located("JPEG"), located("PNG"), located("WEBP")]),
    st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), max_size=30),
)
def test_damage_anywhere_is_a_picture_or_a_refusal_and_never_a_fault(
    sent: bytes, damage: list[tuple[float, int]]
) -> None:
    broken = bytearray(sent)
    for place, value in damage:
        broken[int(place * len(broken))] = value
    try:
        kept = read_picture(bytes(broken), MOST)
    except Invalid:
        return
    assert isinstance(kept, Picture)
