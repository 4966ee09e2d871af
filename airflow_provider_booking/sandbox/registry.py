"""The vendors that are simulated. A new one is a package of its own and one line here."""

from airflow_provider_booking.sandbox.feishu import FeishuSimulator
from airflow_provider_booking.sandbox.jicoo import JicooSimulator
from airflow_provider_booking.sandbox.kos import KosSimulator
from airflow_provider_booking.sandbox.onlive import OnliveSimulator
from airflow_provider_booking.sandbox.simulator import Simulator
from airflow_provider_booking.sandbox.zoho import ZohoSimulator

SIMULATORS: tuple[type[Simulator], ...] = (
    FeishuSimulator,
    ZohoSimulator,
    JicooSimulator,
    OnliveSimulator,
    KosSimulator,
)
