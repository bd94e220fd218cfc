from __future__ import annotations

import io
from datetime import UTC, datetime
from uuid import uuid4

import openpyxl
import pytest

from kb.entries.models import RevisionOrigin
from kb.search.question.analysis.lexicon import WordUse
from kb.taxonomy.tree import SECTORS
from kb.words.file_format import WordFileKind, read_words, require_sound, write_words
from kb.words.importing import DEMO_FOLDER
from kb.words.schemas import WordGroup
from kit.errors import InvalidInputError

pytestmark = pytest.mark.unit

HEADER = "use,sector,words,note,key\n"


def read_csv(text: str, encoding: str = "utf-8"):
    return read_words(text.encode(encoding), WordFileKind.CSV)


def problems(text: str, kind: WordFileKind = WordFileKind.CSV) -> list[tuple[int, str, str]]:
    return [(item.line, item.field, item.code) for item in read_words(text.encode(), kind).refused]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_spreadsheet_files_are_read_in_the_encodings_of_the_country(encoding: str):
    file = read_csv(HEADER + 'synonyms,power,空开|断路器、空气开关,"常说, 空开",\nwhole,,欠费,,\n', encoding)
    assert file.refused == ()
    assert [group.words for group in file.groups] == [["空开", "断路器", "空气开关"], ["欠费"]]
    assert (file.groups[0].note, file.groups[1].sector) == ("常说, 空开", None)


def test_every_problem_names_line_field_and_code():
    text = HEADER + "synonyms,power,空开,,\nnonsense,,甲乙|丙丁,,\nwhole,moon,欠费,,\nsynonyms,,停电|停 电|没|停電,,\n"
    assert problems(text) == [
        (2, "words", "words_too_few"),
        (3, "use", "field_invalid"),
        (4, "sector", "sector_unknown"),
        (5, "words.2", "word_length"),
        (5, "words.3", "word_duplicate"),
    ]


def test_word_in_two_groups_of_a_file_names_both_lines():
    file = read_csv(HEADER + "synonyms,power,空开|断路器,,\nsynonyms,power,断路器|总闸,,\nsynonyms,,断路器|总闸,,\n")
    assert [(item.line, item.code) for item in file.refused] == [(3, "word_taken")]
    assert "line 2" in file.refused[0].message


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("词,组\n", 1, "first line must name the columns"),
        (HEADER + "synonyms,power,空开,断路器,空气开关,漏保\n", 2, "separate words by |"),
        (HEADER + '"synonyms,power\n', 2, "not CSV"),
        ("", 1, "it has nothing"),
    ],
)
def test_file_that_is_no_word_list_says_why(text: str, line: int, part: str):
    (refusal,) = read_csv(text).refused
    assert (refusal.line, refusal.code) == (line, "words_unreadable")
    assert part in refusal.message


@pytest.mark.parametrize("content", [b"\xff\xfe\x00\x00u\x00s\x00e\x00", b"PK\x03\x04\x00\x00\x00\x00"])
def test_binary_files_are_refused(content: bytes):
    assert [item.code for item in read_words(content, WordFileKind.CSV).refused] == ["words_unreadable"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("entries: []\n", 1),
        ("groups:\n  - {use: whole, words: [欠费]}\n  - {use: whole, use: whole, words: [停电]}\n", 3),
        ("groups: &all\n  - *all\n", 2),
        ("groups: [\n", 2),
    ],
)
def test_yaml_mistakes_name_their_line(text: str, line: int):
    assert [(item.line, item.code) for item in read_words(text.encode(), WordFileKind.YAML).refused] == [
        (line, "words_unreadable")
    ]


def test_yaml_field_names_the_line_of_the_field():
    text = "groups:\n  - use: synonyms\n    sector: moon\n    words: [空开, 断路器]\n"
    assert problems(text, WordFileKind.YAML) == [(3, "sector", "sector_unknown")]


