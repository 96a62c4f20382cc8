package dev.berth.supervise.process;

import dev.berth.sys.Processes;

/// Makes this process the subreaper of its descendants, as long as it has a supervisor.
final class Subreaper {
    private static int supervisors;

    private Subreaper() {}

    static synchronized void begin() {
        supervisors++;
        set(1);
    }

    static synchronized void end() {
        supervisors--;
        set(supervisors > 0 ? 1 : 0);
    }

    private static void set(int value) {
        Processes.prctl(Processes.PR_SET_CHILD_SUBREAPER, value, 0, 0, 0);
    }
}
