"""scikit-learn's callbacks (`set_callbacks`): the progress of a fit as its tasks, a callback's wish to stop as a limit.

LogisticRegression      fit > round, round, …                       reported at most ten times a second
LogisticRegressionCV    fit > path, folds, fit; in each of them one task for each finished column
"""

from __future__ import annotations

from typing import Any

from sklearn.callback import CallbackContext, CallbackSupportMixin, with_callbacks

from ..runtime import Progress, Watch

__all__ = ["CallbackSupportMixin", "Reports", "with_callbacks"]


class Reports:
    """The tasks of one fit, and what listens to its Watch.

    stages : of the Watch; `columns` says how many each of them has.  None: one stage, whose tasks are rounds
    A hook is given X, y and the weights as the caller gave them; the fitted estimator only at the end, when it is one.
    """

    def __init__(self, model: CallbackSupportMixin, X, y, sample_weight, stages: tuple[str, ...] = ()):
        metadata = {} if sample_weight is None else {"sample_weight": sample_weight}
        self.model, self.told = model, dict(X=X, y=y, metadata=metadata)
        self.stages, self.stage, self.finished = stages, "", 0
        self.columns: dict[str, int] = {}
        count: Any = len(stages) or None  # None: not known
        self.root = model._init_callback_context(max_subtasks=count)
        self.inside: CallbackContext | None = None if stages else self.root
        self.root.call_on_fit_task_begin(estimator=model, **self.told)

    def listen(self, watch: Watch) -> Watch:
        """The same Watch; it is listened to only where somebody hears."""
        if getattr(self.model, "_skl_callbacks", ()):
            self.watch = watch
            watch.listener = self
        return watch

    def __call__(self, progress: Progress) -> None:
        if not self.stages:
            self._task("round")
            return
        if progress.stage != self.stage:
            self._leave()
            self.stage, self.finished = progress.stage, 0
            self.inside = self.root.subcontext(task_name=self.stage, max_subtasks=self.columns[self.stage])
            self.inside.call_on_fit_task_begin(estimator=self.model, **self.told)
        finished = min(progress.total - progress.live, self.columns[self.stage])
        for _ in range(finished - self.finished):
            self._task("column")
        self.finished = max(self.finished, finished)

    def _task(self, name: str) -> None:
        assert self.inside is not None
        task = self.inside.subcontext(task_name=name).call_on_fit_task_begin(estimator=self.model, **self.told)
        if task.call_on_fit_task_end(estimator=self.model, **self.told):
            self.watch.reason = "a callback asked to stop"

    def _leave(self) -> None:
        if self.stage and self.inside is not None:
            self.inside.call_on_fit_task_end(estimator=self.model, **self.told)

    def end(self) -> None:
        """The model is fitted."""
        self._leave()
        self.root.call_on_fit_task_end(estimator=self.model, reconstruction_attributes={}, **self.told)
