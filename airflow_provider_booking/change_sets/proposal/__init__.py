"""What a person is shown who has to agree to a change set."""

from airflow_provider_booking.change_sets.proposal.proposal import Proposal, propose

__all__ = ["Proposal", "propose"]
