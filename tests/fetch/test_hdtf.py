"""The HDTF list: each of its quirks alone, on rows made up here, and the real list where it is at hand."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from bgrsr_data.errors import InputError, ToolError
from bgrsr_data.fetch.lists import PUBLIC_LISTS
from bgrsr_data.fetch.lists.files import as_text, changed, download, read_folder
from bgrsr_data.fetch.lists.hdtf import HDTF, parse_hdtf
from bgrsr_data.fetch.lists.public import Imported, source_list_text
from bgrsr_data.fetch.sources import read_sources

ID = "abcdefghijk"


def watch(letter: str) -> str:
    return f"https://www.youtube.com/watch?v={ID[:-1]}{letter}"


def parse(urls: str, times: str, *, group: str = "WDA") -> Imported:
    texts = dict.fromkeys(HDTF.files, "")
    return parse_hdtf(texts | {f"{group}_video_url.txt": urls, f"{group}_annotion_time.txt": times})


def told(listing: Imported) -> list[tuple[int, bool, str]]:
    return [(fault.line, fault.left_out, fault.what) for fault in listing.faults]


def test_a_video_has_its_address_its_sections_and_its_credit() -> None:
    (entry,) = parse(f"KatieHill {watch('a')}", "KatieHill.mp4 00:05-01:35 02:10-02:40").entries
    assert (entry["name"], entry["role"], entry["url"]) == ("WDA_KatieHill", "talking-head", watch("a"))
    assert entry["sections"] == ["00:05-01:35", "02:10-02:40"]
    assert (entry["person"], entry["licence"], entry["creator"]) == ("KatieHill", "unknown", "unknown")
    assert all(word in entry["attribution"] for word in ("Zhang", "CVPR 2021", "CC BY 4.0", "github.com/MRzzm/HDTF"))


def test_byte_order_marks_line_ends_blanks_and_order_are_no_faults() -> None:
    urls = f"\ufeffAnna0 {watch('a')}  \r\n\r\nBert {watch('b')}\r\n"
    listing = parse(urls, "Bert.mp4 0:05 - 0:10 \rAnna0.mp4\t00:20–00:30\n\n \n")
    assert [(entry["name"], entry["sections"]) for entry in listing.entries] == [
        ("WDA_Anna0", ["00:20-00:30"]), ("WDA_Bert", ["0:05-0:10"]),
    ]  # fmt: skip
    assert listing.faults == []


def test_numbers_count_the_videos_of_one_person() -> None:
    urls = f"Anna {watch('a')}\nAnna0 {watch('b')}\nAnna12 {watch('c')}\nAnnaLee0 {watch('d')}"
    listing = parse(urls, "\n".join(f"{name}.mp4 00:01-00:02" for name in ("Anna", "Anna0", "Anna12", "AnnaLee0")))
    assert [entry["person"] for entry in listing.entries] == ["Anna", "Anna", "Anna", "AnnaLee"]
    assert not any(entry["split"] for entry in listing.entries)
    assert listing.counts()["persons"] == 2


def test_nobody_knows_who_radio_is_so_that_all_of_it_is_in_one_split() -> None:
    listing = parse(f"Radio1 {watch('a')}\nRadio2 {watch('b')}", "Radio1 0:01-0:02\nRadio2 0:01-0:02", group="RD")
    assert [(entry["person"], entry["split"]) for entry in listing.entries] == [
        ("Radio1", "train"),
        ("Radio2", "train"),
    ]


def test_two_names_of_one_video_are_one_entry_and_one_person() -> None:
    urls = f"Whip {watch('a')}\nJames0 {watch('b')}\nJames1 {watch('a')}&t=5s"
    times = "James0.mp4 00:01-00:02\nJames1.mp4 00:05-04:40 05:00-05:10\nWhip.mp4 00:05-04:40"
    listing = parse(urls, times)
    assert [(entry["name"], entry["person"], entry["sections"]) for entry in listing.entries] == [
        ("WDA_Whip", "James", ["00:05-04:40", "05:00-05:10"]), ("WDA_James0", "James", ["00:01-00:02"]),
    ]  # fmt: skip
    assert told(listing) == [
        (3, False, "'&t=5s' was taken off the address"),
        (3, False, "is the same video as WDA_Whip (WDA_video_url.txt, line 1); its sections went there"),
    ]


@pytest.mark.parametrize(
    "written",
    [f"https://youtu.be/{ID}", f"http://m.youtube.com/watch?list=x&v={ID}", f"https://youtube.com/shorts/{ID}"],
)
def test_every_way_to_write_an_address_leads_to_the_video(written: str) -> None:
    listing = parse(f"Anna {written}", "Anna 0:01-0:02")
    assert listing.entries[0]["url"] == f"https://www.youtube.com/watch?v={ID}"
    assert [fault.left_out for fault in listing.faults] == [False]


@pytest.mark.parametrize(
    ("urls", "times", "file", "line", "what"),
    [
        ("Anna", "Bert 0:01-0:02", "WDA_video_url.txt", 1, "a name and nothing else"),
        (f"\nAnna {watch('a')}", "Bert 0:01-0:02", "WDA_video_url.txt", 2, "WDA_annotion_time.txt has no time stamps"),
        (f"Bert {watch('b')}", "Anna.mp4 0:01-0:02", "WDA_annotion_time.txt", 1, "WDA_video_url.txt has no address"),
        ("Anna https://www.youtube.com/watch?v=short", "Anna 0:01-0:02", "WDA_video_url.txt", 1, "names no video"),
        ("Anna www.youtube.com", "Anna 0:01-0:02", "WDA_video_url.txt", 1, "is not a name and an address"),
        (f"Anna Lee {watch('a')}", "Anna 0:01-0:02", "WDA_video_url.txt", 1, "is not a name and an address"),
        (f"Anna {watch('a')}", "Anna.mp4 01:35-00:20", "WDA_annotion_time.txt", 1, "ends before it begins"),
        (f"Anna {watch('a')}", "Anna.mp4 soon", "WDA_annotion_time.txt", 1, "'soon' is no section"),
        (f"Anna {watch('a')}", "Anna.mp4 00:75-02:00", "WDA_annotion_time.txt", 1, "minutes and seconds go up to 59"),
        (f"An\ufffda {watch('a')}", "Bert 0:01-0:02", "WDA_video_url.txt", 1, "is not UTF-8 text"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_used_is_named(urls: str, times: str, file: str, line: int, what: str) -> None:
    listing = parse(urls, times)
    assert listing.entries == []
    found = [fault for fault in listing.faults if (fault.file, fault.line) == (file, line) and what in fault.what]
    assert found
    assert found[0].left_out
    assert found[0].text in (urls + times)


def test_what_is_good_of_a_row_is_kept() -> None:
    listing = parse(f"Mitt {watch('a')}", "Mitt.mp4 08:10-08:30 00:33-08:53 9:9 00:01-00:05 00:01-00:05")
    assert listing.entries[0]["sections"] == ["00:01-00:05", "08:10-08:30"]
    assert [what for _, _, what in told(listing)] == [
        "section '00:33-08:53' overlaps '08:10-08:30'",
        "'9:9' is no section; write it as 00:20-01:35",
        "section '00:01-00:05' overlaps '00:01-00:05'",
    ]


def test_a_name_that_is_given_twice_is_named_and_the_first_one_counts() -> None:
    listing = parse(f"Anna {watch('a')}\nAnna {watch('b')}", "Anna 0:01-0:02\nAnna 0:03-0:04")
    assert [(entry["url"], entry["sections"]) for entry in listing.entries] == [(watch("a"), ["0:01-0:02"])]
    assert told(listing) == [(2, True, "the name was given in line 1 already")] * 2


def test_the_source_list_reads_back_and_names_what_was_odd(tmp_path: Path) -> None:
    listing = parse(
        f"Anna: {watch('a')}&t=1\nYes {watch('b')}", "Anna: 0:01-0:02 0:02-0:03\nYes 0:05-0:06\nBert 0:01-0:02"
    )
    path = tmp_path / "hdtf.yaml"
    path.write_text(source_list_text(HDTF, listing))
    sources = read_sources(path)
    for source, entry in zip(sources, listing.entries, strict=True):
        assert {key: getattr(source, key) for key in entry} == entry
    for fault in listing.faults:
        assert f"#   {fault}\n" in path.read_text()


class _Site(BaseHTTPRequestHandler):
    files: dict[str, bytes]

    def do_GET(self) -> None:
        data = self.files.get(self.path.rpartition("/")[2])
        self.send_response(200 if data is not None else 404)
        self.end_headers()
        self.wfile.write(data or b"")

    def log_message(self, *_args: object) -> None: ...


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, dict[str, bytes]]]:
    """(address, files by name) of a web server; the files may be changed."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    files: dict[str, bytes] = {}
    with ThreadingHTTPServer(("127.0.0.1", 0), type("Site", (_Site,), {"files": files})) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/lists", files
        server.shutdown()
        thread.join()


