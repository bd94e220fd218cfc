import pickle

import pytest

from kit.errors import AssistError, DependencyCategory, DependencyError, InvalidInputError, MisconfiguredError

pytestmark = pytest.mark.unit


def test_error_without_status_fails_at_definition():
    with pytest.raises(TypeError, match="http_status"):

        class Undecided(AssistError):
            code = "undecided"


def test_invalid_input_names_its_field():
    error = InvalidInputError("files: give one or two files", field="files", code="files_missing", most=2)
    assert (error.error_code, error.field, error.http_status) == ("files_missing", "files", 422)
    assert error.details == {"field": "files", "most": 2}


@pytest.mark.parametrize(
    "error",
    [
        InvalidInputError("files: give one or two files", field="files", code="files_missing", most=2),
        DependencyError("It is away.", category=DependencyCategory.TIMEOUT, retryable=True, after_seconds=5),
        MisconfiguredError("SPEECH_MODEL names no folder.", code="speech_model_missing"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_reaches_another_process_as_it_is(error: AssistError):
    arrived = pickle.loads(pickle.dumps(error))  # noqa: S301  # rejected: our own bytes
    assert type(arrived) is type(error)
    assert (str(arrived), vars(arrived)) == (str(error), vars(error))
