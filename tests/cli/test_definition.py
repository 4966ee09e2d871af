"""The help says what the commands end with, as the page does."""

from pathlib import Path

import pytest
from airflow.cli.cli_parser import get_parser

from airflow_provider_booking.cli.exits import MEANING, Exit

PAGE = Path(__file__).parents[2] / "docs" / "change-sets.md"


@pytest.mark.parametrize("command", ["list", "show", "report", "stop", "revert"])
def test_the_help_of_each_command_lists_the_exit_codes(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        get_parser().parse_args(["booking", command, "--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert [code for code in Exit if f"{code.value} {MEANING[code]}" not in text] == []


@pytest.mark.parametrize("command", ["list", "show X", "report X", "stop X", "revert X"])
@pytest.mark.parametrize("flag", ["-o", "--output"])
def test_every_command_gives_json(command: str, flag: str) -> None:
    parsed = get_parser().parse_args(["booking", *command.split(), flag, "json"])
    assert "json" in vars(parsed).values()


def test_the_page_has_the_same_table_of_exit_codes() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [code for code in Exit if f"| {code.value} | {MEANING[code]} |" not in text] == []