def test_without_a_folder_the_files_come_from_their_repository(mirror) -> None:
    base, files = mirror
    files |= {"one.txt": b"1"}
    small = type(HDTF)(
        "small", base, {"one.txt": "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"}, HDTF.parse, ()
    )  # fmt: skip
    assert download(small) == {"one.txt": b"1"}
    assert download(type(HDTF)("small", "https://example.org", small.files, HDTF.parse, ()), base) == {"one.txt": b"1"}


def test_files_that_are_not_the_pinned_ones_are_refused(mirror) -> None:
    base, files = mirror
    with pytest.raises(ToolError, match=r"RD_video_url.txt: cannot be downloaded \(HTTP 404\); .*--from DIR"):
        download(HDTF, base)
    files |= dict.fromkeys(HDTF.files, b"<!DOCTYPE html>")
    with pytest.raises(ToolError, match=r"is not the file that was pinned: .* not ae197ad34dc1…; nothing was imported"):
        download(HDTF, base)
    with pytest.raises(ToolError, match="cannot be downloaded"):
        download(HDTF, "http://127.0.0.1:9/closed")
    with pytest.raises(InputError, match="is no web address"):
        download(HDTF, "file:///etc")


def test_a_folder_without_the_files_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"RD_video_url.txt: cannot be read .*; hdtf needs RD_video_url.txt"):
        read_folder(HDTF, tmp_path)


