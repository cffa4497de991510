"""All routes below `/api/field`, in one list for the application."""

from litestar.types import ControllerRouterHandler

from console_server.field import me_routes, record_routes, session_routes, work_routes
from console_server.field.mqtt import mqtt

ROUTERS: list[ControllerRouterHandler] = [
    session_routes.router,
    me_routes.router,
    record_routes.router,
    work_routes.router,
    mqtt,
]
