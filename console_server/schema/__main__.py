"""`python -m console_server.schema`: write `schema.sql` anew from the migrations."""

import tempfile
from pathlib import Path

from console_server.embedded.postgres_programs import Edition
from console_server.embedded.stack import StackOptions, running_stack
from console_server.schema.dump import SCHEMA_FILE, dump_schema
from console_server.schema.migrate import migrate


def main() -> None:
    """Migrate an empty database and write down what came of it."""
    with tempfile.TemporaryDirectory(prefix="gridbeat-schema-") as folder:
        Path(folder).chmod(0o755)
        options = StackOptions(edition=Edition.PLAIN, durable=False)
        with running_stack(Path(folder) / "data", options) as addresses:
            migrate(addresses.database_owner_url)
            SCHEMA_FILE.write_text(dump_schema(addresses.database_owner_url))


if __name__ == "__main__":
    main()
