"""The cookie that carries a session: out of scripts' reach, never sent from another site.

Owns its attributes; its name, path and life are the console's (`routes.py`) or a handset's to say.
"""

from litestar.datastructures import Cookie

from console_server.settings import Settings


def session_cookie(name: str, value: str, settings: Settings, *, path: str, lives_s: int) -> Cookie:
    """A cookie that lives `lives_s` seconds; 0 takes it away."""
    return Cookie(
        key=name,
        value=value,
        path=path,
        httponly=True,
        samesite="strict",
        secure=settings.secure_cookie,
        max_age=lives_s,
    )
