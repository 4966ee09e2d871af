"""The Feishu simulator: VC reserves, as docs/vendors/feishu.md describes them."""

from airflow_provider_booking.sandbox.feishu.simulator import FeishuSimulator

__all__ = ["FeishuSimulator"]
