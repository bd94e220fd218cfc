import pytest

from kit.errors import AssistError, InvalidInputError

pytestmark = pytest.mark.unit


def test_error_without_status_fails_at_definition():
    with pytest.raises(TypeError, match="http_status"):

        class Undecided(AssistError):
            code = "undecided"


def test_invalid_input_names_its_field():
    error = InvalidInputError("files: give one or two files", field="files", code="files_missing", most=2)
    assert (error.error_code, error.field, error.http_status) == ("files_missing", "files", 422)
    assert error.details == {"field": "files", "most": 2}
