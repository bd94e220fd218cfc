import pytest

from assist_api.cli.main import COMMANDS, run

pytestmark = pytest.mark.unit


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]):
    assert run([]) == 0
    printed = capsys.readouterr().out
    assert all(f"\n  {name} " in printed for name in COMMANDS)


def test_unknown_command_says_which_there_are(capsys: pytest.CaptureFixture[str]):
    assert run(["serch"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "no command serch" in captured.err
    assert "search" in captured.err


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        run([name, "--help"])
    assert ended.value.code == 0
    assert f"tingzhi {name}" in capsys.readouterr().out
