"""How operations on another partition combine, from the contract alone: each changes what the ones before it have left."""

from __future__ import annotations

from dataclasses import dataclass

from hyp.abi.numbers import Control, Mode, Result, StartCause, Status


@dataclass
class Target:
    """`pending`: the start that is to come at its next dispatch, if any; `request`: to shut down, that it has not seen.

    `applied`: its status as the operations of this window find it, which are only done at its next dispatch or at a look at it;
    `suspending`: one of them is to suspend it.
    """

    status: Status
    mode: Mode
    cold: int = 1
    warm: int = 0
    pending: Control | None = None
    request: bool = False
    cause: StartCause = StartCause.POWER_ON
    suspending: bool = False
    by: StartCause = StartCause.PARTITION

    def __post_init__(self) -> None:
        self.applied, self.applied_cause = self.status, self.cause

    def ask(self, operation: Control) -> Result:
        """One more operation. The later one holds."""
        match operation:
            case Control.SUSPEND:
                self.suspending = True
                if self.status is Status.READY:
                    self.status = Status.SUSPENDED
            case Control.RESUME:
                if self.applied is not Status.SUSPENDED and not self.suspending:
                    return Result.NO_ACTION
                self.suspending = False
                if self.status is Status.SUSPENDED:
                    self.status = Status.READY
            case Control.HALT:
                self.status, self.mode, self.suspending, self.request = Status.HALTED, Mode.IDLE, False, False
                self.pending, self.cause = None, self.applied_cause
            case Control.SHUTDOWN:
                self.request = True
            case Control.WARM_RESTART | Control.COLD_RESTART:
                cold = operation is Control.COLD_RESTART or self.pending is Control.COLD_RESTART
                self.pending = Control.COLD_RESTART if cold else Control.WARM_RESTART
                self.mode = Mode.COLD_START if cold else Mode.WARM_START
                self.status, self.suspending, self.request = Status.READY, False, False
                self.cause = self.by
        return Result.OK

    def look(self) -> None:
        """Its status is read: what was asked for before is done, but for the work of a start."""
        self.applied, self.applied_cause, self.suspending = self.status, self.cause, False

    def dispatch(self) -> int:
        """Its windows come. The requests to shut down that it sees."""
        self.look()
        if self.status is not Status.READY:
            return 0
        if self.pending is Control.COLD_RESTART:
            self.cold += 1
        elif self.pending is Control.WARM_RESTART:
            self.warm += 1
        self.pending, self.mode = None, Mode.NORMAL
        seen, self.request = int(self.request), False
        return seen
