"""What many commands of `gridbeat` share: their options, and how an expected failure is said."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec

import click
import psycopg

from console_server.command_line.speaking import Failure, set_up_logging
from console_server.embedded.errors import StackError
from console_server.errors import GridbeatError
from console_server.settings import SettingsError

FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)
EXISTING = click.Path(path_type=Path, dir_okay=False, exists=True)

at_data_dir = click.option(
    "--data-dir", type=FOLDER, envvar="GRIDBEAT_DATA_DIR", help="Of the running installation."
)
as_json_too = click.option("--json", "as_json", is_flag=True)

P = ParamSpec("P")


def said_plainly(command: Callable[P, None]) -> Callable[P, None]:
    """Show expected failures as a message, without a trace."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        set_up_logging()
        try:
            command(*args, **kwargs)
        except (StackError, SettingsError, GridbeatError) as error:
            raise Failure(str(error)) from error
        except psycopg.OperationalError as error:
            raise Failure(f"The database does not answer: {error}") from error
        except OSError as error:
            raise Failure(
                f"{error.filename or 'A file'} cannot be used: {error.strerror}"
            ) from error

    return run
