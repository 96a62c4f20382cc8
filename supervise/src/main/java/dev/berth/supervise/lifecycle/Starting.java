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

    static boolean failed(Step step, String why) {
        if (step.state().proven()) {
            return false;
        }
        step.say(why);
        Stopping.begin(step, Operation.NOBODY, 1);
        return true;
    }
}
