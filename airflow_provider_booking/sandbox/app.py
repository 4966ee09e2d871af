"""The whole sandbox as one ASGI app: the vendors under their mounts, the control under `/_control`."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Mount

from airflow_provider_booking.sandbox.control import control_routes, explain
from airflow_provider_booking.sandbox.vendor_calls import VendorCalls
from airflow_provider_booking.sandbox.world import World


def sandbox_app(world: World, root: str | None = None) -> Starlette:
    """Make the app.

    Args:
        world: What it serves.
        root: A mount to serve at `/` as well, for clients whose address may have no path.

    Raises:
        ValueError: If there is no mount of that name.
    """
    vendors = {
        mount: simulator.vendor for simulator in world.simulators.values() for mount in simulator.mounts
    }
    routes: list[BaseRoute] = [Mount("/_control", routes=control_routes(world))]
    routes += [Mount(f"/{mount}", VendorCalls(world, vendor, mount)) for mount, vendor in vendors.items()]
    if root is not None:
        if root not in vendors:
            raise ValueError(f"There is no {root!r} to serve at /; there are: {', '.join(vendors)}.")
        routes.append(Mount("", VendorCalls(world, vendors[root], root)))
    return Starlette(routes=routes, exception_handlers={HTTPException: explain})
