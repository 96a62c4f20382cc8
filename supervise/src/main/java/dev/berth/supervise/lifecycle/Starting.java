package dev.berth.supervise.lifecycle;

/// The first start. It fails as a whole while no worker was ever ready: then the command is to
/// blame, and trying again would only hide it.
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

    /// A worker did not understand its command line. As long as the first start goes on nobody
    /// relies on those that are ready already, so it ends for all of them, where it can be seen.
    ///
    /// @return whether it was for here
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