def test_refused_file_raises_one_error_with_all_places():
    with pytest.raises(InvalidInputError, match="Line 2, words") as caught:
        require_sound(read_csv(HEADER + "synonyms,,空开,,\nwhole,,水,,\n"))
    assert [item["field"] for item in caught.value.details["errors"]] == ["2.words", "3.words.0"]


@pytest.mark.parametrize("kind", [WordFileKind.CSV, WordFileKind.YAML])
def test_export_reads_back_as_it_was(kind: WordFileKind):
    groups = [
        WordGroup(
            id=uuid4(),
            key=key,
            use=use,
            sector=sector,
            words=words,
            note=note,
            origin=RevisionOrigin.EDIT,
            number=1,
            author="甲",
            updated_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
        for key, use, sector, words, note in [
            ("power.breaker", WordUse.SYNONYMS, "power", ["空开", "断路器"], ""),
            (None, WordUse.ONE_WAY, None, ["no", "set top box"], '说明, "引号"'),
            (None, WordUse.ONE_WAY, None, ["+5", "加五"], "=1+1"),
        ]
    ]
    file = read_words(write_words(groups, kind).encode(), kind)
    assert file.refused == ()
    assert kind is not WordFileKind.CSV or ",=" not in write_words(groups, kind)
    assert [(g.key, g.use, g.sector, g.words, g.note) for g in file.groups] == [
        (g.key, g.use, g.sector, g.words, g.note) for g in groups
    ]


def test_shipped_lists_are_sound_and_serve_every_sector():
    files = [read_words(path.read_bytes(), WordFileKind.YAML) for path in sorted(DEMO_FOLDER.glob("*.yaml"))]
    assert [file.refused for file in files] == [()] * len(files)
    groups = [group for file in files for group in file.groups]
    assert {group.sector for group in groups} == {*SECTORS, None}
    assert sum(group.use is not WordUse.WHOLE for group in groups) >= 80
    assert len({group.key for group in groups}) == len(groups)


NAMES = [
    ["名称", "类别", "行业"],
    ["和平路", "街道", ""],
    ["解放北路", "道路", None],
    ["一号泵站", "泵站", "供水"],
    ["和平路", "", ""],
]


def workbook(rows: list[list[str | None]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_csv(rows: list[list[str | None]]) -> bytes:
    return "\n".join(",".join(cell or "" for cell in row) for row in rows).encode()


@pytest.mark.parametrize(("content", "kind"), [(workbook(NAMES), WordFileKind.XLSX), (as_csv(NAMES), WordFileKind.CSV)])
def test_a_list_of_names_becomes_groups_of_one_kind_and_sector(content: bytes, kind: WordFileKind):
    file = read_words(content, kind)
    assert (file.refused, file.is_gazetteer) == ((), True)
    assert [(group.key, group.sector, group.words, group.use) for group in file.groups] == [
        ("gazetteer.street.all.0001", None, ["和平路", "解放北路"], WordUse.WHOLE),
        ("gazetteer.station.water.0001", "water", ["一号泵站"], WordUse.WHOLE),
    ]


def test_a_long_list_of_names_is_cut_into_groups():
    rows = [["name"], *([f"{number}号街"] for number in range(10, 75))]
    assert [len(group.words) for group in read_words(as_csv(rows), WordFileKind.CSV).groups] == [30, 30, 5]


def test_each_line_of_a_list_of_names_that_cannot_be_used_is_named():
    rows = [
        ["name", "kind", "sector", "更多"],
        ["路", "街道", "", ""],
        ["和平路", "大道", "", ""],
        ["东街", "", "月球", ""],
    ]
    assert problems(as_csv(rows).decode()) == [
        (1, "更多", "column_unknown"),
        (2, "name", "word_length"),
        (3, "kind", "kind_unknown"),
        (4, "sector", "sector_unknown"),
    ]
    assert read_words(b"PK no workbook", WordFileKind.XLSX).refused[0].code == "words_unreadable"
