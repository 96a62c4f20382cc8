package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.DomainEvent;

/// The first start of all slots. It fails as a whole if no worker was ever ready: then the command
/// is to blame, and trying again would only hide that.
record InitialStart() implements Operation {
    @Override
    public long ticket() {
        return Action.NOBODY;
    }

    @Override
    public String verb() {
        return "start";
    }

    @Override
    public Involvement involvement(int slot) {
        return Involvement.FIRST_START;
    }

    @Override
    public Decision advance(TransitionStep step) {
        boolean tried =
                step.state().slots().stream()
                        .map(Slot::history)
                        .allMatch(history -> history.wasEverReady() || history.failures() > 0);
        return tried ? Decision.OVER : continues();
    }

    /// Nobody relies yet on the workers that are ready. So if a worker did not understand its
    /// command line, the start fails for all of them, where the user can see it.
    @Override
    public Decision onFailed(TransitionStep step, WorkerOutcome.Failed failure) {
        if (failure.recovery() != WorkerOutcome.Recovery.MISUSED && step.state().wasEverReady()) {
            return Decision.UNCONCERNED;
        }
        step.report(new DomainEvent.FirstStartFailed(failure.failure()));
        return new Decision.Continues(SupervisorShutdown.begin(step, Action.NOBODY, 1));
    }
}