def test_the_pinned_address_names_a_commit() -> None:
    assert PUBLIC_LISTS["hdtf"].base_url.startswith("https://raw.githubusercontent.com/MRzzm/HDTF/bbde889bbab954c9a9eb")


@pytest.mark.footage
def test_every_video_of_the_real_list_comes_through(footage: Path, tmp_path: Path) -> None:
    files = read_folder(HDTF, footage / "lists" / "hdtf")
    assert changed(HDTF, files) == []  # the files of the pinned commit, so that the pins are true
    texts = {name: as_text(data) for name, data in files.items()}
    listing = HDTF.parse(texts)
    assert listing.counts() == {
        "videos": 368, "sections": 434, "minutes": 1011.3, "persons": 275, "left_out": 2, "mended": 14,
    }  # fmt: skip
    rows = {
        group: [row.split() for row in texts[f"{group}_video_url.txt"].splitlines()] for group in ("RD", "WDA", "WRA")
    }
    assert sum(map(len, rows.values())) == 370
    known = {entry["name"] for entry in listing.entries}
    missing = {f"{group}_{row[0]}" for group in rows for row in rows[group]} - known
    assert missing == {"RD_Radio24", "WDA_JamesClyburn1"}  # without time stamps; WDA_WhipJimClyburn's video again
    named = [(fault.file, fault.line) for fault in listing.faults if fault.left_out]
    assert named == [("RD_video_url.txt", 24), ("WRA_annotion_time.txt", 96)]
    path = tmp_path / "hdtf.yaml"
    path.write_text(source_list_text(HDTF, listing))
    sources = read_sources(path)
    assert len({source.url for source in sources}) == 368
    assert {source.person for source in sources if "Clyburn" in source.name} == {"JamesClyburn"}
    for source in sources:
        group, _, name = source.name.partition("_")
        (stamps,) = [
            row.split()[1:]
            for row in texts[f"{group}_annotion_time.txt"].splitlines()
            if row.startswith(f"{name}.mp4 ")
        ]
        assert source.sections == (stamps if name != "MittRomney" else ["08:10-08:30"])
