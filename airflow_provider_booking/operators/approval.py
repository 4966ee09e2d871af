"""The Airflow operator that asks a person before a change set is applied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import Param
from airflow.sdk.definitions.param import ParamsDict
from airflow.sdk.exceptions import AirflowFailException, DownstreamTasksSkipped, ParamValidationError

from airflow_provider_booking.operators.ledger_task import asked_at, in_one_sentence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflow.sdk import Context

DIGEST = "digest"
"""The field of the form that carries back which plan was answered."""
_SWITCH = {"true": True, "false": False}


class ApproveBookingChangesOperator(ApprovalOperator):
    """Ask a person whether a planned change set may be applied.

    The question shows totals, the largest moves, samples, who will be told and what is unusual. No answer in
    time is a rejection: then, and where somebody rejects, the tasks that come next are skipped. A plan with
    nothing to apply asks nobody.

    The result has ``change_set_id``, ``digest`` (of the plan that was approved, or that nobody had to be
    asked about; None after a rejection; hand it on to the apply task), ``asked`` (whether anybody was
    asked), ``approved``, ``answered_by`` (the id of an Airflow user; None where nobody answered),
    ``answered_at``, ``chosen_options`` and ``params_input``.

    Airflow keeps one question for each task of a run and shows the first one again when the task is cleared.
    So a task that asked about one plan fails rather than ask about another: start a new run instead.

    Args:
        change_set_id: Which one, from the plan's XCom.
        ask: Whether to ask at all; may be a template of true or false. If not, the result is as if the plan
            had nothing to apply.
        params: More fields of the form.
        retries: As in Airflow. A retry asks again, and what was answered before is dropped.
        **kwargs: What Airflow's ``ApprovalOperator`` takes, but for ``subject``, ``body`` and ``defaults``.
            ``response_timeout`` is by default what is left until the plan expires, and never more.

    Raises:
        AirflowFailException: There is no such change set, it is not planned to its end, has expired or was
            stopped, or the plan is not the one that a person was or would be shown.
        AirflowException: The ledger could not be reached.
    """

    template_fields: Sequence[str] = ("change_set_id", "ask")

    def __init__(
        self,
        *,
        change_set_id: str,
        ask: bool | str = True,
        params: Mapping[str, Any] | None = None,
        retries: int = 1,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("multiple_outputs", True)
        super().__init__(
            subject="Apply the planned changes?",
            defaults=self.REJECT,
            params=ParamsDict({**dict((params or {}).items()), DIGEST: _form_field("")}),
            retries=retries,
            **kwargs,
        )
        self.change_set_id = change_set_id
        self.ask = ask

    def execute(self, context: Context) -> Any:
        """Ask, and give the worker slot back; where there is nothing to ask, return the result.

        Raises:
            TaskAwaitingInput: The question stands.
        """
        from airflow_provider_booking.change_sets.apply import (  # noqa: PLC0415  (heavy)
            asked_since,
            check_as_approved,
            check_not_stopped,
        )
        from airflow_provider_booking.change_sets.proposal import propose  # noqa: PLC0415  (heavy)
        from airflow_provider_booking.hooks.places import open_ledger  # noqa: PLC0415  (heavy)

        with in_one_sentence():
            asks = _switched("ask", self.ask)
            with open_ledger() as ledger:
                change_set = ledger.change_set(self.change_set_id)
                check_not_stopped(change_set, asked_since(ledger, asked_at(context)))
                check_as_approved(ledger, change_set, None)
                digest = str(change_set.digest)
                if not asks or not ledger.conn_ids(self.change_set_id):
                    why = "there is nothing to apply" if asks else "ask is off"
                    self.log.info("Nobody is asked: %s", why)
                    return self._result(digest)
                self._check_is_shown(
                    ledger.first_question(_asked_by(context), self.change_set_id, digest), digest
                )
                proposal = propose(ledger, change_set)
        self.subject, self.body = proposal.subject, proposal.body
        self.params[DIGEST] = _form_field(digest, enum=[digest])
        own = self.response_timeout
        self.response_timeout = min(own, proposal.answer_within) if own else proposal.answer_within
        # The ledger may have been replaced since a question was put: Airflow knows which one it shows.
        self._check_is_shown(self._shown_by_airflow(context), digest)
        return super().execute(context)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> dict[str, Any]:
        """Take the answer.

        Raises:
            AirflowFailException: It approves a plan that is not the present one, or its form is not that of
                the question.
            DownstreamTasksSkipped: It rejects.
        """
        given = dict(event.get("params_input") or {})
        approved = None
        if self.APPROVE in event.get("chosen_options", ()):
            approved = self._approved(context, given)
            given[DIGEST] = approved
        answer = {**event, "params_input": self._form(given, must_fit=approved is not None)}
        result = self._result(approved, answer)
        try:
            super().execute_complete(context, answer)
        except DownstreamTasksSkipped:
            # Airflow keeps no result of a task that skips others.
            for name, value in {**result, "return_value": result}.items():
                context["ti"].xcom_push(name, value)
            raise
        return result

    def validate_params_input(self, params_input: Mapping[str, Any]) -> None:
        """Nothing: the form was looked at before. Airflow would quote in its log what was typed into it."""

    def _approved(self, context: Context, given: Mapping[str, Any]) -> str:
        """The digest of the plan that an answer approves: the present one."""
        from airflow_provider_booking.hooks.places import open_ledger  # noqa: PLC0415  (heavy)

        with in_one_sentence(), open_ledger() as ledger:
            present = str(ledger.change_set(self.change_set_id).digest)
            asked_about = ledger.asked_about(_asked_by(context))
        if DIGEST in given:
            self._check_is_named(given[DIGEST], present)
        elif asked_about is None:
            raise AirflowFailException(
                "the answer names no plan, and the ledger does not know which one was asked about: start a "
                "new run"
            )
        # A call of the API may leave the form out; then it answers what was asked.
        if asked_about is not None:
            self._check_is_shown(asked_about, present)
        return present

    def _form(self, given: Mapping[str, Any], *, must_fit: bool) -> dict[str, Any]:
        """The form as it was filled in; what was left out is as it was shown.

        Args:
            given: Field to what was typed.
            must_fit: Whether to fail where that is not what the form asks for, or else to leave it out.
        """
        if must_fit and given.keys() - set(self.params):
            raise AirflowFailException(
                "the answer has fields that the form of the question does not have: clear the task, and "
                "answer with the fields of the form"
            )
        form = {}
        for name in self.params:
            field = self.params.get_param(name)
            try:
                form[name] = field.resolve(given[name]) if name in given else field.resolve()
            except ParamValidationError:
                if must_fit:
                    raise AirflowFailException(
                        f"{name} is not filled in as the form of the question asks for: clear the task, and "
                        "answer once more"
                    ) from None
        return form

    def _shown_by_airflow(self, context: Context) -> Any:
        """The digest in the question that Airflow shows once this one is put: an earlier one stays."""
        from airflow.sdk.execution_time import task_runner  # noqa: PLC0415  (only a task has it)
        from airflow.sdk.execution_time.comms import CreateHITLDetailPayload  # noqa: PLC0415

        # As Airflow's operator does next, which drops the reply; putting it twice is putting it once.
        shown = task_runner.SUPERVISOR_COMMS.send(
            CreateHITLDetailPayload.model_validate(
                {
                    "ti_id": context["ti"].id,
                    "options": self.options,
                    "subject": self.subject,
                    "body": self.body,
                    "defaults": self.defaults,
                    "multiple": self.multiple,
                    "params": self.serialized_params,
                    "assigned_users": self.assigned_users or [],
                }
            )
        )
        fields = getattr(shown, "params", None) or {}
        return fields.get(DIGEST, {}).get("value")

    def _check_is_named(self, named: Any, present: str) -> None:
        """Fail where an answer says that it is about another plan than the present one."""
        if named != present:
            raise AirflowFailException(
                f"the answer names another plan than the present one of change set {self.change_set_id} "
                f"({present[:12]}…): start a new run, and leave the digest in its form as it is"
            )

    def _check_is_shown(self, shown: Any, present: str) -> None:
        """Fail where a person sees, or saw, another plan than the present one."""
        if shown != present:
            raise AirflowFailException(
                f"a person is shown another plan than the present one of change set {self.change_set_id} "
                f"({present[:12]}…): start a new run, as Airflow goes on showing a task's first question"
            )

    def _result(self, digest: Any, event: Mapping[str, Any] | None = None) -> dict[str, Any]:
        answer = event or {}
        user, at = answer.get("responded_by_user"), answer.get("responded_at")
        chosen = list(answer.get("chosen_options") or ())
        return {
            "change_set_id": self.change_set_id,
            "digest": digest,
            "asked": event is not None,
            "approved": self.APPROVE in chosen,
            "answered_by": user["id"] if user else None,
            "answered_at": at.isoformat() if at else None,
            "chosen_options": chosen,
            "params_input": dict(answer.get("params_input") or {}),
        }


def _asked_by(context: Context) -> str:
    """Names the task in its run, the same in each of its tries."""
    ti = context["ti"]
    return f"{ti.dag_id}/{ti.run_id}/{ti.task_id}/{ti.map_index}"


def _form_field(digest: str, **schema: Any) -> Param:
    return Param(
        digest,
        description="Says which plan is answered: leave it as it is.",
        title="Digest of the plan",
        type="string",
        source="task",  # Airflow shows a form without what is the DAG's
        **schema,
    )


def _switched(name: str, value: Any) -> bool:
    from airflow_provider_booking.bookings import InvalidInput  # noqa: PLC0415  (heavy)

    if isinstance(value, bool):
        return value
    switched = _SWITCH.get(str(value).lower())
    if switched is None:
        raise InvalidInput(f"{name} is neither true nor false", hint="give one of these")
    return switched
