package dev.berth.supervise.lifecycle;

/// The first start. It fails as a whole if no worker was ever ready: then the command is to blame,
/// and trying again would only hide that.
final class InitialStart {
    private InitialStart() {}

    static void advance(TransitionStep step) {
        boolean tried =
                step.state().slots().stream()
                        .map(Slot::history)
                        .allMatch(history -> history.wasEverReady() || history.failures() > 0);
        if (tried) {
            step.operationOver();
        }
    }

    /// Handles a worker that did not understand its command line. During the first start nobody
    /// relies yet on the workers that are ready, so the start fails for all of them, where the user
    /// can see it.
    ///
    /// @return whether the first start is in progress, so that this has handled it
    static boolean misused(TransitionStep step, String why) {
        if (!(step.state().operation().orElse(null) instanceof Operation.Start)) {
            return false;
        }
        step.say(why);
        SupervisorShutdown.begin(step, Operation.NOBODY, 1);
        return true;
    }

    static boolean failed(TransitionStep step, String why) {
        if (step.state().wasEverReady()) {
            return false;
        }
        step.say(why);
        SupervisorShutdown.begin(step, Operation.NOBODY, 1);
        return true;
    }
}
