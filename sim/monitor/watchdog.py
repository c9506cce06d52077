"""The reset output: armed by the first good frame, a limited number of tries, then an alarm that stays."""

from __future__ import annotations

from amaranth.hdl import Module, Signal
from amaranth.lib.wiring import Component, In, Out

from hyp.monitor.kinds import WatchdogState
from hyp.monitor.parameters import Reset


class Watchdog(Component):
    """`good_frame` arms it; `fault`, one of those that lose a window, acts only then. `pulse` resets the board while it is 1.

    `booting`: it waits for that, or resets. `gave_up`: it waited in vain.
    """

    def __init__(self, reset: Reset | None) -> None:
        self._reset = reset
        super().__init__({
            "good_frame": In(1), "fault": In(1), "pulse": Out(1), "state": Out(3), "tries": Out(8), "booting": Out(1), "gave_up": Out(1),
        })  # fmt: skip

    def elaborate(self, _platform: object) -> Module:
        m = Module()
        if self._reset is None:
            m.d.comb += self.state.eq(WatchdogState.OFF)
            return m
        boot, tries, pulse = self._reset.boot, self._reset.tries, self._reset.pulse
        left = Signal(range(max(boot, pulse) + 1), init=boot)
        state = Signal(3, init=WatchdogState.BOOT)
        m.d.comb += [self.state.eq(state), self.pulse.eq(state == WatchdogState.PULSE)]
        m.d.comb += self.booting.eq((state == WatchdogState.BOOT) | self.pulse)

        def act() -> None:
            with m.If(self.tries == tries):
                m.d.sync += state.eq(WatchdogState.ALARM)
            with m.Else():
                m.d.sync += [state.eq(WatchdogState.PULSE), self.tries.eq(self.tries + 1), left.eq(pulse)]

        with m.If(left != 0):
            m.d.sync += left.eq(left - 1)
        with m.Switch(state):
            with m.Case(WatchdogState.BOOT):
                with m.If(self.good_frame):
                    m.d.sync += state.eq(WatchdogState.ARMED)
                with m.Elif(left == 0):
                    m.d.comb += self.gave_up.eq(1)
                    act()
            with m.Case(WatchdogState.ARMED):
                with m.If(self.fault):
                    act()
            with m.Case(WatchdogState.PULSE):
                with m.If(left == 0):
                    m.d.sync += [state.eq(WatchdogState.BOOT), left.eq(boot)]
        return m
