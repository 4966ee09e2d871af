"""Counts calls in Redis, for many machines. The clock is the server's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import redis
from pyrate_limiter import RedisBucket
from pyrate_limiter.buckets.redis_bucket import LuaScript
from redis.backoff import NoBackoff
from redis.retry import Retry

from airflow_provider_booking.vendors.throttle.store import PATIENCE, Situation, Store

if TYPE_CHECKING:
    from airflow_provider_booking.vendors.throttle.budget import Budget

KEPT = 2 * 86_400_000
"""Milliseconds after which Redis forgets what nobody asks for: longer than any window and any pause."""

_CLOCK = """
local time = redis.call('TIME')
local clock = time[1] * 1000 + math.floor(time[2] / 1000)
"""
# The library's script counts up to the caller's "now", and would miss what another caller counted a moment
# later. So the server's clock takes its place inside the script, and the answer is turned back.
_PUT = f"""
{_CLOCK}
local asked = tonumber(ARGV[1])
ARGV[1] = string.format('%.0f', clock)
for i = 5, #ARGV, 3 do
    ARGV[i] = string.format('%.0f', tonumber(ARGV[i]) + clock - asked)
end
local function put()
{LuaScript.PUT_ITEM}
end
local verdict = put()
if verdict[2] >= 0 then
    verdict[2] = verdict[2] - clock + asked
end
redis.call('PEXPIRE', KEYS[1], {KEPT})
return verdict
"""
_LATER = f"""
{_CLOCK}
local value = (ARGV[2] == 'paused_until' and clock or 0) + tonumber(ARGV[1])
if value > tonumber(redis.call('HGET', KEYS[1], ARGV[2]) or 0) then
    redis.call('HSET', KEYS[1], ARGV[2], string.format('%.0f', value))
end
redis.call('PEXPIRE', KEYS[1], {KEPT})
"""


class RedisStore(Store):
    """Counts in sorted sets of a server.

    Args:
        url: ``redis://…`` or ``rediss://…``.

    Raises:
        ValueError: It cannot be read.
        TypeError: It names an unknown option.
    """

    def __init__(self, url: str) -> None:
        super().__init__()
        self._server = redis.Redis.from_url(
            url,
            socket_timeout=PATIENCE,
            socket_connect_timeout=PATIENCE,
            retry=Retry(NoBackoff(), 1),  # a connection may have been closed while nobody called
        )
        self._server.connection_pool.make_connection()  # reads the options, and opens nothing yet
        self._script = ""

    def _look(self, budget: Budget) -> Situation:
        if not self._script:
            self._script = self._server.script_load(_PUT)
        ask: Any = self._server.pipeline(transaction=False)
        ask.time()
        ask.hmget(_row(budget.credential), "paused_until", "longest")
        ask.script_exists(self._script)
        (seconds, micros), (paused_until, longest), (known,) = ask.execute()
        if not known:  # the server began anew
            self._server.script_load(_PUT)
        if int(longest or 0) < budget.longest:
            self._server.eval(_LATER, 1, _row(budget.credential), str(budget.longest), "longest")
        return Situation(seconds * 1000 + micros // 1000, int(paused_until or 0), int(longest or 0))

    def _bucket(self, budget: Budget) -> RedisBucket:
        return RedisBucket(budget.rates, self._server, f"booking:calls:{budget.key}", self._script)

    def _keep_pause(self, credential: str, seconds: float) -> None:
        self._server.eval(_LATER, 1, _row(credential), str(int(seconds * 1000)), "paused_until")

    def _disconnect(self) -> None:
        self._script = ""
        self._server.close()


def _row(credential: str) -> str:
    return f"booking:credential:{credential}"
