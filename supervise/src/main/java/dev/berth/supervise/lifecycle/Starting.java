package dev.berth.supervise.lifecycle;

/// The first start. It fails as a whole if no worker was ever ready: then the command is to blame,
/// and trying again would only hide that.
final class Starting {
    private Starting() {}

    static void advance(Step step) {
        boolean tried =
                step.state().slots().stream()
                        .map(Slot::health)
                        .allMatch(health -> health.proven() || health.failures() > 0);
        if (tried) {
            step.operationOver();
        }
    }

    /// Handles a worker that did not understand its command line. During the first start nobody
    /// relies yet on the workers that are ready, so the start fails for all of them, where the user
    /// can see it.
    ///
    /// @return whether the first start is in progress, so that this has handled it
    static boolean misused(Step step, String why) {
        if (!(step.state().operation().orElse(null) instanceof Operation.Start)) {
            return false;
        }
        step.say(why);
        Stopping.begin(step, Operation.NOBODY, 1);
        return true;
    }

    static boolean failed(Step step, String why) {
        if (step.state().proven()) {
            return false;
        }
        step.say(why);
        Stopping.begin(step, Operation.NOBODY, 1);
        return true;
    }
}
